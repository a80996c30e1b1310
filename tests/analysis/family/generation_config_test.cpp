// The rules of generating as pure functions. That they give transformers' texts: tests/parity.
#include "analysis/family/generation_config.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/error.h"

using namespace weft;

namespace {

ModelConfig ten_tokens() {
    ModelConfig config;
    config.stacks.resize(2);
    config.stacks[1].embedding.vocabulary = 10;
    config.generation.start_id = 2;
    config.generation.end_ids = {1};
    return config;
}

GenerationConfig parse(const char* json) {
    return parse_generation_config(json, "generation_config.json", ten_tokens());
}

std::string refusal(const char* json) {
    try {
        parse(json);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

// What the rules leave of ten equal logits after `ids`.
std::vector<int> allowed(const char* json, const std::vector<int32_t>& ids, int64_t max_length = 100) {
    std::vector<float> logits(10, 1.0f);
    apply_generation_config(parse(json), ids, max_length, logits);
    std::vector<int> left;
    for (int id = 0; id < 10; ++id)
        if (logits[static_cast<size_t>(id)] > -INFINITY) left.push_back(id);
    return left;
}

}  // namespace

TEST_CASE("What a generation_config.json leaves out comes from config.json") {
    CHECK(parse("{}").start_id == 2);
    CHECK(parse("{}").end_ids == std::vector<int64_t>{1});
    CHECK(parse(R"({"decoder_start_token_id": [4], "eos_token_id": [5, 6]})").start_id == 4);
    CHECK(parse(R"({"eos_token_id": [5, 6]})").ends(6));
    CHECK_FALSE(parse(R"({"eos_token_id": [5, 6]})").ends(1));
    ModelConfig without = ten_tokens();
    without.generation.start_id.reset();
    CHECK(parse_generation_config(R"({"bos_token_id": 7})", "file", without).start_id == 7);
    CHECK_THROWS_AS(parse_generation_config("{}", "file", without), Error);
}

TEST_CASE("Forced tokens are the only ones left at their place") {
    CHECK(allowed(R"({"forced_bos_token_id": 7})", {2}) == std::vector<int>{7});
    CHECK(allowed(R"({"forced_bos_token_id": 7})", {2, 7}).size() == 10);
    CHECK(allowed(R"({"forced_eos_token_id": [1, 3]})", {2, 7, 8}, 4) == std::vector<int>{1, 3});
    CHECK(allowed(R"({"forced_eos_token_id": 1})", {2, 7}, 4).size() == 10);
}

TEST_CASE("Suppressed tokens don't come, at the beginning or at all, and no end before the least length") {
    CHECK(allowed(R"({"suppress_tokens": [0, 1, 2, 3, 50]})", {2, 3}) == std::vector<int>{4, 5, 6, 7, 8, 9});
    CHECK(allowed(R"({"begin_suppress_tokens": [0]})", {2}).front() == 1);
    CHECK(allowed(R"({"begin_suppress_tokens": [0]})", {2, 3}).front() == 0);
    CHECK(allowed(R"({"begin_suppress_tokens": [0], "forced_bos_token_id": 5})", {2, 5}).front() == 1);
    CHECK(allowed(R"({"bad_words_ids": [[0], [1], [4, 5]]})", {2, 4}).size() == 9);  // an end token may come
    CHECK(allowed(R"({"min_length": 3})", {2, 4}).size() == 9);
    CHECK(allowed(R"({"min_length": 3})", {2, 4, 5}).size() == 10);
    CHECK(allowed(R"({"min_new_tokens": 3})", {2, 4, 5}).size() == 9);
    CHECK(allowed(R"({"suppress_tokens": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]})", {2}) == std::vector<int>{0});
}

TEST_CASE("A group of tokens that came once doesn't come again") {
    CHECK(allowed(R"({"no_repeat_ngram_size": 2})", {2, 4, 5, 4, 6, 4}).size() == 8);  // not 5, not 6
    CHECK(allowed(R"({"no_repeat_ngram_size": 3})", {2, 4, 5, 2, 4}).size() == 9);
    CHECK(allowed(R"({"no_repeat_ngram_size": 1})", {2, 4, 4}).size() == 8);
    CHECK(allowed(R"({"no_repeat_ngram_size": 9})", {2, 4, 4}).size() == 10);
}

TEST_CASE("A repeated token's logit is divided where positive, multiplied where negative") {
    std::vector<float> logits = {2, -2, 2, -2, 0, 0, 0, 0, 0, 0};
    const std::vector<int32_t> ids = {0, 1, 1, 0};
    apply_generation_config(parse(R"({"repetition_penalty": 2.0})"), ids, 100, logits);
    CHECK(logits[0] == 1);
    CHECK(logits[1] == -4);
    CHECK(logits[2] == 2);
    CHECK(logits[3] == -2);
}

TEST_CASE("Settings of other ways to generate are named, idle ones are not") {
    CHECK(parse(R"({"num_beams": 1, "do_sample": false, "length_penalty": 2.0})").ignored.empty());
    CHECK(parse(R"({"num_beams": 5, "do_sample": true})").ignored ==
          std::vector<std::string>{"num_beams 5", "do_sample true"});
}

TEST_CASE("A rule that can't be one is refused by name") {
    CHECK_THAT(refusal(R"({"decoder_start_token_id": 10})"),
               Catch::Contains("\"decoder_start_token_id\" is 10"));
    CHECK_THAT(refusal(R"({"forced_bos_token_id": 11})"), Catch::Contains("forced_bos_token_id"));
    CHECK_THAT(refusal(R"({"forced_bos_token_id": [1, 2]})"), Catch::Contains("forced_bos_token_id"));
    CHECK_THAT(refusal(R"({"bad_words_ids": {"a": 1}})"), Catch::Contains("bad_words_ids"));
    CHECK_THAT(refusal(R"({"bad_words_ids": [[]]})"), Catch::Contains("bad_words_ids"));
    CHECK_THAT(refusal(R"({"min_length": -1})"), Catch::Contains("min_length"));
    CHECK_THAT(refusal(R"({"repetition_penalty": "high"})"), Catch::Contains("repetition_penalty"));
    CHECK_THAT(refusal(R"({"eos_token_id": "end"})"), Catch::Contains("eos_token_id"));
    CHECK_THAT(refusal("[]"), Catch::Contains("not an object"));
}
