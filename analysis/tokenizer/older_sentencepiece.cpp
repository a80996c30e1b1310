// Marian and m2m_100: pieces come from SentencePiece itself, ids from a vocab.json that knows nothing of its
// ids.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/older_files.h"
#include "analysis/tokenizer/sentencepiece_model.h"

namespace weft {
namespace {

constexpr const char* m2m_100_languages[] = {
    "af", "am", "ar", "ast", "az", "ba",  "be", "bg", "bn", "br", "bs", "ca", "ceb", "cs", "cy", "da", "de",
    "el", "en", "es", "et",  "fa", "ff",  "fi", "fr", "fy", "ga", "gd", "gl", "gu",  "ha", "he", "hi", "hr",
    "ht", "hu", "hy", "id",  "ig", "ilo", "is", "it", "ja", "jv", "ka", "kk", "km",  "kn", "ko", "lb", "lg",
    "ln", "lo", "lt", "lv",  "mg", "mk",  "ml", "mn", "mr", "ms", "my", "ne", "nl",  "no", "ns", "oc", "or",
    "pa", "pl", "ps", "pt",  "ro", "ru",  "sd", "si", "sk", "sl", "so", "sq", "sr",  "ss", "su", "sv", "sw",
    "ta", "th", "tl", "tn",  "tr", "uk",  "ur", "uz", "vi", "wo", "xh", "yi", "yo",  "zh", "zu"};
constexpr const char* wmt21_languages[] = {"en", "ha", "is", "ja", "cs", "ru", "zh", "de"};

// Pieces are looked up by their text; one that is not there is unknown.
class SpelledModel {
  public:
    SpelledModel(const std::string& path, const Vocabulary& vocabulary, int32_t unknown_id)
        : model_(std::make_shared<const SentencepieceModel>(read_sentencepiece(path), path)),
          vocabulary_(&vocabulary),
          unknown_id_(unknown_id) {}

    int32_t id_of(std::string_view piece) const { return vocabulary_->find(piece).value_or(unknown_id_); }

    void append(std::span<const TextPoint> text, std::vector<TokenPiece>& pieces) const {
        std::vector<SentencepieceModel::Piece> spelled;
        model_->append_pieces(text, spelled);
        for (const SentencepieceModel::Piece& piece : spelled)
            pieces.push_back({id_of(piece.text), piece.start, piece.end});
    }

  private:
    std::shared_ptr<const SentencepieceModel> model_;
    const Vocabulary* vocabulary_;
    int32_t unknown_id_;
};

// ">>de<<" at the beginning of a text says what to translate into. Points of it, 0 if there is none.
size_t language_code_points(std::span<const TextPoint> text) {
    if (text.size() < 4 || text[0].point != '>' || text[1].point != '>') return 0;
    for (size_t i = 0; i + 1 < text.size(); ++i)
        if (text[i].point == '<' && text[i + 1].point == '<') return i + 2;
    return 0;
}

void append_marian(std::span<const TextPoint> text, const SpelledModel& model,
                   std::vector<TokenPiece>& pieces) {
    if (const size_t points = language_code_points(text); points > 0) {
        std::string code;
        for (const TextPoint& point : text.first(points)) append_utf8(code, point.point);
        pieces.push_back({model.id_of(code), text.front().start, text[points - 1].end});
        text = text.subspan(points);
    }
    model.append(text, pieces);
}

// Sampling, mostly.
void refuse_library_options(const OlderSettings& settings) {
    if (const Json* options = settings.find("sp_model_kwargs"); options != nullptr && !options->empty())
        throw Error("\"" + settings.source() + "\": \"sp_model_kwargs\" is " + json_excerpt(*options) +
                    ", which is not supported");
}

Decoder metaspace_decoder(const std::string& source) {
    const Json json = metaspace("always", true);
    return read_decoder(&json, source);
}

PartsPointer marian_side(const std::string& spm, const std::string& vocabulary,
                         const OlderSettings& settings) {
    auto parts = std::make_shared<Tokenizer::Parts>();
    read_vocab_json(settings.required_file(vocabulary, "MarianTokenizer"), parts->vocabulary);
    const NamedTokens named =
        settings.named_tokens({{"unk_token", "<unk>"}, {"eos_token", "</s>"}, {"pad_token", "<pad>"}});
    settings.add_tokens(named, settings.additional_tokens(), static_cast<int64_t>(parts->vocabulary.count()),
                        *parts);
    const std::string& unknown = named.required("unk_token", settings.source()).content;
    const std::optional<int32_t> unknown_id = parts->vocabulary.find(unknown);
    if (!unknown_id)
        throw Error("\"" + settings.path(vocabulary) + "\" has no \"" + unknown.substr(0, 80) +
                    "\", the unknown token");
    const SpelledModel model(settings.required_file(spm, "MarianTokenizer"), parts->vocabulary, *unknown_id);
    parts->model = [model](std::span<const TextPoint> text, std::vector<TokenPiece>& pieces) {
        append_marian(text, model, pieces);
    };
    parts->decoder = metaspace_decoder(settings.source());
    const int32_t end =
        required_id(*parts, named.required("eos_token", settings.source()).content, settings.source());
    parts->post_processor.single = {first_text(), added({end})};
    parts->post_processor.pair = {first_text(), second_text(0), added({end})};
    finish_older(settings, named, false, *parts);
    return parts;
}

}  // namespace

PartsPointer read_marian_files(const OlderSettings& settings) {
    refuse_library_options(settings);
    const bool separate = settings.flag("separate_vocabs", false);
    PartsPointer source = marian_side("source.spm", "vocab.json", settings);
    source->target = marian_side("target.spm", separate ? "target_vocab.json" : "vocab.json", settings);
    return source;
}

PartsPointer read_m2m_100_files(const OlderSettings& settings) {
    refuse_library_options(settings);
    const std::string name = "M2M100Tokenizer";
    const std::string codes = settings.text("language_codes", "m2m100");
    std::vector<std::string> languages;
    if (codes == "m2m100")
        languages.assign(std::begin(m2m_100_languages), std::end(m2m_100_languages));
    else if (codes == "wmt21")
        languages.assign(std::begin(wmt21_languages), std::end(wmt21_languages));
    else
        throw Error("\"" + settings.source() + "\": \"language_codes\" is \"" + codes.substr(0, 80) +
                    "\", which is not supported");

    const std::string vocabulary_path = settings.required_file("vocab.json", name);
    const std::string from = settings.text("src_lang", "en"), to = settings.text("tgt_lang", "");
    const NamedTokens named = settings.named_tokens({{"bos_token", "<s>"},
                                                     {"eos_token", "</s>"},
                                                     {"sep_token", "</s>"},
                                                     {"pad_token", "<pad>"},
                                                     {"unk_token", "<unk>"}});
    const auto side = [&](const std::string& language) {
        auto parts = std::make_shared<Tokenizer::Parts>();
        read_vocab_json(vocabulary_path, parts->vocabulary);
        const auto count = static_cast<int32_t>(parts->vocabulary.count());
        settings.add_tokens(named, settings.additional_tokens(), count, *parts);
        const std::string& unknown = named.required("unk_token", settings.source()).content;
        const std::optional<int32_t> unknown_id = parts->vocabulary.find(unknown);
        if (!unknown_id)
            throw Error("\"" + vocabulary_path + "\" has no \"" + unknown.substr(0, 80) +
                        "\", the unknown token");
        // Language tokens follow the vocabulary; whether they are also found in a text is the files' to say.
        std::optional<int32_t> code;
        for (size_t i = 0; i < languages.size(); ++i) {
            const int32_t id = count + static_cast<int32_t>(i);
            const std::string token = "__" + languages[i] + "__";
            if (parts->vocabulary.token(id).empty()) parts->vocabulary.insert(token, id);
            if (languages[i] == language) code = id;
        }
        if (!code)
            throw Error("\"" + settings.source() + "\": \"" + language.substr(0, 80) +
                        "\" is not one of this model's languages");
        const SpelledModel model(settings.required_file("sentencepiece.bpe.model", name), parts->vocabulary,
                                 *unknown_id);
        parts->model = [model](std::span<const TextPoint> text, std::vector<TokenPiece>& pieces) {
            model.append(text, pieces);
        };
        parts->decoder = metaspace_decoder(settings.source());
        const int32_t end =
            required_id(*parts, named.required("eos_token", settings.source()).content, settings.source());
        parts->post_processor.single = {added({*code}), first_text(), added({end})};
        parts->post_processor.pair = {added({*code}), first_text(), second_text(0), added({end})};
        finish_older(settings, named, false, *parts);
        return parts;
    };
    PartsPointer source = side(from);
    if (!to.empty()) {
        source->target = side(to);
        return source;
    }
    const PartsPointer target = side(from);
    target->model = [source_name = settings.source()](std::span<const TextPoint>, std::vector<TokenPiece>&) {
        throw Error("\"" + source_name + "\" has no \"tgt_lang\", so the target text has no language",
                    "Write it there, for example \"tgt_lang\": \"de\".");
    };
    source->target = target;
    return source;
}

}  // namespace weft
