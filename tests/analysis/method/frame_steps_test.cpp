#include "analysis/method/frame_steps.h"

#include <catch2/catch.hpp>
#include <thread>

#include "analysis/error.h"
#include "analysis/method/result_store.h"
#include "tests/analysis/test_attention.h"

using namespace weft;
using namespace std::chrono_literals;

namespace {

constexpr double minute_ms = 60'000;  // of a pause that must end before its time, on any machine

FrameTensor one(float value) {
    return {{1}, std::make_shared<const std::vector<float>>(1, value)};
}

AttentionFrame start() {
    AttentionFrame frame;
    frame.stacks.push_back(test::words({"a", "b"}));
    frame.blocks.push_back(test::uniform_attention(1, 1, 2, 2));
    return frame;
}

AnalysisRequest request_of(std::set<std::string> methods) {
    AnalysisRequest request;
    request.options.methods = std::move(methods);
    request.arrived = std::chrono::steady_clock::now();
    return request;
}

// Adds one number by its name, and counts how often it did.
FrameStep counted(const char* name, bool is_cheap, int& count) {
    return {name, is_cheap, [name, &count](AttentionFrame& frame, const StepContext&) {
                frame.blocks[0].quantities[name] = one(static_cast<float>(++count));
                return true;
            }};
}

struct Posts {
    std::vector<FramePtr> frames;
    std::vector<double> at_ms;
    Stopwatch since;
    std::function<void(FramePtr)> post() {
        return [this](FramePtr frame) {
            at_ms.push_back(since.elapsed_ms());
            frames.push_back(std::move(frame));
        };
    }
    bool has(size_t post, const char* name) const {
        return frames.at(post)->blocks[0].quantities.contains(name);
    }
};

}  // namespace

TEST_CASE("raw attention is posted first, then the cheap methods, then the costly ones") {
    int computed = 0, lens = 0;
    AttentionFrame frame = start();
    Posts posts;
    REQUIRE(run_steps(frame, request_of({"entropy"}),
                      {counted("token_ablation", false, computed), counted("logit_lens", true, lens)}, {},
                      posts.post()));
    REQUIRE(posts.frames.size() == 4);
    CHECK(posts.frames[0]->blocks[0].quantities.empty());
    CHECK(posts.has(1, "logit_lens"));
    CHECK(posts.has(2, "entropy"));
    CHECK_FALSE(posts.has(2, "token_ablation"));
    CHECK_FALSE(posts.frames[2]->complete);
    CHECK(posts.has(3, "token_ablation"));
    CHECK(posts.frames[3]->complete);
    CHECK(posts.frames[3]->part == 3);
}

TEST_CASE("costly methods wait until the text has rested, cheap ones do not") {
    int count = 0;
    AnalysisRequest request = request_of({"entropy"});
    request.options.pause_ms = 60;
    AttentionFrame frame = start();
    Posts posts;
    REQUIRE(run_steps(frame, request, {counted("token_ablation", false, count)}, {}, posts.post()));
    REQUIRE(posts.frames.size() == 3);
    CHECK(posts.at_ms[2] >= 59);
    // A newer text ends the pause at the second post: cheap ones come in it, not after it.
    request.options.pause_ms = minute_ms;
    frame = start();
    Posts cheap;
    CHECK_FALSE(run_steps(
        frame, request, {counted("token_ablation", false, count)}, [&] { return cheap.frames.size() == 2; },
        cheap.post()));
    REQUIRE(cheap.frames.size() == 2);
    CHECK(cheap.has(1, "entropy"));
    CHECK(cheap.at_ms[1] < minute_ms / 2);
    // A text that rested before its method was chosen does not rest again.
    request.arrived -= 1min;
    frame = start();
    Posts again;
    REQUIRE(run_steps(frame, request, {counted("token_ablation", false, count)}, {}, again.post()));
    CHECK(again.at_ms[2] < minute_ms / 2);
}

TEST_CASE("a newer text ends the pause and the costly method") {
    AnalysisRequest request = request_of({});
    std::atomic<bool> newer{false};
    const auto run = [&](double pause_ms) {
        newer = false;
        std::thread key([&] {
            std::this_thread::sleep_for(20ms);
            newer = true;
        });
        request.options.pause_ms = pause_ms;
        request.arrived = std::chrono::steady_clock::now();
        const FrameStep slow{"token_ablation", false, [](AttentionFrame&, const StepContext& context) {
                                 while (!context.stop()) std::this_thread::sleep_for(1ms);
                                 return false;
                             }};
        AttentionFrame frame = start();
        Posts posts;
        const bool done = run_steps(
            frame, request, {slow}, [&] { return newer.load(); }, posts.post());
        key.join();
        CHECK_FALSE(done);
        CHECK(posts.frames.size() == 1);
    };
    const Stopwatch since;
    run(minute_ms);  // in the pause
    CHECK(since.elapsed_ms() < minute_ms / 2);
    run(0);  // in the method
}

TEST_CASE("what is cancelled ends with what was posted last, and that is complete") {
    AnalysisRequest request = request_of({"entropy"});
    request.progress = std::make_shared<AnalysisProgress>();
    int later = 0;
    const FrameStep slow{"token_ablation", false, [&](AttentionFrame& frame, const StepContext& context) {
                             frame.blocks[0].quantities["token_ablation"] = one(0.5f);
                             context.progress(0.25f);
                             context.post_partial();
                             CHECK(request.progress->method() == "token_ablation");
                             CHECK(request.progress->fraction == 0.25f);
                             frame.blocks[0].quantities["token_ablation"] =
                                 one(0.75f);  // half done: never shown
                             request.progress->cancelled = true;
                             while (!context.stop()) std::this_thread::sleep_for(1ms);
                             return false;
                         }};
    request.results = std::make_shared<ResultStore>();
    AttentionFrame frame = start();
    Posts posts;
    REQUIRE(run_steps(frame, request, {slow, counted("logit_lens", false, later)}, {}, posts.post()));
    const AttentionFrame& last = *posts.frames.back();
    CHECK(last.complete);
    CHECK(last.blocks[0].quantities.at("token_ablation").values->front() == 0.5f);
    CHECK(last.blocks[0].quantities.contains("entropy"));
    CHECK(later == 0);
    CHECK(request.progress->method().empty());
    for (size_t i = 1; i < posts.frames.size(); ++i)
        CHECK(posts.frames[i]->part == posts.frames[i - 1]->part + 1);
    // Half a result is not kept.
    CHECK_FALSE(request.results->take(input_key(frame, {}), "token_ablation", {}, frame));
}

TEST_CASE("a cheap step speaks up only when it takes long, and can be cancelled then") {
    AnalysisRequest request = request_of({});
    request.progress = std::make_shared<AnalysisProgress>();
    int later = 0;
    const FrameStep slow{"patterns", true, [&](AttentionFrame&, const StepContext& context) {
                             CHECK(request.progress->method().empty());
                             while (request.progress->method().empty()) std::this_thread::sleep_for(1ms);
                             CHECK(request.progress->method() == "patterns");
                             CHECK(request.progress->seconds() > 0.2);
                             request.progress->cancelled = true;
                             return !context.stop();
                         }};
    AttentionFrame frame = start();
    Posts posts;
    REQUIRE(run_steps(frame, request, {slow, counted("entropy", true, later)}, {}, posts.post()));
    CHECK(posts.frames.back()->complete);
    CHECK(later == 0);
    CHECK(request.progress->method().empty());
}

TEST_CASE("what was computed is there at once the next time, and costs nothing") {
    AnalysisRequest request = request_of({"entropy", "token_ablation"});
    request.results = std::make_shared<ResultStore>();
    int computed = 0;
    AttentionFrame frame = start();
    Posts first, second, third;
    REQUIRE(run_steps(frame, request, {counted("token_ablation", false, computed)}, {}, first.post()));
    CHECK(computed == 1);
    CHECK(first.frames.back()->kept.empty());
    frame = start();
    REQUIRE(run_steps(frame, request, {counted("token_ablation", false, computed)}, {}, second.post()));
    CHECK(computed == 1);
    REQUIRE(second.frames.size() == 1);
    CHECK(second.frames[0]->complete);
    CHECK(second.has(0, "token_ablation"));
    CHECK(second.has(0, "entropy"));
    CHECK(second.frames[0]->timings_ms.at("token_ablation") == 0);
    CHECK(second.frames[0]->kept == std::set<std::string>{"entropy", "token_ablation"});
    request.options.method.target = parse_target("norm");  // other numbers, the same entropy
    frame = start();
    REQUIRE(run_steps(frame, request, {counted("token_ablation", false, computed)}, {}, third.post()));
    CHECK(computed == 2);
    CHECK(third.frames[0]->kept == std::set<std::string>{"entropy"});
}

TEST_CASE("a step of several methods runs unless all of them are there") {
    AnalysisRequest request = request_of({"relevance", "grad_cam"});
    request.results = std::make_shared<ResultStore>();
    int computed = 0;
    const auto run = [&] {
        const FrameStep both{"gradients", false,
                             [&](AttentionFrame& frame, const StepContext&) {
                                 ++computed;
                                 for (const std::string& method : request.options.methods)
                                     frame.blocks[0].quantities[method] = one(1.0f);
                                 return true;
                             },
                             request.options.methods};
        AttentionFrame frame = start();
        Posts posts;
        REQUIRE(run_steps(frame, request, {both}, {}, posts.post()));
        return posts.frames.back();
    };
    CHECK(run()->kept.empty());
    CHECK(run()->kept.size() == 2);
    CHECK(computed == 1);
    request.options.methods.insert("head_importance");
    CHECK(run()->kept.empty());
    CHECK(computed == 2);
    request.options.methods = {"head_importance"};
    CHECK(run()->timings_ms.at("head_importance") == 0);
    CHECK(computed == 2);
}

TEST_CASE("a method that fails ends the work, or is named in the frame where the work goes on") {
    const FrameStep bad{"token_ablation", false,
                        [](AttentionFrame& frame, const StepContext& context) -> bool {
                            frame.blocks[0].quantities["token_ablation"] = one(0.5f);
                            context.post_partial();
                            throw Error("no flow here", "Choose another.");
                        }};
    int count = 0;
    AnalysisRequest request = request_of({});
    AttentionFrame frame = start();
    Posts posts;
    CHECK_THROWS_AS(run_steps(frame, request, {bad}, {}, posts.post()), Error);
    request.options.keeps_going = true;
    request.results = std::make_shared<ResultStore>();
    frame = start();
    REQUIRE(run_steps(frame, request, {bad, counted("logit_lens", false, count)}, {}, posts.post()));
    const AttentionFrame& last = *posts.frames.back();
    CHECK(last.complete);
    CHECK(last.failures.at("token_ablation").message == "no flow here");
    CHECK(last.failures.at("token_ablation").hint == "Choose another.");
    CHECK_FALSE(last.blocks[0].quantities.contains("token_ablation"));
    CHECK(last.blocks[0].quantities.contains("logit_lens"));
    CHECK_FALSE(request.results->take(input_key(frame, {}), "token_ablation", {}, frame));
}
