// Byte-pair encoding from SentencePiece's files: Llama, Gemma, and what transformers does with such a file
// where it has no class for the model (Mistral). The file holds no merges; they follow from its pieces.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/bpe.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/older_files.h"
#include "analysis/tokenizer/unigram.h"

namespace weft {
namespace {

constexpr const char* space_symbol = "\xe2\x96\x81";

// Each way to cut a piece into two others is a merge, in the order of the pieces' ids, the shorter left side
// first.
void add_merges(const Vocabulary& vocabulary, int32_t count, Bpe& bpe) {
    for (int32_t id = 0; id < count; ++id) {
        const std::string_view piece = vocabulary.token(id);
        if (vocabulary.find(piece) != id) continue;  // the same piece again has a later id
        for (size_t at = 1; at < piece.size(); ++at) {
            if ((static_cast<uint8_t>(piece[at]) & 0xc0) == 0x80) continue;  // within a character
            const std::string_view left = piece.substr(0, at), right = piece.substr(at);
            if (vocabulary.find(left) && vocabulary.find(right)) bpe.add_merge(left, right);
        }
    }
}

WordModel make_bpe(const SentencepieceFile& file, const BpeSettings& bpe_settings, const std::string& source,
                   Vocabulary& vocabulary) {
    const auto count = static_cast<int32_t>(file.pieces.size());
    for (int32_t id = 0; id < count; ++id) vocabulary.insert(file.pieces[static_cast<size_t>(id)].text, id);
    const auto bpe = std::make_shared<Bpe>(vocabulary, bpe_settings, source);
    add_merges(vocabulary, count, *bpe);
    return [bpe](std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) {
        bpe->append(word, pieces);
    };
}

Json replace_json(const char* what, const char* content) {
    return {{"type", "Replace"}, {"pattern", {{"String", what}}}, {"content", content}};
}

Decoder spaces_and_bytes(bool strips_first_space, bool has_bytes, const std::string& source) {
    Json decoders = Json::array({replace_json(space_symbol, " ")});
    if (has_bytes) {
        decoders.push_back({{"type", "ByteFallback"}});
        decoders.push_back({{"type", "Fuse"}});
    }
    if (strips_first_space)
        decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    const Json json = {{"type", "Sequence"}, {"decoders", decoders}};
    return read_decoder(&json, source);
}

NamedTokens read_llama(const OlderSettings& settings, const SentencepieceFile& file,
                       Tokenizer::Parts& parts) {
    const std::string& source = settings.source();
    BpeSettings bpe;
    bpe.fuses_unknown = bpe.has_byte_fallback = true;
    parts.model = make_bpe(file, bpe, source, parts.vocabulary);
    const bool adds_space = settings.flag("add_prefix_space", true),
               is_legacy = settings.flag("legacy", false);
    const Json words = metaspace(!adds_space ? "never" : is_legacy ? "always" : "first", false);
    parts.pre_tokenizer = read_pre_tokenizer(&words, source);
    parts.decoder = spaces_and_bytes(adds_space, true, source);
    return settings.named_tokens({{"unk_token", "<unk>"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}});
}

NamedTokens read_gemma(const OlderSettings& settings, const SentencepieceFile& file,
                       Tokenizer::Parts& parts) {
    const std::string& source = settings.source();
    const NamedTokens named = settings.named_tokens({{"unk_token", "<unk>"},
                                                     {"bos_token", "<bos>"},
                                                     {"eos_token", "<eos>"},
                                                     {"pad_token", "<pad>"},
                                                     {"mask_token", "<mask>"}});
    BpeSettings bpe;
    bpe.unknown_token = named.required("unk_token", source).content;
    bpe.fuses_unknown = bpe.has_byte_fallback = true;
    parts.model = make_bpe(file, bpe, source, parts.vocabulary);
    const Json normalizer = replace_json(" ", space_symbol);
    parts.normalizer = read_normalizer(&normalizer, source);
    const Json words = {{"type", "Split"},
                        {"pattern", {{"String", " "}}},
                        {"behavior", "MergedWithPrevious"},
                        {"invert", false}};
    parts.pre_tokenizer = read_pre_tokenizer(&words, source);
    parts.decoder = spaces_and_bytes(false, true, source);
    return named;
}

NamedTokens read_any(const OlderSettings& settings, const SentencepieceFile& file, Tokenizer::Parts& parts) {
    const std::string& source = settings.source();
    const auto piece_or_none = [](int32_t id, const std::string& piece) {
        return id >= 0 ? piece.c_str() : nullptr;
    };
    const NamedTokens named =
        settings.named_tokens({{"bos_token", piece_or_none(file.begin_id, file.begin_piece)},
                               {"eos_token", piece_or_none(file.end_id, file.end_piece)},
                               {"unk_token", piece_or_none(file.unknown_id, file.unknown_piece)}});
    if (file.model_type != SentencepieceFile::ModelType::bpe)
        throw Error(
            "\"" + source + "\": a SentencePiece model that is not BPE is not supported for this model",
            "transformers itself needs a tokenizer.json here.");
    BpeSettings bpe;
    bpe.unknown_token = file.unknown_piece;
    bpe.fuses_unknown = true;
    bpe.has_byte_fallback = file.byte_fallback;
    parts.model = make_bpe(file, bpe, source, parts.vocabulary);
    const Json spaces = replace_json(" ", space_symbol);
    parts.normalizer = in_order(
        {precompiled_normalizer(file.precompiled_charsmap, source), read_normalizer(&spaces, source)});
    parts.decoder = spaces_and_bytes(false, file.byte_fallback, source);
    return named;
}

}  // namespace

PartsPointer read_spm_bpe_files(const std::string& name, const OlderSettings& settings) {
    const SentencepieceFile file = read_model_file("tokenizer.model", name, settings);
    auto parts = std::make_shared<Tokenizer::Parts>();
    const NamedTokens named = name == "LlamaTokenizer"   ? read_llama(settings, file, *parts)
                              : name == "GemmaTokenizer" ? read_gemma(settings, file, *parts)
                                                         : read_any(settings, file, *parts);
    settings.add_tokens(named, added_pieces(file), static_cast<int64_t>(parts->vocabulary.count()), *parts);
    parts->post_processor = begin_end_frame(settings, named, *parts);
    finish_older(settings, named, false, *parts);
    return parts;
}

}  // namespace weft
