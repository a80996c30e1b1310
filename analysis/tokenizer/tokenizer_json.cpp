// tokenizer.json, the fast tokenizers' own file.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/tokenizer_files.h"
#include "analysis/tokenizer/wordpiece.h"

namespace weft {
namespace {

std::vector<AddedToken> read_added_tokens(const Json& json, const std::string& source) {
    std::vector<AddedToken> tokens;
    if (find_member(json, "added_tokens") == nullptr) return tokens;
    for (const Json& item : required_list(json, "added_tokens", source)) {
        AddedToken token;
        token.id = static_cast<int32_t>(required_int(item, "id", 0, max_token_id, source));
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

WordModel read_wordpiece(const Json& model, const Vocabulary& vocabulary, const std::string& source) {
    WordPieceSettings settings;
    settings.prefix = optional_string(model, "continuing_subword_prefix", "##", source);
    settings.max_points_per_word = optional_int(model, "max_input_chars_per_word", 100, 1, 1'000'000, source);
    const std::string unknown = optional_string(model, "unk_token", "[UNK]", source);
    const std::optional<int32_t> unknown_id = vocabulary.find(unknown);
    if (!unknown_id)
        throw Error("\"" + source + "\": the unknown token \"" + unknown.substr(0, 80) +
                    "\" is not in the vocabulary");
    settings.unknown_id = *unknown_id;
    return [settings, &vocabulary](std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) {
        append_wordpieces(word, vocabulary, settings, pieces);
    };
}

}  // namespace

std::shared_ptr<Tokenizer::Parts> parse_tokenizer_json(std::string_view text, const std::string& source) {
    auto parts = std::make_shared<Tokenizer::Parts>();
    parts->vocabulary.reserve(std::min<size_t>(text.size() / 12, 1 << 20));
    const JsonIntegerMap vocabulary{{"model", "vocab"}, [&](std::string&& token, int64_t id) {
                                        if (id < 0 || id > max_token_id)
                                            throw Error("\"" + source + "\": the id of \"" +
                                                        token.substr(0, 80) + "\" is " + std::to_string(id) +
                                                        ", expected 0 to " + std::to_string(max_token_id));
                                        parts->vocabulary.insert(token, static_cast<int32_t>(id));
                                    }};
    const Json json = parse_json(text, source, {}, &vocabulary);
    const Json* model = find_member(json, "model");
    if (model == nullptr) throw Error("\"" + source + "\": \"model\" is missing");
    const std::string model_type = optional_string(*model, "type", "WordPiece", source);
    if (model_type != "WordPiece") refuse_component(source, "model", model_type, "WordPiece");
    if (parts->vocabulary.size() == 0) throw Error("\"" + source + "\": \"vocab\" is missing or empty");
    parts->model = read_wordpiece(*model, parts->vocabulary, source);
    parts->normalizer = read_normalizer(find_member(json, "normalizer"), source);
    parts->pre_tokenizer = read_pre_tokenizer(find_member(json, "pre_tokenizer"), source);
    parts->post_processor = read_post_processor(find_member(json, "post_processor"), source);
    parts->decoder = read_decoder(find_member(json, "decoder"), source);
    parts->added_tokens = read_added_tokens(json, source);
    parts->finish(source);
    return parts;
}

}  // namespace weft
