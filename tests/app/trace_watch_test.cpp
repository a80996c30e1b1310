#include "app/trace_watch.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "analysis/error.h"
#include "analysis/trace.h"
#include "tests/app/temporary_folder.h"

using namespace weft;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

// One layer and head that reads `key` only.
AttentionFrame trace_of(const std::string& title, uint32_t key) {
    AttentionFrame frame;
    frame.provenance.title = title;
    TokenStack stack;
    for (const char* text : {"a", "b", "c"}) stack.tokens.push_back({-1, text, 0, 1, false});
    frame.stacks.push_back(stack);
    AttentionBlock block;
    block.layers = block.heads = 1;
    block.queries = block.keys = 3;
    auto weights = std::make_shared<std::vector<float>>(9, 0.0f);
    for (uint32_t i = 0; i < 3; ++i) (*weights)[i * 3 + key] = 1.0f;
    block.layer_weights.push_back(weights);
    frame.blocks.push_back(block);
    return frame;
}

void write(const fs::path& path, uint32_t key) {
    const fs::path temporary = path.string() + ".part";
    write_trace(temporary.string(), trace_of(path.stem().string(), key));
    fs::rename(temporary, path);
}

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// What has been said until `wanted` held, put together; fails after two minutes.
struct Listener {
    explicit Listener(TraceWatch& its_watch) : watch(its_watch) {}
    TraceWatch& watch;
    FramePtr frame;
    std::string name, message;
    size_t number = 0, count = 0;

    void take() {
        const WatchNews news = watch.take_news();
        if (news.frame) frame = news.frame;
        if (!news.message.empty()) message = news.message;
        name = news.name, number = news.number, count = news.count;
    }
    template <class Wanted>
    bool hears(const Wanted& wanted) {
        for (int tries = 0; tries < 12'000; ++tries) {
            take();
            if (wanted()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }
    bool shows(const std::string& wanted, size_t at, size_t of) {
        return hears([&] {
            return name == wanted && number == at && count == of && frame &&
                   frame->provenance.title + ".safetensors" == wanted;
        });
    }
};

}  // namespace

TEST_CASE("a folder that cannot be watched is refused by name") {
    TemporaryFolder folder;
    CHECK_THROWS_WITH(TraceWatch((folder / "none").string(), {}), Contains("none") && Contains("no folder"));
    std::ofstream(folder / "file") << "x";
    CHECK_THROWS_WITH(TraceWatch((folder / "file").string(), {}), Contains("file\" is no folder"));
}

TEST_CASE("the newest trace of a folder comes first, then each that arrives, and the others are steps away") {
    TemporaryFolder folder;
    write(folder / "one.safetensors", 0);
    write(folder / "two.safetensors", 1);
    const auto now = fs::file_time_type::clock::now();
    fs::last_write_time(folder / "one.safetensors", now - std::chrono::seconds(5));
    fs::last_write_time(folder / "two.safetensors", now - std::chrono::seconds(9));
    std::ofstream(folder / "readme.txt") << "no trace";
    fs::create_directory(folder / "folder.safetensors");

    TraceWatch watch(folder.path().string(), {});
    Listener listener{watch};
    CHECK(listener.shows("one.safetensors", 2, 2));
    write(folder / "three.safetensors", 2);
    CHECK(listener.shows("three.safetensors", 3, 3));
    CHECK(listener.frame->blocks[0].layer_weights[0]->at(2) == 1.0f);

    watch.step(-1);
    CHECK(listener.shows("one.safetensors", 2, 3));
    watch.step(-5);
    CHECK(listener.shows("two.safetensors", 1, 3));
    write(folder / "four.safetensors", 0);
    CHECK(listener.hears([&] { return listener.count == 4; }));
    CHECK(listener.name == "two.safetensors");  // looked back: new ones are counted only
    watch.to_newest();
    CHECK(listener.shows("four.safetensors", 4, 4));
    write(folder / "five.safetensors", 0);
    CHECK(listener.shows("five.safetensors", 5, 5));
    CHECK(listener.message.empty());
}

TEST_CASE("a trace is never shown half: one that grows slowly appears once it is whole") {
    TemporaryFolder folder;
    write(folder / "old.safetensors", 0);
    write(folder / "whole.safetensors", 1);
    const std::string bytes = bytes_of(folder / "whole.safetensors");
    fs::remove(folder / "whole.safetensors");

    TraceWatch watch(folder.path().string(), {});
    Listener listener{watch};
    REQUIRE(listener.shows("old.safetensors", 1, 1));
    {
        std::ofstream file(folder / "whole.safetensors", std::ios::binary);
        using Clock = std::chrono::steady_clock;
        Clock::time_point written = Clock::now();
        Clock::duration longest{0};
        const size_t piece = bytes.size() / 5 + 1;
        for (size_t at = 0; at < bytes.size(); at += piece) {
            file << bytes.substr(at, piece) << std::flush;
            longest = std::max(longest, Clock::now() - written);
            written = Clock::now();
            std::this_thread::sleep_for(std::chrono::milliseconds(350));
            listener.take();
            // What was not written on for 1.5 s is rightly called broken.
            if (std::max(longest, Clock::now() - written) > std::chrono::milliseconds(1400))
                listener.message.clear();
            CHECK(listener.message.empty());
            if (at + piece < bytes.size()) CHECK(listener.name == "old.safetensors");
        }
    }
    CHECK(listener.shows("whole.safetensors", 2, 2));
    CHECK(listener.message.empty());
}

TEST_CASE("a broken file is a message, said once, and the trace before it stays") {
    TemporaryFolder folder;
    write(folder / "good.safetensors", 0);
    TraceWatch watch(folder.path().string(), {});
    Listener listener{watch};
    REQUIRE(listener.shows("good.safetensors", 1, 1));
    const std::string bytes = bytes_of(folder / "good.safetensors");
    std::ofstream(folder / "bad.safetensors", std::ios::binary) << bytes.substr(0, bytes.size() - 3);
    CHECK(listener.hears([&] { return !listener.message.empty(); }));
    CHECK_THAT(listener.message, Contains("bad.safetensors"));
    CHECK(listener.name == "good.safetensors");
    CHECK(listener.count == 1);
    listener.message.clear();
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    listener.take();
    CHECK(listener.message.empty());
    std::ofstream(folder / "bad.safetensors", std::ios::binary) << bytes;  // written again, whole
    CHECK(listener.hears([&] { return listener.name == "bad.safetensors" && listener.count == 2; }));
}

TEST_CASE("a file that is written anew is shown anew, and one that is gone is left out with a message") {
    TemporaryFolder folder;
    write(folder / "a.safetensors", 0);
    TraceWatch watch(folder.path().string(), {});
    Listener listener{watch};
    REQUIRE(listener.shows("a.safetensors", 1, 1));
    write(folder / "a.safetensors", 2);
    CHECK(listener.hears([&] { return listener.frame->blocks[0].layer_weights[0]->at(2) == 1.0f; }));
    CHECK(listener.count == 1);
    write(folder / "b.safetensors", 1);
    REQUIRE(listener.shows("b.safetensors", 2, 2));
    fs::remove(folder / "a.safetensors");
    watch.step(-1);
    CHECK(listener.hears([&] { return !listener.message.empty(); }));
    CHECK_THAT(listener.message, Contains("a.safetensors") && Contains("not there any more"));
    CHECK(listener.name == "b.safetensors");
}

TEST_CASE("an empty folder is waited at, and a folder that goes is said") {
    TemporaryFolder folder;
    fs::create_directory(folder / "runs");
    TraceWatch watch((folder / "runs").string(), {});
    Listener listener{watch};
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    listener.take();
    CHECK(listener.count == 0);
    fs::remove_all(folder / "runs");
    CHECK(listener.hears([&] { return !listener.message.empty(); }));
    CHECK_THAT(listener.message, Contains("runs"));
    fs::create_directory(folder / "runs");
    write(folder / "runs" / "a.safetensors", 0);
    CHECK(listener.hears([&] { return listener.name == "a.safetensors"; }));
}
