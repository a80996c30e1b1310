#include "analysis/method/result_store.h"

#include <catch2/catch.hpp>

#include "analysis/method/method_table.h"
#include "tests/analysis/test_attention.h"

using namespace weft;

namespace {

FrameTensor numbers(size_t count, float value) {
    return {{static_cast<int64_t>(count)}, std::make_shared<const std::vector<float>>(count, value)};
}

AttentionFrame frame_of(std::initializer_list<const char*> words) {
    AttentionFrame frame;
    frame.provenance.model = "fake";
    frame.stacks.push_back(test::words(words));
    frame.blocks.push_back(test::uniform_attention(1, 1, 2, 2));
    return frame;
}

}  // namespace

TEST_CASE("what is kept of a method are its tensors, its deltas and its target, and nothing of another") {
    AttentionFrame frame = frame_of({"a", "b"});
    frame.blocks[0].quantities["integrated_gradients"] = numbers(2, 1.0f);
    frame.blocks[0].quantities["integrated_gradients.embedding"] = numbers(4, 2.0f);
    frame.blocks[0].quantities["integrated_gradients_of_something"] = numbers(4, 3.0f);
    frame.deltas["integrated_gradients"] = {0.5};
    frame.deltas["attention_integrated_gradients"] = {0.7};
    frame.target = ExplainedTarget{"token", 7, 1, "b", 2.5, false};
    ResultStore store;
    store.keep("input", "integrated_gradients", {}, frame);
    AttentionFrame other = frame_of({"a", "b"});
    REQUIRE(store.take("input", "integrated_gradients", {}, other));
    CHECK(other.blocks[0].quantities.size() == 2);
    CHECK(other.blocks[0].quantities.at("integrated_gradients").values ==
          frame.blocks[0].quantities.at("integrated_gradients").values);
    CHECK(other.deltas.size() == 1);
    CHECK(other.target->value == 2.5);
    CHECK_FALSE(store.take("another input", "integrated_gradients", {}, other));
    CHECK_FALSE(store.take("input", "grad_cam", {}, other));
}

TEST_CASE("only the options that a method reads tell its results apart") {
    AttentionFrame frame = frame_of({"a", "b"});
    for (const char* name : {"rollout", "flow", "entropy", "integrated_gradients", "relevance"})
        frame.blocks[0].quantities[name] = numbers(2, 1.0f);
    ResultStore store;
    for (const char* name : {"rollout", "flow", "entropy", "integrated_gradients", "relevance"})
        store.keep("input", name, {}, frame);
    const auto has = [&](const char* name, const MethodOptions& options) {
        return store.take("input", name, options, frame);
    };
    MethodOptions residual, rows, target, steps;
    residual.rollout.residual = 0.25;
    rows.flow_rows = {1};
    target.target = parse_target("cat@1");
    steps.ig_steps = 8;
    CHECK_FALSE(has("rollout", residual));
    CHECK_FALSE(has("flow", residual));
    CHECK(has("entropy", residual));
    CHECK(has("relevance", residual));
    CHECK(has("rollout", rows));
    CHECK_FALSE(has("flow", rows));
    CHECK(has("rollout", target));
    CHECK_FALSE(has("relevance", target));
    CHECK_FALSE(has("integrated_gradients", target));
    CHECK(has("relevance", steps));
    CHECK_FALSE(has("integrated_gradients", steps));
    MethodOptions tolerance;
    tolerance.ig_tolerance = 0.5;
    CHECK(has("integrated_gradients", tolerance));  // which this rule does not read
    tolerance.ig_rule = QuadratureRule::adaptive;
    CHECK_FALSE(has("integrated_gradients", tolerance));
    store.keep("input", "integrated_gradients", tolerance, frame);
    CHECK(has("integrated_gradients", tolerance));
    tolerance.ig_tolerance = 0.25;
    CHECK_FALSE(has("integrated_gradients", tolerance));
}

TEST_CASE("an unknown method's results are told apart by every option") {
    MethodOptions options;
    options.baseline = "mask";
    options.flow_rows = {};
    options.target = parse_target("norm");
    CHECK(options_read("something new", options).target == options.target);
}

TEST_CASE("model, device, tokens, special tokens, segments, pixels and ablated heads are part of the input") {
    const AttentionFrame frame = frame_of({"a", "b"});
    const std::string key = input_key(frame, {});
    CHECK(input_key(frame_of({"a", "b"}), {}) == key);
    CHECK(input_key(frame, {{AttentionKind::self, 0, 1, false}}) != key);
    CHECK(input_key(frame, {{AttentionKind::self, 0, 1, true}}) !=
          input_key(frame, {{AttentionKind::self, 0, 1, false}}));
    AttentionFrame other = frame;
    other.provenance.device = "cuda";
    CHECK(input_key(other, {}) != key);
    other = frame;
    other.provenance.model = "another";
    CHECK(input_key(other, {}) != key);
    other = frame;
    other.stacks[0].tokens[1].id = 77;
    CHECK(input_key(other, {}) != key);
    other = frame;
    other.stacks[0].segments[1] = 1;
    CHECK(input_key(other, {}) != key);
    other = frame;
    other.stacks[0].tokens[1].special = true;
    CHECK(input_key(other, {}) != key);
    PatchGrid grid;
    grid.image_rgba = std::make_shared<const std::vector<uint8_t>>(std::vector<uint8_t>{1, 2, 3, 4});
    other.stacks[0].grid = grid;
    const std::string image = input_key(other, {});
    other.stacks[0].grid->image_rgba =
        std::make_shared<const std::vector<uint8_t>>(std::vector<uint8_t>{1, 2, 3, 5});
    CHECK(input_key(other, {}) != image);
}

TEST_CASE("the store is bounded in bytes and lets go what was used longest ago") {
    AttentionFrame frame = frame_of({"a", "b"});
    frame.blocks[0].quantities["entropy"] = numbers(1000, 1.0f);
    ResultStore store(14'000);  // three of them
    for (const char* input : {"1", "2", "3"}) store.keep(input, "entropy", {}, frame);
    REQUIRE(store.count() == 3);
    REQUIRE(store.take("1", "entropy", {}, frame));
    store.keep("4", "entropy", {}, frame);
    CHECK(store.size_bytes() <= 14'000);
    CHECK(store.count() == 3);
    CHECK(store.take("1", "entropy", {}, frame));
    CHECK_FALSE(store.take("2", "entropy", {}, frame));
    CHECK(store.take("3", "entropy", {}, frame));
    CHECK(store.take("4", "entropy", {}, frame));
    store.keep("4", "entropy", {}, frame);  // again: in its own place
    CHECK(store.count() == 3);
    frame.blocks[0].quantities["entropy"] = numbers(10'000, 1.0f);
    store.keep("5", "entropy", {}, frame);  // more than all of it
    CHECK(store.size_bytes() <= 14'000);
    CHECK_FALSE(store.take("5", "entropy", {}, frame));
    store.clear();
    CHECK(store.count() == 0);
    CHECK(store.size_bytes() == 0);
}
