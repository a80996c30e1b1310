// vocab.txt and the small files beside it, from before tokenizer.json.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/tokenizer_files.h"
#include "analysis/tokenizer/wordpiece.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

Json read_if_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored) ? read_json_file(path.string()) : Json::object();
}

void read_vocabulary(const std::string& path, Vocabulary& vocabulary) {
    const std::string text = read_text_file(path);
    decode_utf8(text);  // throws where it is none
    vocabulary.reserve(text.size() / 6);
    int32_t id = 0;
    for (size_t begin = 0; begin < text.size(); ++id) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        size_t length = end - begin;
        if (length > 0 && text[begin + length - 1] == '\r') --length;
        vocabulary.insert(std::string_view(text).substr(begin, length), id);
        begin = end + 1;
    }
    if (id == 0) throw Error("\"" + path + "\" is empty");
}

// "unk_token": a string, or an object with "content".
std::string special_token(const Json& config, const Json& map, const char* key, const char* fallback,
                          const std::string& source) {
    for (const Json* json : {&config, &map}) {
        const Json* value = find_member(*json, key);
        if (value == nullptr) continue;
        return value->is_object() ? required_string(*value, "content", source)
                                  : required_string(*json, key, source);
    }
    return fallback;
}

int64_t id_from_key(const std::string& key, const std::string& source) {
    int64_t id = 0;
    for (const char digit : key) {
        if (digit < '0' || digit > '9' || id > max_token_id)
            throw Error("\"" + source + "\": \"" + key + "\" is not a token id");
        id = id * 10 + (digit - '0');
    }
    if (key.empty() || id > max_token_id)
        throw Error("\"" + source + "\": \"" + key + "\" is not a token id");
    return id;
}

void read_added_tokens(const Json& config, const Json& added, const std::string& source,
                       Tokenizer::Parts& parts) {
    for (const auto& [content, id] : added.items())
        parts.added_tokens.push_back(
            {static_cast<int32_t>(required_int(added, content.c_str(), 0, max_token_id, source)), content,
             false, true, false, false, false});
    const Json* decoder = find_member(config, "added_tokens_decoder");
    if (decoder == nullptr || !decoder->is_object()) return;
    for (const auto& [key, item] : decoder->items()) {
        AddedToken token;
        token.id = static_cast<int32_t>(id_from_key(key, source));
        token.content = required_string(item, "content", source);
        token.special = optional_bool(item, "special", false, source);
        token.normalized = optional_bool(item, "normalized", !token.special, source);
        token.single_word = optional_bool(item, "single_word", false, source);
        token.lstrip = optional_bool(item, "lstrip", false, source);
        token.rstrip = optional_bool(item, "rstrip", false, source);
        std::erase_if(parts.added_tokens,
                      [&](const AddedToken& other) { return other.content == token.content; });
        parts.added_tokens.push_back(std::move(token));
    }
}

}  // namespace

std::shared_ptr<Tokenizer::Parts> read_vocabulary_files(const std::string& folder) {
    using Kind = TemplatePiece::Kind;
    const fs::path root(folder);
    const std::string source = (root / "tokenizer_config.json").string();
    const std::string vocabulary_path = (root / "vocab.txt").string();
    const Json config = read_if_there(source);
    const Json map = read_if_there(root / "special_tokens_map.json");
    const Json added = read_if_there(root / "added_tokens.json");

    auto parts = std::make_shared<Tokenizer::Parts>();
    read_vocabulary(vocabulary_path, parts->vocabulary);
    if (!optional_bool(config, "do_basic_tokenize", true, source))
        throw Error("\"" + source + "\": \"do_basic_tokenize\" is false, which is not supported");
    if (const Json* never = find_member(config, "never_split"); never != nullptr && !never->empty())
        throw Error("\"" + source + "\": \"never_split\" is " + json_excerpt(*never) +
                    ", which is not supported");
    BertNormalizerSettings normalizer;
    normalizer.lowercase = optional_bool(config, "do_lower_case", true, source);
    normalizer.strip_accents = optional_bool(config, "strip_accents", normalizer.lowercase, source);
    normalizer.handle_chinese_chars = optional_bool(config, "tokenize_chinese_chars", true, source);
    parts->normalizer = [normalizer](std::vector<TextPoint>& text) {
        text = bert_normalize(text, normalizer);
    };
    parts->pre_tokenizer = split_bert_words;

    read_added_tokens(config, added, source, *parts);
    const auto add_special = [&](const char* key, const char* fallback, bool required) {
        const std::string content = special_token(config, map, key, fallback, source);
        const std::optional<int32_t> id = parts->vocabulary.find(content);
        if (!id && required)
            throw Error("\"" + vocabulary_path + "\" has no \"" + content.substr(0, 80) + "\", the \"" + key +
                        "\"");
        if (!id) return -1;
        std::erase_if(parts->added_tokens, [&](const AddedToken& other) { return other.content == content; });
        parts->added_tokens.push_back({*id, content, true, false, false, false, false});
        return *id;
    };
    const int32_t cls = add_special("cls_token", "[CLS]", true),
                  sep = add_special("sep_token", "[SEP]", true);
    WordPieceSettings wordpiece;
    wordpiece.unknown_id = add_special("unk_token", "[UNK]", true);
    parts->model = [wordpiece, &vocabulary = parts->vocabulary](std::span<const TextPoint> word,
                                                                std::vector<TokenPiece>& pieces) {
        append_wordpieces(word, vocabulary, wordpiece, pieces);
    };
    add_special("pad_token", "[PAD]", false);
    add_special("mask_token", "[MASK]", false);
    const TemplatePiece first{Kind::first_text, 0, {}}, second{Kind::second_text, 1, {}};
    parts->post_processor.single = {{Kind::added, 0, {cls}}, first, {Kind::added, 0, {sep}}};
    parts->post_processor.pair = {
        {Kind::added, 0, {cls}}, first, {Kind::added, 0, {sep}}, second, {Kind::added, 1, {sep}}};
    parts->finish(source);
    return parts;
}

}  // namespace weft
