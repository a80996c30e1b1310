#include "analysis/tokenizer/tokenizer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

// Nine words are enough to see every rule; `change` edits the file before it is read.
json small_file() {
    return json::parse(R"({"version":"1.0","truncation":{"max_length":2},"padding":{"strategy":{"Fixed":9}},
      "added_tokens":[{"id":0,"content":"[UNK]","special":true,"normalized":false},
        {"id":1,"content":"[CLS]","special":true,"normalized":false},{"id":2,"content":"[SEP]","special":true,"normalized":false}],
      "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
      "pre_tokenizer":{"type":"BertPreTokenizer"},
      "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
          {"SpecialToken":{"id":"[SEP]","type_id":0}}],
        "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},
          {"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
        "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[2],"tokens":["[SEP]"]}}},
      "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":10,
        "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"cat":3,"##s":4,"the":5,"e":6,"##e":7,".":8}}})");
}

Tokenizer small(const json& file = small_file()) {
    return Tokenizer::parse(file.dump(), "tokenizer.json");
}

std::vector<int32_t> ids(const TokenizedText& text) {
    std::vector<int32_t> result;
    for (const Token& token : text.stack.tokens) result.push_back(token.id);
    return result;
}

std::vector<std::pair<uint32_t, uint32_t>> spans(const TokenizedText& text) {
    std::vector<std::pair<uint32_t, uint32_t>> result;
    for (const Token& token : text.stack.tokens) result.emplace_back(token.start, token.end);
    return result;
}

template <class Work>
std::string message_of(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

std::string refusal(const json& file) {
    return message_of([&] { small(file); });
}

using Ids = std::vector<int32_t>;

}  // namespace

TEST_CASE("words become the longest pieces of the vocabulary, with the bytes they were typed with") {
    const TokenizedText text = small().tokenize("The cats, CAT.");
    REQUIRE(ids(text) == Ids{1, 5, 3, 4, 0, 3, 8, 2});
    REQUIRE(spans(text) == std::vector<std::pair<uint32_t, uint32_t>>{
                               {0, 0}, {0, 3}, {4, 7}, {7, 8}, {8, 9}, {10, 13}, {13, 14}, {0, 0}});
    REQUIRE(text.stack.tokens[3].text == "##s");
    REQUIRE(text.stack.tokens[0].special);
    REQUIRE_FALSE(text.stack.tokens[1].special);
    REQUIRE_FALSE(text.truncation);
}

TEST_CASE("an accented character spans its bytes whether it is one point or two") {
    REQUIRE(spans(small().tokenize("\xc3\xa9"))[1] == std::pair<uint32_t, uint32_t>{0, 2});
    REQUIRE(spans(small().tokenize("e\xcc\x81"
                                   "e"))[1] == std::pair<uint32_t, uint32_t>{0, 1});
    REQUIRE(spans(small().tokenize("e\xcc\x81"
                                   "e"))[2] == std::pair<uint32_t, uint32_t>{3, 4});
}

TEST_CASE("special tokens written by the user are special") {
    const TokenizedText text = small().tokenize("cat[SEP]the [sep]");
    REQUIRE(ids(text) == Ids{1, 3, 2, 5, 0, 0, 0, 2});
    REQUIRE(text.stack.tokens[2].special);
    REQUIRE(spans(text)[2] == std::pair<uint32_t, uint32_t>{3, 8});
}

TEST_CASE("a pair has segments, and each span is relative to its own text") {
    const TokenizedText text = small().tokenize("the cat", "cats");
    REQUIRE(ids(text) == Ids{1, 5, 3, 2, 3, 4, 2});
    REQUIRE(text.stack.segments == std::vector<uint8_t>{0, 0, 0, 0, 1, 1, 1});
    REQUIRE(spans(text)[4] == std::pair<uint32_t, uint32_t>{0, 3});
    REQUIRE(text.stack.pair_text == "cats");
}

TEST_CASE("a text beyond the model's limit is refused with both numbers, or cut and said where") {
    REQUIRE_THAT(message_of([] {
                     small().tokenize("the cat the cat", {}, {4, false});
                 }),
                 Contains("6 tokens") && Contains("takes 4"));
    const TokenizedText text = small().tokenize("the cat the cat", {}, {4, true});
    REQUIRE(ids(text) == Ids{1, 5, 3, 2});
    REQUIRE(text.truncation->token_count == 6);
    REQUIRE(text.truncation->token_limit == 4);
    REQUIRE(text.truncation->byte_offset == 8);
    REQUIRE(text.stack.text == "the cat ");
    REQUIRE_FALSE(small().tokenize("the cat the cat", {}, {6, true}).truncation);
    REQUIRE_THROWS_AS(small().tokenize("the", {}, {2, true}), Error);

    const TokenizedText pair = small().tokenize("the cat the cat", "cats", {7, true});
    REQUIRE(ids(pair) == Ids{1, 5, 3, 2, 3, 4, 2});
    REQUIRE(pair.truncation->byte_offset == 8);
    REQUIRE(pair.truncation->pair_byte_offset == 4);
}

TEST_CASE("a text that is not UTF-8 is refused with the byte's offset") {
    for (const char* bad : {"ab\xff", "ab\xc0\x80", "ab\xed\xa0\x80", "ab\xf4\x90\x80\x80", "ab\xe2\x82"})
        REQUIRE_THAT(message_of([&] { small().tokenize(bad); }), Contains("byte 2"));
    REQUIRE_THAT(message_of([&] { small().tokenize("a", "\x80"); }),
                 Contains("second text") && Contains("byte 0"));
}

TEST_CASE("no tokens at all is an error") {
    json file = small_file();
    file["post_processor"] = nullptr;
    REQUIRE_THAT(message_of([&] { small(file).tokenize("  "); }), Contains("no tokens"));
    REQUIRE(ids(small(file).tokenize("cat")) == Ids{3});
}

TEST_CASE("added tokens strip, stand alone or are normalised as their flags say") {
    json file = small_file();
    const auto add = [&](int id, const char* content, const char* flag) {
        json token{{"id", id}, {"content", content}, {"special", false}, {"normalized", false}};
        if (*flag != '\0') token[flag] = true;
        file["added_tokens"].push_back(token);
    };
    add(9, "<l>", "lstrip");
    add(10, "<r>", "rstrip");
    add(11, "<n", "");
    add(12, "alone", "single_word");
    add(13,
        "\xc3\x89"
        "cl",
        "normalized");
    add(14, "<nn>", "");
    const Tokenizer tokenizer = small(file);
    const TokenizedText stripped = tokenizer.tokenize("cat <l> <r> cat");
    REQUIRE(ids(stripped) == Ids{1, 3, 9, 10, 3, 2});
    REQUIRE(spans(stripped)[2] == std::pair<uint32_t, uint32_t>{3, 7});
    REQUIRE(spans(stripped)[3] == std::pair<uint32_t, uint32_t>{8, 12});
    REQUIRE(ids(tokenizer.tokenize("<nn><n")) == Ids{1, 14, 11, 2});
    REQUIRE(ids(tokenizer.tokenize("alone. aloner")) == Ids{1, 12, 8, 0, 2});
    REQUIRE(ids(tokenizer.tokenize("ECL")) == Ids{1, 13, 2});
}

TEST_CASE("a tokenizer file with an unknown part or that contradicts itself is refused by name") {
    const auto changed = [](const char* pointer, json value) {
        json file = small_file();
        file[json::json_pointer(pointer)] = std::move(value);
        return refusal(file);
    };
    REQUIRE_THAT(changed("/model/type", "Odd"), Contains("model \"Odd\""));
    REQUIRE_THAT(changed("/model/type", "BPE"), Contains("\"merges\" is missing"));
    REQUIRE_THAT(changed("/normalizer/type", "Odd"), Contains("normalizer \"Odd\""));
    REQUIRE_THAT(changed("/pre_tokenizer/type", "Odd"), Contains("pre_tokenizer \"Odd\""));
    REQUIRE_THAT(changed("/decoder", json{{"type", "Odd"}}), Contains("decoder \"Odd\""));
    REQUIRE_THAT(changed("/post_processor/type", "Odd"), Contains("post_processor \"Odd\""));
    REQUIRE_THAT(changed("/model/unk_token", "[NONE]"), Contains("[NONE]"));
    REQUIRE_THAT(changed("/model/vocab/cat", -3), Contains("\"cat\" is -3"));
    REQUIRE_THAT(changed("/model/vocab/cat", 1 << 30), Contains("\"cat\""));
    REQUIRE_THAT(changed("/model/vocab", json::object()), Contains("missing or empty"));
    REQUIRE_THAT(changed("/added_tokens/0/id", 5), Contains("has id 5"));
    REQUIRE_THAT(changed("/post_processor/special_tokens/[CLS]/ids/0", 77), Contains("77"));
    REQUIRE_THAT(changed("/post_processor/single/1/Sequence/id", "B"), Contains("each text once"));
    REQUIRE_THAT(changed("/model", nullptr), Contains("model"));
    REQUIRE_THROWS_AS(Tokenizer::parse("[]", "t"), Error);
}

TEST_CASE("a folder without tokenizer.json is read from vocab.txt and the small files beside it") {
    test::TemporaryFolder folder;
    REQUIRE_THAT(message_of([&] { Tokenizer::load(folder.path().string()); }), Contains("has no tokenizer"));
    test::write_file(folder.file("vocab.txt"), "[UNK]\n[CLS]\r\n[SEP]\ncat\n##s\nCat\n");
    REQUIRE(ids(Tokenizer::load(folder.path().string()).tokenize("Cats")) == Ids{1, 3, 4, 2});
    test::write_file(
        folder.file("tokenizer_config.json"),
        R"({"do_lower_case":false,"sep_token":{"content":"cat"},"added_tokens_decoder":{"6":{"content":"<x>","special":true}}})");
    const Tokenizer cased = Tokenizer::load(folder.path().string());
    REQUIRE(ids(cased.tokenize("Cats<x>")) == Ids{1, 5, 4, 6, 3});
    test::write_file(folder.file("vocab.txt"), "cat\n");
    REQUIRE_THAT(message_of([&] { Tokenizer::load(folder.path().string()); }), Contains("has no \"[CLS]\""));
}

TEST_CASE("ids, spans and segments of MiniLM's tokenizer equal those of transformers") {
    const Tokenizer tokenizer = Tokenizer::load(resolve_model_folder(""));
    const json references =
        json::parse(test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/tokenizer_references.json"));
    REQUIRE(references.size() > 40);
    for (const json& row : references) {
        const auto texts = row["texts"].get<std::vector<std::string>>();
        INFO(row["texts"].dump());
        const TokenizedText text =
            texts.size() == 2 ? tokenizer.tokenize(texts[0], texts[1]) : tokenizer.tokenize(texts[0]);
        CHECK(ids(text) == row["ids"].get<Ids>());
        CHECK(spans(text) == row["spans"].get<std::vector<std::pair<uint32_t, uint32_t>>>());
        CHECK(text.stack.segments == row["segments"].get<std::vector<uint8_t>>());
    }
}

TEST_CASE("the public BERT tokenizer vectors are reproduced") {
    const auto data = test::conformance_data("");
    if (!data) return;
    const Tokenizer tokenizer = Tokenizer::load((*data / "tokenizer-gpt2-bert").string());  // vocab.txt
    const json vectors = json::parse(test::read_file(*data / "tokenizer-vectors-transformersjs/bert.json"));
    for (const auto& [name, row] : vectors["Xenova/bert-base-uncased"].items()) {
        INFO(name);
        const auto text = row["text"].get<std::string>(), pair = row.value("text_pair", std::string());
        const TokenizedText got =
            row.contains("text_pair") ? tokenizer.tokenize(text, pair) : tokenizer.tokenize(text);
        CHECK(ids(got) == row["ids"].get<Ids>());
    }
    const json questions = json::parse(test::read_file(*data / "tokenizer-gpt2-bert/question_tokens.json"));
    const json expected =
        json::parse(test::read_file(*data / "tokenizer-gpt2-bert/tokenized_questions.json"));
    REQUIRE(questions.size() == expected.size());
    size_t different = 0;
    for (size_t i = 0; i < questions.size(); ++i) {
        Ids got = ids(tokenizer.tokenize(questions[i]["original"].get<std::string>()));
        got = Ids(got.begin() + 1, got.end() - 1);
        if (got != expected[i].get<Ids>()) ++different;
    }
    INFO(questions.size() << " questions");
    CHECK(different == 0);
}
