#include "app/script.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "analysis/error.h"

using namespace weft;

namespace {

Script script_of(const std::string& text) {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "weft_script_test.txt";
    std::ofstream(path) << text;
    Script script(path.string());
    std::filesystem::remove(path);
    return script;
}

}  // namespace

TEST_CASE("a script waits for time and for rest, in order") {
    CommandTable commands;
    std::vector<std::string> done;
    commands.bind("text.set", [&](const std::string& text) { done.push_back(text); });
    Script script = script_of("# rehearsal\ntext.set one\nsettle\ntext.set two\nwait 0.5\ntext.set three\n");
    script.run_due(commands, 0.0, true);
    CHECK(done == std::vector<std::string>{"one"});
    script.run_due(commands, 0.1, false);
    CHECK(done.size() == 1);
    script.run_due(commands, 0.2, true);
    CHECK(done.back() == "two");
    script.run_due(commands, 0.6, true);
    CHECK(done.back() == "two");
    script.run_due(commands, 0.71, true);
    CHECK(done.back() == "three");
    CHECK(script.is_done());
}

TEST_CASE("a wrong line is named by its number") {
    const CommandTable commands;
    Script script = script_of("\nview.fould\n");
    CHECK_THROWS_WITH(script.run_due(commands, 0.0, true), Catch::Contains("line 2"));
    CHECK_THROWS_AS(Script("/nowhere/at/all"), Error);
}

TEST_CASE("every lecture in assets/ runs to its end") {
    for (const auto& lecture : std::filesystem::directory_iterator(WEFT_SOURCE_DIR "/assets/lectures")) {
        INFO(lecture.path());
        CommandTable commands;
        size_t run = 0;
        for (const Command& command : std::vector<Command>(commands.all()))
            commands.bind(command.name, [&](const std::string&) { ++run; });
        Script script(lecture.path().string());
        for (double now_s = 0.0; now_s < 600.0 && !script.is_done(); now_s += 1.0)
            script.run_due(commands, now_s, true);
        CHECK(script.is_done());
        CHECK(run > 5);
    }
}
