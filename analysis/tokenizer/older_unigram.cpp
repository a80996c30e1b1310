// Unigram tokenizers from SentencePiece's files. Each class of transformers lays out ids of its own around
// the file's pieces, and cuts and frames texts in its own way.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/older_files.h"
#include "analysis/tokenizer/unigram.h"

namespace weft {
namespace {

constexpr const char* mbart_languages[] = {"ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI",
                                           "fr_XX", "gu_IN", "hi_IN", "it_IT", "ja_XX", "kk_KZ", "ko_KR",
                                           "lt_LT", "lv_LV", "my_MM", "ne_NP", "nl_XX", "ro_RO", "ru_RU",
                                           "si_LK", "tr_TR", "vi_VN", "zh_CN"};
constexpr const char* mbart50_languages[] = {"af_ZA", "az_AZ", "bn_IN", "fa_IR", "he_IL", "hr_HR", "id_ID",
                                             "ka_GE", "km_KH", "mk_MK", "ml_IN", "mn_MN", "mr_IN", "pl_PL",
                                             "ps_AF", "pt_XX", "sv_SE", "sw_KE", "ta_IN", "te_IN", "th_TH",
                                             "tl_XX", "uk_UA", "ur_PK", "xh_ZA", "gl_ES", "sl_SI"};

struct Reading {
    const std::string& name;
    const OlderSettings& settings;
    SentencepieceFile file;
    PartsPointer parts = std::make_shared<Tokenizer::Parts>();
    NamedTokens named = {};
    std::vector<UnigramPiece> pieces = {};  // by id
    std::vector<AddedToken> extra = {};

    const std::string& source() const { return settings.source(); }
    // Its text, or as Python writes null.
    std::string text_of(const char* key) const {
        const AddedToken* token = named.find(key);
        return token == nullptr ? "None" : token->content;
    }
    void add(const std::string& text, double score = 0) { pieces.push_back({text, score}); }
    void add_named(const std::vector<const char*>& keys) {
        for (const char* key : keys) add(text_of(key));
    }
    void add_pieces_from(size_t first) {
        for (size_t i = first; i < file.pieces.size(); ++i)
            add(file.pieces[i].text, static_cast<double>(file.pieces[i].score));
    }
    Normalizer charsmap() const { return precompiled_normalizer(file.precompiled_charsmap, source()); }
    int32_t id(const std::string& token) const { return required_id(*parts, token, source()); }
    int32_t named_id(const char* key) const { return id(named.required(key, source()).content); }

    // Call when `pieces` and `extra` are complete; frames come after.
    void make_model(int64_t unknown_id) {
        for (size_t i = 0; i < pieces.size(); ++i)
            parts->vocabulary.insert(pieces[i].text, static_cast<int32_t>(i));
        const auto model = std::make_shared<const UnigramModel>(pieces, unknown_id, false, source());
        parts->model = [model](std::span<const TextPoint> word, std::vector<TokenPiece>& found) {
            model->append_pieces(word, found);
        };
        settings.add_tokens(named, extra, static_cast<int64_t>(pieces.size()), *parts);
    }
    void decode_metaspace(const char* prepend_scheme) {
        const Json json = metaspace(prepend_scheme, true);
        parts->decoder = read_decoder(&json, source());
    }
};

Normalizer replace(const Json& pattern, const char* content, const std::string& source) {
    const Json json = {{"type", "Replace"}, {"pattern", pattern}, {"content", content}};
    return read_normalizer(&json, source);
}

Normalizer of_type(const char* type, const std::string& source) {
    const Json json = {{"type", type}};
    return read_normalizer(&json, source);
}

void read_albert(Reading& reading) {
    const OlderSettings& settings = reading.settings;
    const std::string& source = reading.source();
    reading.named = settings.named_tokens({{"bos_token", "[CLS]"},
                                           {"eos_token", "[SEP]"},
                                           {"unk_token", "<unk>"},
                                           {"sep_token", "[SEP]"},
                                           {"pad_token", "<pad>"},
                                           {"cls_token", "[CLS]"},
                                           {"mask_token", "[MASK]"}});
    reading.add_pieces_from(0);
    reading.make_model(1);
    const bool keeps_accents = settings.flag("keep_accents", false);
    reading.parts->normalizer =
        in_order({replace({{"String", "``"}}, "\"", source), replace({{"String", "''"}}, "\"", source),
                  keeps_accents ? Normalizer() : of_type("NFKD", source),
                  keeps_accents ? Normalizer() : of_type("StripAccents", source),
                  settings.flag("do_lower_case", true) ? of_type("Lowercase", source) : Normalizer(),
                  reading.charsmap()});
    const char* scheme = settings.flag("add_prefix_space", true) ? "always" : "never";
    reading.parts->pre_tokenizer = whitespace_then_metaspace(scheme, source);
    reading.decode_metaspace(scheme);
    // transformers lets these two settings, where they are there, replace ALBERT's own frame.
    if (settings.has("add_bos_token") || settings.has("add_eos_token")) {
        reading.parts->post_processor = begin_end_frame(settings, reading.named, *reading.parts);
        return;
    }
    const int32_t cls = reading.named_id("cls_token"), sep = reading.named_id("sep_token");
    reading.parts->post_processor.single = {added({cls}), first_text(), added({sep})};
    reading.parts->post_processor.pair = {added({cls}), first_text(), added({sep}), second_text(1),
                                          added({sep}, 1)};
}

void read_t5(Reading& reading) {
    const int64_t extra_ids = reading.settings.integer("extra_ids", 100, 0, 100'000);
    reading.named = reading.settings.named_tokens(
        {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}});
    reading.add_pieces_from(0);
    const auto sentinel = [](int64_t i) { return "<extra_id_" + std::to_string(i) + ">"; };
    for (int64_t i = extra_ids - 1; i >= 0; --i) reading.add(sentinel(i));
    for (int64_t i = 0; i < extra_ids; ++i) reading.extra.push_back(special_token(sentinel(i)));
    reading.make_model(2);
    reading.parts->normalizer = reading.charsmap();
    reading.parts->pre_tokenizer = whitespace_then_metaspace("always", reading.source());
    reading.decode_metaspace("always");
    const int32_t end = reading.named_id("eos_token");
    reading.parts->post_processor.single = {first_text(), added({end})};
    reading.parts->post_processor.pair = {first_text(), added({end}), second_text(0), added({end})};
}

// XLM-RoBERTa and CamemBERT: fairseq's special tokens before the pieces, the mask behind them.
void read_fairseq(Reading& reading) {
    const bool is_camembert = reading.name == "CamembertTokenizer";
    reading.named = reading.settings.named_tokens({{"bos_token", "<s>"},
                                                   {"eos_token", "</s>"},
                                                   {"unk_token", "<unk>"},
                                                   {"sep_token", "</s>"},
                                                   {"pad_token", "<pad>"},
                                                   {"cls_token", "<s>"},
                                                   {"mask_token", "<mask>", is_camembert}});
    int64_t unknown_id = 3;
    if (is_camembert) {
        reading.add("<s>NOTUSED");
        reading.add_named({"pad_token"});
        reading.add("</s>NOTUSED");
        reading.add_named({"unk_token"});
        reading.add("<unk>NOTUSED", -100);
        reading.add_pieces_from(1);
    } else {
        reading.add_named({"bos_token", "pad_token", "eos_token", "unk_token"});
        reading.add_pieces_from(3);
    }
    reading.add_named({"mask_token"});
    if (is_camembert)
        for (size_t i = reading.pieces.size(); i-- > 0;)
            if (reading.pieces[i].text == reading.text_of("unk_token")) unknown_id = static_cast<int64_t>(i);
    reading.make_model(unknown_id);
    reading.parts->normalizer = reading.charsmap();
    const char* scheme = reading.settings.flag("add_prefix_space", true) ? "always" : "never";
    reading.parts->pre_tokenizer = whitespace_then_metaspace(scheme, reading.source());
    reading.decode_metaspace(scheme);
    const int32_t begin = reading.named_id("bos_token"), end = reading.named_id("eos_token");
    reading.parts->post_processor.single = {added({begin}), first_text(), added({end})};
    reading.parts->post_processor.pair = {added({begin}), first_text(), added({end, end}), second_text(0),
                                          added({end})};
}

PostProcessor around(const std::vector<int32_t>& before, const std::vector<int32_t>& after) {
    PostProcessor frame;
    frame.single = {added(before), first_text(), added(after)};
    frame.pair = {added(before), first_text(), second_text(0), added(after)};
    return frame;
}

// Both kinds of mBART: language codes behind the pieces; the language stands behind the text, or in mBART-50
// before.
void read_mbart(Reading& reading) {
    const bool is_50 = reading.name == "MBart50Tokenizer";
    const OlderSettings& settings = reading.settings;
    const std::string& source = reading.source();
    reading.named = settings.named_tokens({{"bos_token", is_50 ? nullptr : "<s>"},
                                           {"eos_token", "</s>"},
                                           {"unk_token", "<unk>"},
                                           {"sep_token", "</s>"},
                                           {"pad_token", "<pad>"},
                                           {"cls_token", "<s>"},
                                           {"mask_token", "<mask>", true}});
    std::vector<std::string> languages(std::begin(mbart_languages), std::end(mbart_languages));
    if (is_50) languages.insert(languages.end(), std::begin(mbart50_languages), std::end(mbart50_languages));
    reading.add_named({is_50 ? "cls_token" : "bos_token", "pad_token", "eos_token", "unk_token"});
    reading.add_pieces_from(3);
    for (const std::string& language : languages) reading.add(language);
    reading.add_named({"mask_token"});
    std::vector<AddedToken> codes;
    for (const std::string& language : languages) codes.push_back(special_token(language));
    reading.extra.insert(is_50 ? reading.extra.end() : reading.extra.begin(), codes.begin(), codes.end());
    reading.make_model(3);

    if (is_50) {
        reading.parts->normalizer =
            in_order({reading.charsmap(), replace({{"Regex", " {2,}"}}, " ", source)});
        const Json json = metaspace("always", true);
        reading.parts->pre_tokenizer = read_pre_tokenizer(&json, source);
    } else {
        reading.parts->pre_tokenizer = whitespace_then_metaspace("always", source);
    }
    reading.decode_metaspace("always");
    const int32_t end = reading.named_id("eos_token");
    const auto frame = [&](const std::string& language) {
        const int32_t code = reading.id(language);
        return is_50 ? around({code}, {end}) : around({}, {end, code});
    };
    const std::string from = settings.text("src_lang", "en_XX"), to = settings.text("tgt_lang", from);
    reading.parts->post_processor = frame(from);
    if (to == from) return;
    const auto target = std::make_shared<Tokenizer::Parts>();
    target->vocabulary = reading.parts->vocabulary;
    target->added_tokens = reading.parts->added_tokens;
    target->normalizer = reading.parts->normalizer;
    target->pre_tokenizer = reading.parts->pre_tokenizer;
    target->model = reading.parts->model;
    target->decoder = reading.parts->decoder;
    target->post_processor = frame(to);
    finish_older(settings, reading.named, false, *target);
    reading.parts->target = target;
}

void read_pegasus(Reading& reading) {
    const std::string& source = reading.source();
    const int64_t offset = reading.settings.integer("offset", 103, 0, 100'000);
    reading.named = reading.settings.named_tokens(
        {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}, {"mask_token", "<mask_2>"}});
    const std::string sentence_mask = reading.settings.text("mask_token_sent", "<mask_1>");
    // Where no file names them, transformers lays out ids with the two masks the other way round.
    const std::string first_mask =
        reading.settings.has("mask_token") ? reading.text_of("mask_token") : "<mask_1>";
    const std::string second_mask = reading.settings.text("mask_token_sent", "<mask_2>");
    reading.add_named({"pad_token", "eos_token"});
    if (first_mask != "None") reading.add(first_mask);
    if (second_mask != first_mask) reading.add(second_mask);
    for (int64_t i = 2; i < offset; ++i) reading.add("<unk_" + std::to_string(i) + ">", -100);
    reading.add_pieces_from(2);
    reading.extra = {special_token(sentence_mask)};
    for (int64_t i = 2; i < offset; ++i)
        reading.extra.push_back(special_token("<unk_" + std::to_string(i) + ">"));
    const std::string unknown = reading.named.required("unk_token", source).content;
    size_t unknown_id = 1;  // the first piece is not asked
    while (unknown_id < reading.pieces.size() &&
           !(reading.pieces[unknown_id].text == unknown && reading.pieces[unknown_id].score == 0))
        ++unknown_id;
    if (unknown_id == reading.pieces.size())
        throw Error("\"" + source + "\": the vocabulary has no \"" + unknown.substr(0, 80) + "\" of score 0");
    reading.make_model(static_cast<int64_t>(unknown_id));
    const Normalizer spaces = replace({{"Regex", " {2,}"}}, " ", source);
    reading.parts->normalizer = reading.file.precompiled_charsmap.empty()
                                    ? in_order({replace({{"Regex", "\\n"}}, " ", source), spaces})
                                    : in_order({reading.charsmap(), spaces});
    const Json json = metaspace("always", true);
    reading.parts->pre_tokenizer = read_pre_tokenizer(&json, source);
    reading.decode_metaspace("always");
    reading.parts->post_processor = around({}, {reading.named_id("eos_token")});
}

}  // namespace

PartsPointer read_unigram_files(const std::string& name, const OlderSettings& settings) {
    const bool has_spiece = name == "AlbertTokenizer" || name == "T5Tokenizer" || name == "PegasusTokenizer";
    Reading reading{name, settings,
                    read_model_file(has_spiece ? "spiece.model" : "sentencepiece.bpe.model", name, settings)};
    reading.extra = added_pieces(reading.file);
    if (name == "AlbertTokenizer")
        read_albert(reading);
    else if (name == "T5Tokenizer")
        read_t5(reading);
    else if (name == "PegasusTokenizer")
        read_pegasus(reading);
    else if (name == "MBartTokenizer" || name == "MBart50Tokenizer")
        read_mbart(reading);
    else
        read_fairseq(reading);
    finish_older(settings, reading.named, false, *reading.parts);
    return reading.parts;
}

}  // namespace weft
