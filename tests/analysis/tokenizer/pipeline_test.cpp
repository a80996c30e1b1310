// Whole tokenizers against what the fast tokenizers make of the same files.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/error.h"
#include "analysis/tokenizer/tokenizer.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

using Ids = std::vector<int32_t>;
using Spans = std::vector<std::pair<uint32_t, uint32_t>>;

Ids ids(const TokenizedText& text) {
    Ids result;
    for (const Token& token : text.stack.tokens) result.push_back(token.id);
    return result;
}

Spans spans(const TokenizedText& text) {
    Spans result;
    for (const Token& token : text.stack.tokens) result.emplace_back(token.start, token.end);
    return result;
}

Tokenizer tokenizer_of(const json& file) {
    return Tokenizer::parse(file.dump(), "tokenizer.json");
}

std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

json bpe_file() {
    return json::parse(R"({"model":{"type":"BPE","unk_token":"u","vocab":{"u":0,"a":1,"b":2,"ab":3,"abb":4},
      "merges":["a b","ab b"]},"added_tokens":[]})");
}

std::string refusal(const char* pointer, json value) {
    json file = bpe_file();
    file[json::json_pointer(pointer)] = std::move(value);
    return message_of([&] { tokenizer_of(file).tokenize("abba"); });
}

// {"text", "ids", "text_pair"?} by name. Their decoded texts are cleaned up further and not compared.
void check_vectors(const Tokenizer& tokenizer, const json& vectors) {
    REQUIRE(vectors.size() > 3);
    for (const auto& [name, row] : vectors.items()) {
        INFO(name);
        const std::string text = row["text"].get<std::string>();
        const TokenizedText got = row.contains("text_pair")
                                      ? tokenizer.tokenize(text, row["text_pair"].get<std::string>())
                                      : tokenizer.tokenize(text);
        CHECK(ids(got) == row["ids"].get<Ids>());
    }
}

}  // namespace

TEST_CASE("every component makes the tokens, spans, segments and decoded text of the fast tokenizers") {
    const json references =
        json::parse(test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/pipeline_references.json"));
    REQUIRE(references.size() > 50);
    for (const json& row : references) {
        INFO(row["name"].get<std::string>());
        const Tokenizer tokenizer = tokenizer_of(row["file"]);
        REQUIRE(row["cases"].size() > 5);
        for (const json& reference : row["cases"]) {
            const auto texts = reference["texts"].get<std::vector<std::string>>();
            INFO(reference["texts"].dump(-1, ' ', true));
            const TokenizedText text =
                texts.size() == 2 ? tokenizer.tokenize(texts[0], texts[1]) : tokenizer.tokenize(texts[0]);
            CHECK(ids(text) == reference["ids"].get<Ids>());
            if (reference.contains("spans")) CHECK(spans(text) == reference["spans"].get<Spans>());
            CHECK(text.stack.segments == reference["segments"].get<std::vector<uint8_t>>());
            CHECK(tokenizer.decode(ids(text)) == reference["decoded"].get<std::string>());
        }
    }
}

TEST_CASE("several tokens of one character say so, a space that nobody typed does not") {
    json file = bpe_file();
    file["model"]["byte_fallback"] = true;
    file["model"]["vocab"].update({{"<0xC3>", 5}, {"<0xA9>", 6}, {"\u2581", 7}});
    file["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "\u2581"}};
    const TokenizedText text = tokenizer_of(file).tokenize("\u00e9ab");
    REQUIRE(ids(text) == Ids{7, 5, 6, 3});
    REQUIRE(spans(text) == Spans{{0, 2}, {0, 2}, {0, 2}, {2, 4}});
    std::vector<bool> shared;
    for (const Token& token : text.stack.tokens) shared.push_back(token.shares_character);
    REQUIRE(shared == std::vector<bool>{false, true, true, false});
}

TEST_CASE("what a decoder wrote has spans as if it had been typed") {
    json file = bpe_file();
    file["model"]["byte_fallback"] = true;
    file["model"]["vocab"].update({{"<0xC3>", 5}, {"<0xA9>", 6}, {"\u2581", 7}, {"<end>", 8}});
    file["added_tokens"] = json::array({{{"id", 8}, {"content", "<end>"}, {"special", true}}});
    file["decoder"] = {{"type", "Sequence"},
                       {"decoders",
                        {{{"type", "Replace"}, {"pattern", {{"String", "\u2581"}}}, {"content", " "}},
                         {{"type", "ByteFallback"}},
                         {{"type", "Fuse"}}}}};
    const Tokenizer tokenizer = tokenizer_of(file);
    TokenizedText text;
    text.stack = tokenizer.written(Ids{8, 3, 7, 5, 6, 3, 900, 8});
    CHECK(text.stack.text == "ab \u00e9ab");
    CHECK(spans(text) == Spans{{0, 0}, {0, 2}, {2, 3}, {3, 5}, {3, 5}, {5, 7}, {0, 0}, {0, 0}});
    std::vector<bool> shared, special;
    for (const Token& token : text.stack.tokens) {
        shared.push_back(token.shares_character);
        special.push_back(token.special);
    }
    CHECK(shared == std::vector<bool>{false, false, false, true, true, false, false, false});
    CHECK(special == std::vector<bool>{true, false, false, false, false, false, false, true});
    CHECK(tokenizer.written({}).tokens.empty());
    CHECK(tokenizer.written(Ids{5}).text == "\uFFFD");
}

TEST_CASE("a BPE file that contradicts itself or would be random is refused by name") {
    REQUIRE_THAT(refusal("/model/dropout", 0.1), Contains("\"dropout\" is 0.1"));
    REQUIRE_THAT(refusal("/model/unk_token", "no"), Contains("\"no\""));
    REQUIRE_THAT(refusal("/model/merges/0", "a c"), Contains("needs \"c\""));
    REQUIRE_THAT(refusal("/model/merges/0", "b a"), Contains("needs \"ba\""));
    REQUIRE_THAT(refusal("/model/merges/1", "a"), Contains("merge 1 (\"a\")"));
    REQUIRE_THAT(refusal("/model/merges/1", "a b b"), Contains("not two tokens"));
    REQUIRE_THAT(refusal("/model/merges/1", json::array({"a"})), Contains("not two tokens"));
    REQUIRE_THAT(refusal("/model/merges/1", json::array({"a", "b", 3})), Contains("not two tokens"));
    REQUIRE_THAT(refusal("/model/merges/1", 7), Contains("a number where"));
    REQUIRE_THAT(refusal("/model/merges/1", json::array({json::array()})), Contains("three deep"));
    REQUIRE_THAT(refusal("/model/merges", nullptr), Contains("\"merges\" is missing"));
    REQUIRE_THAT(refusal("/model/continuing_subword_prefix", "####"), Contains("longer right side"));
    REQUIRE_THAT(refusal("/model/vocab/abb", -1), Contains("\"abb\" is -1"));
    REQUIRE_THAT(refusal("/model/vocab/abb", 1 << 30), Contains("\"abb\""));
    REQUIRE_THAT(refusal("/model/type", "Unigram"), Contains("not that of a Unigram"));
    REQUIRE_THAT(refusal("/model/type", "Bag"), Contains("model \"Bag\""));
}

TEST_CASE("merges that lead back to themselves end") {
    // aa -> a again and again: the vocabulary says that the merge of a and "" is a.
    json file = bpe_file();
    file["model"]["vocab"][""] = 5;
    file["model"]["merges"] = json::array({json::array({"a", ""}), json::array({"", "a"})});
    REQUIRE(ids(tokenizer_of(file).tokenize("aaaa")) == Ids{1, 1, 1, 1});
}

TEST_CASE("an added token's id must be the one that reading the file gives it") {
    const auto with = [](int id, const char* content) {
        return refusal("/added_tokens",
                       json::array({{{"id", id}, {"content", content}, {"normalized", false}}}));
    };
    REQUIRE(with(5, "X") == "no error");
    REQUIRE_THAT(with(9, "X"), Contains("\"X\" has id 9, the next free one is 5"));
    REQUIRE_THAT(with(2, "a"), Contains("\"a\" has id 2, the vocabulary says 1"));
    REQUIRE_THAT(refusal("/added_tokens", json::array({{{"id", -1}, {"content", "X"}}})), Contains("-1"));
}

TEST_CASE("ids with holes have no text and cannot be decoded") {
    json file = bpe_file();
    file["model"]["vocab"]["far"] = 100;
    const Tokenizer tokenizer = tokenizer_of(file);
    REQUIRE(tokenizer.vocabulary_size() == 101);
    REQUIRE(tokenizer.token_text(50).empty());
    REQUIRE_THAT(message_of([&] { tokenizer.decode(Ids{1, 50}); }), Contains("id 50"));
    REQUIRE_THAT(message_of([&] { tokenizer.decode(Ids{-1}); }), Contains("id -1"));
    REQUIRE(tokenizer.decode(Ids{3, 100}) == "ab far");
}

TEST_CASE("a component that is not known is refused by name, and so are its settings") {
    const auto part = [](const char* where, const char* text) { return refusal(where, json::parse(text)); };
    REQUIRE_THAT(part("/normalizer", R"({"type":"Odd"})"), Contains("normalizer \"Odd\""));
    REQUIRE_THAT(part("/normalizer", R"({"type":"Sequence","normalizers":[{"type":"Odd"}]})"),
                 Contains("\"Odd\""));
    REQUIRE_THAT(part("/normalizer", R"({"type":"Replace","content":""})"), Contains("\"pattern\""));
    REQUIRE_THAT(part("/normalizer", R"({"type":"Replace","pattern":{"Regex":"("},"content":""})"),
                 Contains("\"(\""));
    REQUIRE_THAT(part("/normalizer", R"({"type":"Precompiled","precompiled_charsmap":"?"})"),
                 Contains("base64"));
    REQUIRE_THAT(part("/pre_tokenizer", R"({"type":"Odd"})"), Contains("pre_tokenizer \"Odd\""));
    REQUIRE_THAT(
        part("/pre_tokenizer", R"({"type":"Split","pattern":{"Regex":"[a&&b]"},"behavior":"Isolated"})"),
        Contains("&&"));
    REQUIRE_THAT(part("/pre_tokenizer", R"({"type":"Split","pattern":{"String":"a"},"behavior":"Odd"})"),
                 Contains("behavior \"Odd\""));
    REQUIRE_THAT(part("/pre_tokenizer", R"({"type":"Metaspace","replacement":"ab"})"),
                 Contains("one character"));
    REQUIRE_THAT(part("/pre_tokenizer", R"({"type":"Metaspace","replacement":"a","prepend_scheme":"odd"})"),
                 Contains("prepend_scheme \"odd\""));
    REQUIRE_THAT(part("/decoder", R"({"type":"Odd"})"), Contains("decoder \"Odd\""));
    REQUIRE_THAT(part("/decoder", R"({"type":"Strip","content":"ab","start":1,"stop":1})"),
                 Contains("one character"));
    REQUIRE_THAT(part("/post_processor", R"({"type":"Odd"})"), Contains("post_processor \"Odd\""));
    REQUIRE_THAT(part("/post_processor", R"({"type":"RobertaProcessing","cls":["a",99],"sep":["b",2]})"),
                 Contains("99"));
    REQUIRE_THAT(part("/post_processor", R"({"type":"Sequence","processors":[
        {"type":"BertProcessing","cls":["a",1],"sep":["b",2]},{"type":"BertProcessing","cls":["a",1],"sep":["b",2]}]})"),
                 Contains("two post-processors"));
    json deep = {{"type", "NFC"}};
    for (int i = 0; i < 20; ++i) deep = {{"type", "Sequence"}, {"normalizers", {deep}}};
    REQUIRE_THAT(refusal("/normalizer", deep), Contains("normalizer \"Sequence\""));
}

TEST_CASE("a regular expression that backtracks without end is an error within seconds") {
    json file = bpe_file();
    file["pre_tokenizer"] = {
        {"type", "Split"}, {"pattern", {{"Regex", "(a+)+[xy]$"}}}, {"behavior", "Isolated"}};
    const Tokenizer tokenizer = tokenizer_of(file);
    REQUIRE_THAT(message_of([&] { tokenizer.tokenize(std::string(5000, 'a')); }), Contains("(a+)+[xy]$"));
}

TEST_CASE("roles come from the small files, else from the usual names") {
    test::TemporaryFolder folder;
    json file = bpe_file();
    file["added_tokens"] = json::array({{{"id", 5}, {"content", "<s>"}, {"special", true}},
                                        {{"id", 6}, {"content", "</s>"}, {"special", true}},
                                        {{"id", 7}, {"content", "<mask>"}, {"special", true}}});
    test::write_file(folder.file("tokenizer.json"), file.dump());
    const TokenizerRoles usual = Tokenizer::load(folder.path().string()).roles();
    REQUIRE(usual.bos == 5);
    REQUIRE(usual.eos == 6);
    REQUIRE(usual.mask == 7);
    REQUIRE_FALSE(usual.cls);
    REQUIRE(Tokenizer::load(folder.path().string()).makes_token_types());
    test::write_file(
        folder.file("tokenizer_config.json"),
        R"({"cls_token":{"content":"<s>"},"eos_token":"ab","tokenizer_class":"RobertaTokenizer"})");
    test::write_file(folder.file("special_tokens_map.json"), R"({"eos_token":"</s>","sep_token":"</s>"})");
    const Tokenizer told = Tokenizer::load(folder.path().string());
    REQUIRE(told.roles().cls == 5);
    REQUIRE(told.roles().eos == 3);
    REQUIRE(told.roles().sep == 6);
    REQUIRE_FALSE(told.makes_token_types());
    test::write_file(folder.file("tokenizer_config.json"), R"({"cls_token":7})");
    REQUIRE_THAT(message_of([&] { Tokenizer::load(folder.path().string()); }), Contains("cls_token"));
}

TEST_CASE("the public GPT-2 and RoBERTa vectors are reproduced") {
    const auto data = test::conformance_data("");
    if (!data) return;
    // tokenizer.json as transformers writes it for GPT-2.
    json file = {{"model", {{"type", "BPE"}, {"merges", json::array()}}},
                 {"pre_tokenizer", {{"type", "ByteLevel"}}}};
    file["pre_tokenizer"]["add_prefix_space"] = false;
    file["decoder"] = {{"type", "ByteLevel"}};
    file["model"]["vocab"] = json::parse(test::read_file(*data / "tokenizer-gpt2-bert/gpt2-vocab.json"));
    file["added_tokens"] = json::array({{{"id", 50256}, {"content", "<|endoftext|>"}, {"special", true}}});
    std::istringstream merges(test::read_file(*data / "tokenizer-gpt2-bert/gpt2-merges.txt"));
    for (std::string line; std::getline(merges, line);)
        if (!line.empty()) file["model"]["merges"].push_back(line);
    const json gpt2 = json::parse(test::read_file(*data / "tokenizer-vectors-transformersjs/gpt2.json"));
    check_vectors(tokenizer_of(file), gpt2["Xenova/gpt2"]);
    const json sample = json::parse(test::read_file(*data / "tokenizer-gpt2-bert/encoded_tokens.json"));
    CHECK(ids(tokenizer_of(file).tokenize(sample.at("text").get<std::string>())) ==
          sample.at("token_ids").get<Ids>());

    const std::string path = (*data / "tokenizer-json-samples/roberta.json").string();
    const json roberta =
        json::parse(test::read_file(*data / "tokenizer-vectors-transformersjs/roberta.json"));
    check_vectors(Tokenizer::parse(test::read_file(path), path), roberta["Xenova/all-distilroberta-v1"]);
}

TEST_CASE("the documentation's two tokenizers give what the documentation says") {
    const auto data = test::conformance_data("tokenizer-json-samples");
    if (!data) return;
    const auto load = [&](const char* name) { return Tokenizer::parse(test::read_file(*data / name), name); };
    const Tokenizer wiki = load("tokenizer-wiki.json");
    REQUIRE(ids(wiki.tokenize("Hello, y'all! How are you \U0001F601 ?")) ==
            Ids{27253, 16, 93, 11, 5097, 5, 7961, 5112, 6218, 0, 35});
    const Tokenizer bert = load("bert-wiki.json");
    const TokenizedText text = bert.tokenize("Welcome to the \U0001F917 Tokenizers library.");
    std::vector<std::string> tokens;
    for (const Token& token : text.stack.tokens) tokens.push_back(token.text);
    REQUIRE(tokens == std::vector<std::string>{"[CLS]", "welcome", "to", "the", "[UNK]", "tok", "##eni",
                                               "##zer", "##s", "library", ".", "[SEP]"});
}

TEST_CASE("the trained Llama tokenizer of the conformance data is reproduced") {
    const auto data = test::conformance_data("models/stories260K");
    if (!data) return;
    const Tokenizer tokenizer = Tokenizer::load(data->string());
    const json vectors = json::parse(test::read_file(*data / "tokenizer_vectors.json"));
    REQUIRE(vectors.size() > 0);
    for (const json& row : vectors) {
        INFO(row.dump().substr(0, 300));
        CHECK(ids(tokenizer.tokenize(row.at("text").get<std::string>())) == row.at("ids").get<Ids>());
    }
}
