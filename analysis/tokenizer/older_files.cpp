#include "analysis/tokenizer/older_files.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/precompiled.h"

namespace weft {
namespace {

using Reader = PartsPointer (*)(const std::string& name, const OlderSettings& settings);

struct KnownClass {
    const char* name;
    Reader read;
};
constexpr KnownClass known_classes[] = {
    {"AlbertTokenizer", read_unigram_files},
    {"BertTokenizer", read_wordpiece_files},
    {"CamembertTokenizer", read_unigram_files},
    {"GPT2Tokenizer", read_bpe_files},
    {"GemmaTokenizer", read_spm_bpe_files},
    {"LlamaTokenizer", read_spm_bpe_files},
    {"M2M100Tokenizer",
     [](const std::string&, const OlderSettings& settings) { return read_m2m_100_files(settings); }},
    {"MBart50Tokenizer", read_unigram_files},
    {"MBartTokenizer", read_unigram_files},
    {"MPNetTokenizer", read_wordpiece_files},
    {"MarianTokenizer",
     [](const std::string&, const OlderSettings& settings) { return read_marian_files(settings); }},
    {"PegasusTokenizer", read_unigram_files},
    {"Qwen2Tokenizer", read_bpe_files},
    {"RobertaTokenizer", read_bpe_files},
    {"T5Tokenizer", read_unigram_files},
    {"TokenizersBackend", read_spm_bpe_files},
    {"XLMRobertaTokenizer", read_unigram_files},
};

constexpr const char* older_files[] = {
    "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "source.spm"};

bool has_older_files(const std::string& folder) {
    return std::any_of(std::begin(older_files), std::end(older_files), [&](const char* file) {
        std::error_code ignored;
        return std::filesystem::exists(std::filesystem::path(folder) / file, ignored);
    });
}

}  // namespace

std::shared_ptr<Tokenizer::Parts> read_older_files(const std::string& folder) {
    if (!has_older_files(folder))
        throw Error("model folder \"" + folder + "\" has no tokenizer",
                    "It needs tokenizer.json, or the files that came before it: vocab.txt; vocab.json and "
                    "merges.txt; "
                    "a SentencePiece model.");
    const OlderSettings settings(folder);
    const std::string name = settings.tokenizer_class();
    const auto known = std::find_if(std::begin(known_classes), std::end(known_classes),
                                    [&](const KnownClass& entry) { return name == entry.name; });
    if (known == std::end(known_classes)) {
        std::string names;
        for (const KnownClass& entry : known_classes)
            names += (names.empty() ? "" : ", ") + std::string(entry.name);
        throw Error("\"" + settings.source() + "\": tokenizer class \"" + name.substr(0, 80) +
                        "\" is not supported without a tokenizer.json",
                    "Those that are: " + names + ".");
    }
    return known->read(name, settings);
}

SentencepieceFile read_model_file(const std::string& file, const std::string& name,
                                  const OlderSettings& settings) {
    const std::string any = "tokenizer.model";
    return read_sentencepiece(settings.has_file(any) ? settings.path(any)
                                                     : settings.required_file(file, name));
}

std::vector<AddedToken> added_pieces(const SentencepieceFile& file) {
    using Type = SentencepieceFile::PieceType;
    std::vector<AddedToken> tokens;
    for (const SentencepieceFile::Piece& piece : file.pieces) {
        if (piece.type != Type::control && piece.type != Type::user_defined) continue;
        tokens.push_back(special_token(piece.text));
        tokens.back().special = piece.type == Type::control;
    }
    return tokens;
}

void read_vocab_json(const std::string& path, Vocabulary& vocabulary) {
    const std::string text = read_text_file(path);
    vocabulary.reserve(std::min<size_t>(text.size() / 12, 1 << 20));
    const JsonIntegerMap tokens{{}, [&](std::string&& token, int64_t id) {
                                    if (id < 0 || id > max_token_id)
                                        throw Error("\"" + path + "\": the id of \"" + token.substr(0, 80) +
                                                    "\" is " + std::to_string(id) + ", expected 0 to " +
                                                    std::to_string(max_token_id));
                                    vocabulary.insert(token, static_cast<int32_t>(id));
                                }};
    parse_json(text, path, {}, &tokens);
    if (vocabulary.count() == 0) throw Error("\"" + path + "\" holds no tokens");
}

Normalizer precompiled_normalizer(const std::string& charsmap, const std::string& source) {
    if (charsmap.empty()) return {};
    const auto map = std::make_shared<const PrecompiledCharsmap>(charsmap, source + ": precompiled_charsmap");
    return [map](std::vector<TextPoint>& text) { text = map->normalize(text); };
}

Normalizer in_order(std::vector<Normalizer> normalizers) {
    std::erase_if(normalizers, [](const Normalizer& normalizer) { return !normalizer; });
    return [normalizers = std::move(normalizers)](std::vector<TextPoint>& text) {
        for (const Normalizer& normalizer : normalizers) normalizer(text);
    };
}

Json metaspace(const char* prepend_scheme, bool split) {
    return {{"type", "Metaspace"},
            {"replacement", "\xe2\x96\x81"},
            {"prepend_scheme", prepend_scheme},
            {"split", split}};
}

PreTokenizer whitespace_then_metaspace(const char* prepend_scheme, const std::string& source) {
    const Json json = {
        {"type", "Sequence"},
        {"pretokenizers", Json::array({{{"type", "WhitespaceSplit"}}, metaspace(prepend_scheme, true)})}};
    return read_pre_tokenizer(&json, source);
}

TemplatePiece first_text() {
    return {TemplatePiece::Kind::first_text, 0, {}};
}
TemplatePiece second_text(uint8_t segment) {
    return {TemplatePiece::Kind::second_text, segment, {}};
}
TemplatePiece added(std::vector<int32_t> ids, uint8_t segment) {
    return {TemplatePiece::Kind::added, segment, std::move(ids)};
}

int32_t required_id(const Tokenizer::Parts& parts, const std::string& token, const std::string& source) {
    if (const std::optional<int32_t> id = parts.vocabulary.find(token)) return *id;
    for (const AddedToken& added_token : parts.added_tokens)
        if (added_token.content == token) return added_token.id;
    throw Error("\"" + source + "\": the vocabulary has no \"" + token.substr(0, 80) + "\"");
}

PostProcessor begin_end_frame(const OlderSettings& settings, const NamedTokens& named,
                              const Tokenizer::Parts& parts) {
    const auto ids = [&](const char* flag, const char* key) -> std::vector<int32_t> {
        const AddedToken* token = named.find(key);
        if (!settings.flag(flag, false) || token == nullptr) return {};
        return {required_id(parts, token->content, settings.source())};
    };
    const std::vector<int32_t> begin = ids("add_bos_token", "bos_token"),
                               end = ids("add_eos_token", "eos_token");
    PostProcessor frame;
    frame.single = {added(begin), first_text(), added(end)};
    frame.pair = {added(begin), first_text(), added(end), added(begin, 1), second_text(1), added(end, 1)};
    return frame;
}

}  // namespace weft
