#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/precompiled.h"
#include "analysis/tokenizer/tokenizer.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

json references() {
    return json::parse(
        test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/older_tokenizer_references.json"));
}

json reference(const std::string& name) {
    for (const json& row : references())
        if (row["name"] == name) return row;
    throw std::runtime_error("no reference " + name);
}

void write_folder(const test::TemporaryFolder& folder, const json& files) {
    for (const auto& [file, content] : files.items()) {
        const bool is_binary = content.is_object() && content.contains("base64");
        test::write_file(folder.path() / file, is_binary
                                                   ? decode_base64(content["base64"].get<std::string>(), file)
                                               : content.is_string() ? content.get<std::string>()
                                                                     : content.dump());
    }
}

using Ids = std::vector<int32_t>;

Ids ids(const TokenizedText& text) {
    Ids result;
    for (const Token& token : text.stack.tokens) result.push_back(token.id);
    return result;
}

// Why a folder of `files` cannot be loaded.
std::string refusal(const json& files) {
    const test::TemporaryFolder folder;
    write_folder(folder, files);
    try {
        Tokenizer::load(folder.path().string()).tokenize("the cat");
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("folders from before tokenizer.json give the ids of transformers") {
    for (const json& row : references()) {
        const test::TemporaryFolder folder;
        write_folder(folder, row["files"]);
        const Tokenizer tokenizer = Tokenizer::load(folder.path().string());
        const auto check = [&](const json& item, const TokenizedText& found) {
            INFO(row["name"].get<std::string>() + " " + item.dump(-1, ' ', true));
            REQUIRE(ids(found) == item[1].get<Ids>());
            for (const Token& token : found.stack.tokens) REQUIRE(token.start <= token.end);
        };
        for (const json& item : row["texts"]) check(item, tokenizer.tokenize(item[0].get<std::string>()));
        for (const json& item : row["targets"])
            check(item, tokenizer.tokenize_target(item[0].get<std::string>()));
        for (const json& item : row["pairs"])
            check(item, tokenizer.tokenize(item[0][0].get<std::string>(), item[0][1].get<std::string>()));
    }
}

TEST_CASE("a file that is needed and missing is named") {
    const auto without = [](const std::string& name, const char* file) {
        json files = reference(name)["files"];
        files.erase(file);
        return refusal(files);
    };
    REQUIRE_THAT(without("gpt2", "merges.txt"), Contains("has no \"merges.txt\", which GPT2Tokenizer needs"));
    REQUIRE_THAT(without("gpt2", "vocab.json"), Contains("has no tokenizer"));
    REQUIRE_THAT(without("marian", "source.spm"),
                 Contains("has no \"source.spm\", which MarianTokenizer needs"));
    REQUIRE_THAT(without("marian", "target.spm"),
                 Contains("has no \"target.spm\", which MarianTokenizer needs"));
    REQUIRE_THAT(without("marian", "vocab.json"),
                 Contains("has no \"vocab.json\", which MarianTokenizer needs"));
    REQUIRE_THAT(without("m2m_100", "sentencepiece.bpe.model"),
                 Contains("has no \"sentencepiece.bpe.model\", which M2M100Tokenizer needs"));
    REQUIRE_THAT(without("t5", "spiece.model"), Contains("has no tokenizer"));
    REQUIRE_THAT(without("t5", "config.json"), Contains("does not say what its tokenizer is"));
    json files = reference("t5")["files"];
    files["config.json"]["model_type"] = "pegasus";
    files["sentencepiece.bpe.model"] = files["spiece.model"];
    files.erase("spiece.model");
    REQUIRE_THAT(refusal(files), Contains("has no \"spiece.model\", which PegasusTokenizer needs"));
}

TEST_CASE("settings that contradict the older files are refused by name") {
    const auto changed = [](const std::string& name, const std::function<void(json&)>& change) {
        json files = reference(name)["files"];
        if (!files.contains("tokenizer_config.json")) files["tokenizer_config.json"] = json::object();
        change(files);
        return refusal(files);
    };
    const auto setting = [&](const std::string& name, const char* key, const json& value) {
        return changed(name, [&](json& files) { files["tokenizer_config.json"][key] = value; });
    };
    REQUIRE(setting("t5", "model_max_length", 512) == "no error");
    REQUIRE_THAT(setting("t5", "tokenizer_class", "FooTokenizer"),
                 Contains("\"FooTokenizer\" is not supported") && Contains("AlbertTokenizer, BertTokenizer"));
    REQUIRE_THAT(setting("t5", "extra_ids", -1), Contains("\"extra_ids\" is -1"));
    REQUIRE_THAT(setting("t5", "eos_token", nullptr), Contains("\"eos_token\" is null"));
    REQUIRE_THAT(setting("t5", "eos_token", 7), Contains("\"eos_token\" is 7"));
    REQUIRE_THAT(setting("t5", "added_tokens_decoder", 7), Contains("\"added_tokens_decoder\" is 7"));
    REQUIRE_THAT(setting("t5", "added_tokens_decoder", json{{"x", {{"content", "x"}}}}),
                 Contains("\"x\" is not a token id"));
    REQUIRE_THAT(setting("mbart", "src_lang", "xx"), Contains("the vocabulary has no \"xx\""));
    REQUIRE_THAT(setting("m2m_100", "src_lang", "xx"),
                 Contains("\"xx\" is not one of this model's languages"));
    REQUIRE_THAT(setting("m2m_100", "language_codes", "xx"), Contains("\"language_codes\" is \"xx\""));
    REQUIRE_THAT(setting("marian", "separate_vocabs", true), Contains("target_vocab.json"));
    REQUIRE_THAT(setting("marian", "sp_model_kwargs", json{{"alpha", 0.1}}), Contains("sp_model_kwargs"));
    REQUIRE(setting("marian", "sp_model_kwargs", json::object()) == "no error");
    REQUIRE_THAT(setting("llama", "split_special_tokens", true), Contains("split_special_tokens"));
    REQUIRE_THAT(setting("llama", "extra_special_tokens", json{{"a", "b"}}), Contains("not a list"));
    REQUIRE_THAT(setting("gpt2", "add_bos_token", "yes"), Contains("add_bos_token"));
    REQUIRE_THAT(setting("bert", "never_split", json::array({"x"})), Contains("never_split"));
    REQUIRE_THAT(changed("gpt2", [](json& files) { files["merges.txt"] = "#version: 0.2\na b c\n"; }),
                 Contains("merges.txt\", line 2"));
    REQUIRE_THAT(changed("gpt2", [](json& files) { files["vocab.json"]["a"] = -1; }),
                 Contains("\"a\" is -1"));
    REQUIRE_THAT(changed("gpt2", [](json& files) { files["vocab.json"] = json::array(); }),
                 Contains("holds no tokens"));
    REQUIRE_THAT(changed("t5", [](json& files) { files["spiece.model"] = "{}"; }),
                 Contains("is not a SentencePiece model"));
    REQUIRE_THAT(
        changed("mistral",
                [](json& files) { files["tokenizer.model"] = reference("t5")["files"]["spiece.model"]; }),
        Contains("not BPE"));
    REQUIRE_THAT(changed("bert", [](json& files) { files["vocab.txt"] = "the\n"; }),
                 Contains("vocab.txt\" has no \"[CLS]\", the \"cls_token\""));
}

TEST_CASE("a target text of m2m_100 needs its language, decoding does not") {
    json files = reference("m2m_100")["files"];
    files["tokenizer_config.json"].erase("tgt_lang");
    const test::TemporaryFolder folder;
    write_folder(folder, files);
    const Tokenizer tokenizer = Tokenizer::load(folder.path().string());
    REQUIRE_THROWS_WITH(tokenizer.tokenize_target("the"), Contains("no \"tgt_lang\""));
    REQUIRE(tokenizer.decode(ids(tokenizer.tokenize("the cat")), true) == "__fr__ the cat");
}

TEST_CASE("roles follow the class where no file names them") {
    const test::TemporaryFolder folder;
    write_folder(folder, reference("t5")["files"]);
    const Tokenizer t5 = Tokenizer::load(folder.path().string());
    REQUIRE(t5.roles().eos == 1);
    REQUIRE(t5.roles().pad == 0);
    REQUIRE_FALSE(t5.roles().cls);
    REQUIRE_FALSE(t5.makes_token_types());
    const test::TemporaryFolder other;
    write_folder(other, reference("albert")["files"]);
    const Tokenizer albert = Tokenizer::load(other.path().string());
    REQUIRE(albert.token_text(*albert.roles().mask) == "[MASK]");
    REQUIRE(albert.roles().bos == albert.roles().cls);
}
