#include "analysis/method/patterns.h"

#include "analysis/error.h"
#include "tests/analysis/method/method_references.h"

using namespace weft;
using namespace weft::test;
using nlohmann::json;

namespace {

constexpr float tolerance = 1e-5f;  // METHODS: patterns absolute

TokenStack stack_of(const std::vector<int32_t>& ids, const std::vector<size_t>& separators = {},
                    std::vector<uint8_t> segments = {}) {
    TokenStack stack;
    for (const int32_t id : ids) {
        stack.tokens.emplace_back();
        stack.tokens.back().id = id;
        stack.tokens.back().text = std::to_string(id);
    }
    for (const size_t i : separators) stack.tokens[i].separator = true;
    stack.segments = std::move(segments);
    return stack;
}

std::vector<float> scores_of(const AttentionBlock& block, const TokenStack& stack) {
    return *patterns(block, stack).patterns.values;
}

// self previous next local first separator vertical block duplicate induction
void require_scores(const AttentionBlock& block, const TokenStack& stack,
                    const std::vector<float>& expected) {
    require_close(scores_of(block, stack), expected, tolerance);
}

}  // namespace

TEST_CASE("patterns of identity attention are self, local and block") {
    require_scores(identity_attention(1, 1, 6), stack_of({1, 2, 3, 1, 2, 3}),
                   {1, 0, 0, 1, 0, 0, 1.0f / 6, 1, 0, 0});
}

TEST_CASE("patterns of uniform attention equal what is shown beside them") {
    for (const bool is_causal : {false, true}) {
        const AttentionBlock block =
            is_causal ? causal_uniform_attention(2, 3, 6) : uniform_attention(2, 3, 6, 6);
        const PatternResult result = patterns(block, stack_of({9, 1, 2, 1, 2, 9}, {0, 5}));
        REQUIRE(result.patterns.shape == std::vector<int64_t>{2, 3, 10});
        REQUIRE(result.uniform.shape == std::vector<int64_t>{2, 3, 10});
        require_close(*result.patterns.values, *result.uniform.values, tolerance);
    }
}

TEST_CASE("one-hot attention is named after its arrows") {
    const TokenStack stack = stack_of({7, 5, 6, 5, 6, 8}, {5});
    const auto name_of = [&](auto key_of) {
        const PatternResult result =
            patterns(make_attention(1, 1, 6, 6,
                                    [&](auto, auto, size_t i, size_t j) {
                                        return j == static_cast<size_t>(key_of(i)) ? 1.0f : 0.0f;
                                    }),
                     stack);
        return head_name(*result.patterns.values, *result.uniform.values);
    };
    CHECK(name_of([](size_t i) { return i; }) == Pattern::self);
    CHECK(name_of([](size_t i) { return i == 0 ? 0 : i - 1; }) == Pattern::previous);
    CHECK(name_of([](size_t i) { return i == 5 ? 5 : i + 1; }) == Pattern::next);
    CHECK(name_of([](size_t) { return 0; }) == Pattern::first);
    CHECK(name_of([](size_t) { return 5; }) == Pattern::separator);
    CHECK(name_of([](size_t) { return 2; }) == Pattern::vertical);
    CHECK(name_of([](size_t i) { return i > 2 ? i - 2 : i; }) == Pattern::duplicate);  // 5 6 | 5 6
    CHECK(name_of([](size_t i) { return i == 3 ? 2 : i == 4 ? 3 : 5 - i; }) == Pattern::induction);
    CHECK(pattern_name(Pattern::induction) == "induction");
    CHECK(pattern_name(Pattern::self) == "self");
}

TEST_CASE("a head without a pattern has no name") {
    const PatternResult result = patterns(uniform_attention(1, 1, 5, 5), stack_of({1, 2, 3, 4, 5}));
    CHECK_FALSE(head_name(*result.patterns.values, *result.uniform.values));
    std::vector<float> scores(pattern_count, 0.0f), uniform(pattern_count, 0.0f);
    scores[3] = 0.25f;  // exactly the least excess
    CHECK(head_name(scores, uniform) == Pattern::local);
    uniform[3] = 0.01f;
    CHECK_FALSE(head_name(scores, uniform));
}

TEST_CASE("patterns of one token are its self-attention") {
    require_scores(identity_attention(1, 1, 1), stack_of({4}), {1, 0, 0, 1, 0, 0, 1, 1, 0, 0});
    require_scores(identity_attention(1, 1, 1), stack_of({4}, {0}), {1, 0, 0, 1, 0, 1, 1, 1, 0, 0});
    AttentionBlock causal = identity_attention(1, 1, 1);
    causal.causal = true;
    require_scores(causal, stack_of({4}), {1, 0, 0, 1, 0, 0, 1, 1, 0, 0});
}

TEST_CASE("patterns of two tokens with one masked") {
    const AttentionBlock block =
        make_attention(1, 1, 2, 2, [](auto, auto, size_t, size_t j) { return j == 0 ? 1.0f : 0.0f; });
    //                                                    self  prev next local first sep vert block dup ind
    require_scores(block, stack_of({3, 4}), {0.5f, 1, 0, 1, 1, 0, 1, 1, 0, 0});
    require_scores(block, stack_of({3, 3}), {0.5f, 1, 0, 1, 1, 0, 1, 1, 1, 0});
    require_scores(block, stack_of({3, 4}, {1}, {0, 1}), {0.5f, 1, 0, 1, 1, 0, 1, 1, 0, 0});
    require_scores(block, stack_of({3, 4}, {}, {0, 1}), {0.5f, 1, 0, 1, 1, 0, 1, 0.5f, 0, 0});
}

TEST_CASE("a row counts only where the mask leaves it such a key") {
    // The separator is token 2: of a causal block rows 0 and 1 do not see it.
    const TokenStack stack = stack_of({1, 2, 3, 4}, {2});
    CHECK(scores_of(causal_uniform_attention(1, 1, 4), stack)[5] == Approx((1.0 / 3 + 1.0 / 4) / 2));
    CHECK(scores_of(uniform_attention(1, 1, 4, 4), stack)[5] == Approx(0.25));
    CHECK(scores_of(causal_uniform_attention(1, 1, 4), stack)[2] == 0);  // no next key in sight
}

TEST_CASE("a separator belongs to what it closes, however it is numbered") {
    const AttentionBlock block = causal_uniform_attention(1, 1, 6);
    const std::vector<int32_t> ids = {1, 2, 3, 4, 5, 6};
    CHECK(scores_of(block, stack_of(ids, {2, 5}, {0, 0, 1, 1, 1, 0})) ==
          scores_of(block, stack_of(ids, {2, 5}, {0, 0, 0, 1, 1, 1})));
    CHECK(scores_of(block, stack_of(ids, {2, 3}, {0, 0, 0, 1, 1, 1}))[7] ==
          scores_of(block, stack_of(ids, {2, 3}, {0, 0, 0, 0, 1, 1}))[7]);
}

TEST_CASE("tokens without ids are equal where their texts are") {
    TokenStack stack = words({"a", "b", "a"});
    for (Token& token : stack.tokens) token.id = -1;
    CHECK(scores_of(uniform_attention(1, 1, 3, 3), stack)[8] == Approx(1.0 / 3));
    CHECK(scores_of(uniform_attention(1, 1, 3, 3), words({"a", "b", "a"}))[8] == 0);  // ids 0, 1, 2
}

TEST_CASE("patterns equal the references of an independent script") {
    const json all = method_references();
    for (const json& row : all["blocks"]) {
        const AttentionBlock block = reference_block(row, all["layers"], all["heads"], all["size"]);
        const PatternResult result = patterns(
            block, stack_of(all["ids"], all["separators"], all["segments"].get<std::vector<uint8_t>>()));
        require_close(*result.patterns.values, row["patterns"].get<std::vector<float>>(), tolerance);
        std::vector<float> uniform = *result.uniform.values;
        uniform.resize(pattern_count);
        require_close(uniform, row["patterns.uniform"].get<std::vector<float>>(), tolerance);
    }
}

TEST_CASE("patterns refuse other numbers of tokens, and stop when they are superseded") {
    CHECK_THROWS_AS(patterns(uniform_attention(1, 1, 3, 3), stack_of({1, 2})), Error);
    CHECK_THROWS_AS(patterns(uniform_attention(1, 1, 3, 4), stack_of({1, 2, 3, 4})), Error);
    int asked = 0;
    const PatternResult result =
        patterns(uniform_attention(5, 1, 3, 3), stack_of({1, 2, 3}), [&asked] { return ++asked == 2; });
    CHECK(result.patterns.values == nullptr);
    CHECK(asked == 2);
}
