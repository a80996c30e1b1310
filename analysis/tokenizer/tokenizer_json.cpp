// tokenizer.json, the fast tokenizers' own file.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {
namespace {

constexpr int64_t max_id = (1 << 24) - 1;

[[noreturn]] void refuse(const std::string& source, const std::string& part, const std::string& found,
                         const std::string& supported) {
    throw Error("\"" + source + "\": " + part + " \"" + found.substr(0, 80) + "\" is not supported",
                "Supported: " + supported + ".");
}

std::string type_of(const Json& json, const char* part, const std::string& source) {
    const Json* object = find_member(json, part);
    return object == nullptr ? std::string() : required_string(*object, "type", source);
}

const Json& required_list(const Json& json, const char* key, const std::string& source) {
    const Json* list = find_member(json, key);
    if (list == nullptr || !list->is_array())
        throw Error("\"" + source + "\": \"" + key + "\" is missing or not a list");
    return *list;
}

BertNormalizerSettings read_normalizer(const Json& json, const std::string& source) {
    BertNormalizerSettings settings;
    const std::string type = type_of(json, "normalizer", source);
    if (type.empty()) {
        settings.enabled = false;
        return settings;
    }
    if (type != "BertNormalizer") refuse(source, "normalizer", type, "BertNormalizer");
    const Json& object = json["normalizer"];
    settings.clean_text = optional_bool(object, "clean_text", true, source);
    settings.handle_chinese_chars = optional_bool(object, "handle_chinese_chars", true, source);
    settings.lowercase = optional_bool(object, "lowercase", true, source);
    settings.strip_accents = optional_bool(object, "strip_accents", settings.lowercase, source);
    return settings;
}

std::vector<AddedToken> read_added_tokens(const Json& json, const std::string& source) {
    std::vector<AddedToken> tokens;
    if (find_member(json, "added_tokens") == nullptr) return tokens;
    for (const Json& item : required_list(json, "added_tokens", source)) {
        AddedToken token;
        token.id = static_cast<int32_t>(required_int(item, "id", 0, max_id, source));
        token.content = required_string(item, "content", source);
        token.special = optional_bool(item, "special", false, source);
        token.normalized = optional_bool(item, "normalized", !token.special, source);
        token.single_word = optional_bool(item, "single_word", false, source);
        token.lstrip = optional_bool(item, "lstrip", false, source);
        token.rstrip = optional_bool(item, "rstrip", false, source);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

std::vector<int32_t> template_ids(const Json& special_tokens, const std::string& name,
                                  const std::string& source) {
    const Json* entry = find_member(special_tokens, name.c_str());
    if (entry == nullptr)
        throw Error("\"" + source + "\": the post-processor does not define \"" + name.substr(0, 80) + "\"");
    std::vector<int32_t> ids;
    for (const Json& id : required_list(*entry, "ids", source))
        ids.push_back(static_cast<int32_t>(required_int(Json{{"ids", id}}, "ids", 0, max_id, source)));
    return ids;
}

std::vector<TemplatePiece> read_template(const Json& processor, const char* key, const std::string& source) {
    const Json* special_tokens = find_member(processor, "special_tokens");
    std::vector<TemplatePiece> pieces;
    int firsts = 0, seconds = 0;
    for (const Json& item : required_list(processor, key, source)) {
        TemplatePiece piece;
        const Json* sequence = find_member(item, "Sequence");
        const Json* special = find_member(item, "SpecialToken");
        const Json* body = sequence != nullptr ? sequence : special;
        if (body == nullptr)
            throw Error("\"" + source + "\": \"" + key + "\" of the post-processor holds " +
                        json_excerpt(item));
        piece.segment = static_cast<uint8_t>(optional_int(*body, "type_id", 0, 0, 255, source));
        const std::string id = required_string(*body, "id", source);
        if (sequence == nullptr) {
            piece.ids =
                template_ids(special_tokens == nullptr ? Json::object() : *special_tokens, id, source);
        } else if (id == "A") {
            piece.kind = TemplatePiece::Kind::first_text;
            ++firsts;
        } else if (id == "B") {
            piece.kind = TemplatePiece::Kind::second_text;
            ++seconds;
        } else {
            refuse(source, "sequence", id, "A, B");
        }
        pieces.push_back(std::move(piece));
    }
    if (firsts != 1 || seconds != (std::string_view(key) == "pair" ? 1 : 0))
        throw Error("\"" + source + "\": \"" + key + "\" of the post-processor does not hold each text once");
    return pieces;
}

// [name, id], as BertProcessing has it.
TemplatePiece read_bert_token(const Json& processor, const char* key, uint8_t segment,
                              const std::string& source) {
    const Json& pair = required_list(processor, key, source);
    if (pair.size() != 2)
        throw Error("\"" + source + "\": \"" + key + "\" is " + json_excerpt(pair) +
                    ", expected [token, id]");
    const int64_t id = required_int(Json{{key, pair[1]}}, key, 0, max_id, source);
    return {TemplatePiece::Kind::added, segment, {static_cast<int32_t>(id)}};
}

void read_post_processor(const Json& json, const std::string& source, Tokenizer::Parts& parts) {
    using Kind = TemplatePiece::Kind;
    const std::string type = type_of(json, "post_processor", source);
    if (type.empty()) {
        parts.single = {{Kind::first_text, 0, {}}};
        parts.pair = {{Kind::first_text, 0, {}}, {Kind::second_text, 1, {}}};
    } else if (type == "TemplateProcessing") {
        parts.single = read_template(json["post_processor"], "single", source);
        parts.pair = read_template(json["post_processor"], "pair", source);
    } else if (type == "BertProcessing") {
        const Json& processor = json["post_processor"];
        const TemplatePiece cls = read_bert_token(processor, "cls", 0, source);
        const TemplatePiece sep = read_bert_token(processor, "sep", 0, source);
        TemplatePiece second_sep = sep;
        second_sep.segment = 1;
        parts.single = {cls, {Kind::first_text, 0, {}}, sep};
        parts.pair = {cls, {Kind::first_text, 0, {}}, sep, {Kind::second_text, 1, {}}, second_sep};
    } else {
        refuse(source, "post_processor", type, "TemplateProcessing, BertProcessing");
    }
}

}  // namespace

std::shared_ptr<const Tokenizer::Parts> parse_tokenizer_json(std::string_view text,
                                                             const std::string& source) {
    auto parts = std::make_shared<Tokenizer::Parts>();
    parts->vocabulary.reserve(std::min<size_t>(text.size() / 12, 1 << 20));
    const JsonIntegerMap vocabulary{{"model", "vocab"}, [&](std::string&& token, int64_t id) {
                                        if (id < 0 || id > max_id)
                                            throw Error("\"" + source + "\": the id of \"" +
                                                        token.substr(0, 80) + "\" is " + std::to_string(id) +
                                                        ", expected 0 to " + std::to_string(max_id));
                                        parts->vocabulary.insert(token, static_cast<int32_t>(id));
                                    }};
    const Json json = parse_json(text, source, {}, &vocabulary);
    const Json* model = find_member(json, "model");
    if (model == nullptr) throw Error("\"" + source + "\": \"model\" is missing");
    const std::string model_type = optional_string(*model, "type", "WordPiece", source);
    if (model_type != "WordPiece") refuse(source, "model", model_type, "WordPiece");
    if (parts->vocabulary.size() == 0) throw Error("\"" + source + "\": \"vocab\" is missing or empty");
    parts->wordpiece.prefix = optional_string(*model, "continuing_subword_prefix", "##", source);
    parts->wordpiece.max_points_per_word =
        optional_int(*model, "max_input_chars_per_word", 100, 1, 1'000'000, source);
    const std::string unknown = optional_string(*model, "unk_token", "[UNK]", source);

    const std::string words = type_of(json, "pre_tokenizer", source);
    if (words != "BertPreTokenizer") refuse(source, "pre_tokenizer", words, "BertPreTokenizer");
    parts->normalizer = read_normalizer(json, source);
    parts->added_tokens = read_added_tokens(json, source);
    read_post_processor(json, source, *parts);

    const std::optional<int32_t> unknown_id = parts->vocabulary.find(unknown);
    if (!unknown_id)
        throw Error("\"" + source + "\": the unknown token \"" + unknown.substr(0, 80) +
                    "\" is not in the vocabulary");
    parts->wordpiece.unknown_id = *unknown_id;
    parts->finish(source);
    return parts;
}

}  // namespace weft
