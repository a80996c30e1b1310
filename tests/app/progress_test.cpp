#include "app/progress.h"

#include <catch2/catch.hpp>

#include "app/method_lines.h"

using namespace weft;

namespace {

std::string written(bool is_terminal, double step_s, int steps) {
    char* text = nullptr;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    double now_s = 0.0;
    {
        Progress progress("recording", steps, "frames", stream, is_terminal, [&now_s] { return now_s; });
        for (int i = 1; i <= steps; ++i) {
            now_s += step_s;
            progress.update(i);
        }
    }
    std::fclose(stream);
    std::string result(text, size);
    free(text);
    return result;
}

size_t count(const std::string& text, const std::string& word) {
    size_t found = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a progress line says share, amount and time left") {
    CHECK(progress_line("recording", 5, 20, "s", 10.0) == "recording  25 %  5 of 20 s, 30 s left");
    CHECK(progress_line("recording", 1, 20, "s", 10.0) == "recording   5 %  1 of 20 s, 3 min 10 s left");
    CHECK(progress_line("recording", 20, 20, "s", 10.0) == "recording 100 %  20 of 20 s");
    CHECK(progress_line("recording", 0, 20, "s", 0.0) == "recording   0 %  0 of 20 s");
    CHECK(progress_line("attention flow", 0.25, 1, "", 10.0) == "attention flow  25 %, 30 s left");
}

TEST_CASE("short work says nothing") {
    CHECK(written(false, 0.01, 50).empty());
    CHECK(written(true, 0.01, 50).empty());
}

TEST_CASE("without a terminal there is one line every ten per cent and no control character") {
    const std::string text = written(false, 0.1, 200);
    CHECK(count(text, "\n") == 10);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("100 %") != std::string::npos);
}

TEST_CASE("a terminal's line is rewritten at most ten times a second and cleared at the end") {
    const std::string text = written(true, 0.01, 1000);
    CHECK(count(text, "\n") == 0);
    CHECK(count(text, "recording") <= 95);
    CHECK(count(text, "recording") >= 80);
    CHECK(text.ends_with("\r\x1b[K"));
}

TEST_CASE("each method that takes long has its line, one after the other") {
    char* text = nullptr;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    double now_s = 0.0;
    {
        MethodLines lines(stream, false, [&now_s] { return now_s; });
        lines.update("", 0);
        const auto compute = [&](const char* method, double seconds) {
            for (int tenth = 0; tenth <= 10; ++tenth) {
                lines.update(method, 0.1f * static_cast<float>(tenth));
                now_s += seconds / 10;
            }
        };
        compute("entropy", 0.5);
        compute("flow", 20);
        compute("rollout", 4);
    }
    std::fclose(stream);
    const std::string written(text, size);
    free(text);
    CHECK(count(written, "entropy") == 0);
    CHECK(count(written, "attention flow") > 8);
    CHECK(written.find("attention flow  50 %, 10 s left\n") != std::string::npos);
    CHECK(count(written, "attention rollout") > 5);
}
