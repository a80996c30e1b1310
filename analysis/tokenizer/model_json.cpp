#include "analysis/tokenizer/model_json.h"

#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/bpe.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/wordpiece.h"

namespace weft {
namespace {

int32_t required_token(const Vocabulary& vocabulary, const std::string& token, const std::string& source) {
    const std::optional<int32_t> id = vocabulary.find(token);
    if (!id)
        throw Error("\"" + source + "\": the unknown token \"" + token.substr(0, 80) +
                    "\" is not in the vocabulary");
    return *id;
}

WordModel read_wordpiece(const Json& json, const Vocabulary& vocabulary, const std::string& source) {
    WordPieceSettings settings;
    settings.prefix = optional_string(json, "continuing_subword_prefix", "##", source);
    settings.max_points_per_word = optional_int(json, "max_input_chars_per_word", 100, 1, 1'000'000, source);
    settings.unknown_id =
        required_token(vocabulary, optional_string(json, "unk_token", "[UNK]", source), source);
    return [settings, &vocabulary](std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) {
        append_wordpieces(word, vocabulary, settings, pieces);
    };
}

WordModel read_word_level(const Json& json, const Vocabulary& vocabulary, const std::string& source) {
    const int32_t unknown =
        required_token(vocabulary, optional_string(json, "unk_token", "<unk>", source), source);
    return [unknown, &vocabulary](std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) {
        std::string text;
        for (const TextPoint& point : word) append_utf8(text, point.point);
        pieces.push_back({vocabulary.find(text).value_or(unknown), word.front().start, word.back().end});
    };
}

WordModel read_bpe(const Json& json, const ModelLists& lists, const Vocabulary& vocabulary,
                   const std::string& source) {
    if (const double dropout = optional_double(json, "dropout", 0.0, 0.0, 1.0, source); dropout != 0.0)
        throw Error("\"" + source + "\": \"dropout\" is " + Json(dropout).dump() +
                        ", which makes tokens random and is not supported",
                    "Set it to null.");
    BpeSettings settings;
    settings.unknown_token = optional_string(json, "unk_token", "", source);
    settings.continuing_prefix = optional_string(json, "continuing_subword_prefix", "", source);
    settings.end_suffix = optional_string(json, "end_of_word_suffix", "", source);
    settings.fuses_unknown = optional_bool(json, "fuse_unk", false, source);
    settings.has_byte_fallback = optional_bool(json, "byte_fallback", false, source);
    settings.takes_whole_words = optional_bool(json, "ignore_merges", false, source);
    required_list(json, "merges", source);  // read past the tree, which keeps an empty one
    auto bpe = std::make_shared<Bpe>(vocabulary, settings, source);
    bpe->reserve(lists.merges());
    const std::string_view text = lists.merge_text;
    size_t at = 0;
    for (size_t i = 0; i < lists.merges(); ++i) {
        const size_t middle = lists.merge_ends[2 * i], end = lists.merge_ends[2 * i + 1];
        bpe->add_merge(text.substr(at, middle - at), text.substr(middle, end - middle));
        at = end;
    }
    return
        [bpe = std::shared_ptr<const Bpe>(bpe)](
            std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) { bpe->append(word, pieces); };
}

WordModel read_unigram(const Json& json, const ModelLists& lists, const std::string& source) {
    std::optional<int64_t> unknown;
    if (find_member(json, "unk_id") != nullptr)
        unknown = required_int(json, "unk_id", 0, max_token_id, source);
    auto model = std::make_shared<const UnigramModel>(
        lists.scored, unknown, optional_bool(json, "byte_fallback", false, source), source);
    return [model](std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) {
        model->append_pieces(word, pieces);
    };
}

// Files of old have no type.
std::string type_of(const Json& json, const ModelLists& lists, const std::string& source) {
    if (find_member(json, "type") != nullptr) return required_string(json, "type", source);
    if (find_member(json, "merges") != nullptr) return "BPE";
    if (!lists.scored.empty()) return "Unigram";
    return find_member(json, "max_input_chars_per_word") != nullptr ||
                   find_member(json, "continuing_subword_prefix") != nullptr
               ? "WordPiece"
               : "WordLevel";
}

}  // namespace

void read_model(const Json& json, ModelLists lists, const std::string& source, Tokenizer::Parts& parts) {
    const std::string type = type_of(json, lists, source);
    const bool known = type == "BPE" || type == "Unigram" || type == "WordLevel" || type == "WordPiece";
    if (!known) refuse_component(source, "model", type, "BPE, Unigram, WordLevel, WordPiece");
    if ((type == "Unigram") == lists.scored.empty() || parts.vocabulary.size() == 0)
        throw Error("\"" + source + "\": \"vocab\" is missing or empty, or not that of a " + type);
    if (type == "BPE")
        parts.model = read_bpe(json, lists, parts.vocabulary, source);
    else if (type == "Unigram")
        parts.model = read_unigram(json, lists, source);
    else if (type == "WordLevel")
        parts.model = read_word_level(json, parts.vocabulary, source);
    else
        parts.model = read_wordpiece(json, parts.vocabulary, source);
}

}  // namespace weft
