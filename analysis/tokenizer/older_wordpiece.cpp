// vocab.txt: the WordPiece tokenizers of BERT and MPNet.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/older_files.h"
#include "analysis/tokenizer/wordpiece.h"

namespace weft {
namespace {

void read_vocabulary(const std::string& path, Vocabulary& vocabulary) {
    const std::string text = read_text_file(path);
    decode_utf8(text);  // throws where it is none
    vocabulary.reserve(text.size() / 6);
    int32_t id = 0;
    for (size_t begin = 0; begin < text.size(); ++id) {
        if (id > max_token_id) throw Error("\"" + path + "\" has more than " + std::to_string(id) + " lines");
        const size_t end = std::min(text.find('\n', begin), text.size());
        size_t length = end - begin;
        if (length > 0 && text[begin + length - 1] == '\r') --length;
        vocabulary.insert(std::string_view(text).substr(begin, length), id);
        begin = end + 1;
    }
    if (id == 0) throw Error("\"" + path + "\" is empty");
}

BertNormalizerSettings read_bert_normalizer(const OlderSettings& settings) {
    if (!settings.flag("do_basic_tokenize", true))
        throw Error("\"" + settings.source() + "\": \"do_basic_tokenize\" is false, which is not supported");
    if (settings.has("never_split"))
        throw Error("\"" + settings.source() + "\": \"never_split\" is not supported");
    BertNormalizerSettings normalizer;
    normalizer.lowercase = settings.flag("do_lower_case", true);
    normalizer.strip_accents = settings.flag("strip_accents", normalizer.lowercase);
    normalizer.handle_chinese_chars = settings.flag("tokenize_chinese_chars", true);
    return normalizer;
}

}  // namespace

PartsPointer read_wordpiece_files(const std::string& name, const OlderSettings& settings) {
    const bool is_mpnet = name == "MPNetTokenizer";
    const std::string path = settings.required_file("vocab.txt", name);
    auto parts = std::make_shared<Tokenizer::Parts>();
    read_vocabulary(path, parts->vocabulary);
    const NamedTokens named = is_mpnet ? settings.named_tokens({{"bos_token", "<s>"},
                                                                {"eos_token", "</s>"},
                                                                {"unk_token", "[UNK]"},
                                                                {"sep_token", "</s>"},
                                                                {"pad_token", "<pad>"},
                                                                {"cls_token", "<s>"},
                                                                {"mask_token", "<mask>", true}})
                                       : settings.named_tokens({{"unk_token", "[UNK]"},
                                                                {"sep_token", "[SEP]"},
                                                                {"pad_token", "[PAD]"},
                                                                {"cls_token", "[CLS]"},
                                                                {"mask_token", "[MASK]"}});
    const auto id_in_file = [&](const char* key) {
        const std::string& content = named.required(key, settings.source()).content;
        const std::optional<int32_t> id = parts->vocabulary.find(content);
        if (!id)
            throw Error("\"" + path + "\" has no \"" + content.substr(0, 80) + "\", the \"" + key + "\"");
        return *id;
    };
    const int32_t cls = id_in_file("cls_token"), sep = id_in_file("sep_token");
    WordPieceSettings wordpiece;
    wordpiece.unknown_id = id_in_file("unk_token");
    settings.add_tokens(named, settings.additional_tokens(), static_cast<int64_t>(parts->vocabulary.count()),
                        *parts);
    parts->normalizer = [normalizer = read_bert_normalizer(settings)](std::vector<TextPoint>& text) {
        text = bert_normalize(text, normalizer);
    };
    parts->pre_tokenizer = split_bert_words;
    parts->model = [wordpiece, &vocabulary = parts->vocabulary](std::span<const TextPoint> word,
                                                                std::vector<TokenPiece>& pieces) {
        append_wordpieces(word, vocabulary, wordpiece, pieces);
    };
    const Json decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    parts->decoder = read_decoder(&decoder, settings.source());
    PostProcessor& frame = parts->post_processor;
    frame.single = {added({cls}), first_text(), added({sep})};
    frame.pair = is_mpnet ? std::vector<TemplatePiece>{added({cls}), first_text(), added({sep, sep}),
                                                       second_text(0), added({sep})}
                          : std::vector<TemplatePiece>{added({cls}), first_text(), added({sep}),
                                                       second_text(1), added({sep}, 1)};
    finish_older(settings, named, !is_mpnet, *parts);
    return parts;
}

}  // namespace weft
