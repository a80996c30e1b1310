// vocab.json and merges.txt: the byte-level tokenizers of GPT-2, RoBERTa (BART too) and Qwen2.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/bpe.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/older_files.h"

namespace weft {
namespace {

constexpr const char* qwen2_words =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// One pair a line, after a line that names the version.
void read_merges(const std::string& path, Bpe& bpe) {
    const std::string text = read_text_file(path);
    bpe.reserve(text.size() / 9);
    size_t line_number = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = std::string_view(text).substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        begin = end + 1;
        ++line_number;
        if (line.starts_with("#version")) continue;
        try {
            bpe.add_merge(line);
        } catch (const Error& error) {
            throw Error("\"" + path + "\", line " + std::to_string(line_number) + ": " + error.what(),
                        error.hint());
        }
    }
}

NamedTokens named_tokens(const std::string& name, const OlderSettings& settings) {
    if (name == "RobertaTokenizer")
        return settings.named_tokens({{"bos_token", "<s>"},
                                      {"eos_token", "</s>"},
                                      {"unk_token", "<unk>"},
                                      {"sep_token", "</s>"},
                                      {"pad_token", "<pad>"},
                                      {"cls_token", "<s>"},
                                      {"mask_token", "<mask>"}});
    const char* end_of_text = "<|endoftext|>";
    if (name == "GPT2Tokenizer")
        return settings.named_tokens(
            {{"bos_token", end_of_text}, {"eos_token", end_of_text}, {"unk_token", end_of_text}});
    return settings.named_tokens(
        {{"eos_token", end_of_text}, {"unk_token", end_of_text}, {"pad_token", end_of_text}});
}

}  // namespace

PartsPointer read_bpe_files(const std::string& name, const OlderSettings& settings) {
    const std::string& source = settings.source();
    const std::string vocabulary_path = settings.required_file("vocab.json", name);
    const std::string merges_path = settings.required_file("merges.txt", name);
    auto parts = std::make_shared<Tokenizer::Parts>();
    read_vocab_json(vocabulary_path, parts->vocabulary);
    const auto bpe = std::make_shared<Bpe>(parts->vocabulary, BpeSettings{}, vocabulary_path);
    read_merges(merges_path, *bpe);
    parts->model = [bpe](std::span<const TextPoint> word, std::vector<TokenPiece>& pieces) {
        bpe->append(word, pieces);
    };
    const NamedTokens named = named_tokens(name, settings);
    settings.add_tokens(named, settings.additional_tokens(), static_cast<int64_t>(parts->vocabulary.count()),
                        *parts);

    const bool adds_prefix_space = settings.flag("add_prefix_space", false);
    const bool is_qwen2 = name == "Qwen2Tokenizer";
    Json byte_level = {{"type", "ByteLevel"},
                       {"add_prefix_space", adds_prefix_space},
                       {"trim_offsets", true},
                       {"use_regex", !is_qwen2}};
    if (is_qwen2) {
        const Json composed = {{"type", "NFC"}};
        parts->normalizer = read_normalizer(&composed, source);
        const Json words = {{"type", "Split"},
                            {"pattern", {{"Regex", qwen2_words}}},
                            {"behavior", "Isolated"},
                            {"invert", false}};
        byte_level = {{"type", "Sequence"}, {"pretokenizers", Json::array({words, byte_level})}};
    }
    parts->pre_tokenizer = read_pre_tokenizer(&byte_level, source);
    const Json decoder = {{"type", "ByteLevel"}};
    parts->decoder = read_decoder(&decoder, source);
    if (name == "RobertaTokenizer") {
        const auto role = [&](const char* key) {
            const std::string& content = named.required(key, source).content;
            return Json::array({content, required_id(*parts, content, source)});
        };
        const Json frame = {{"type", "RobertaProcessing"},
                            {"sep", role("sep_token")},
                            {"cls", role("cls_token")},
                            {"trim_offsets", settings.flag("trim_offsets", true)},
                            {"add_prefix_space", adds_prefix_space}};
        parts->post_processor = read_post_processor(&frame, source);
    } else {
        parts->post_processor = begin_end_frame(settings, named, *parts);
    }
    finish_older(settings, named, false, *parts);
    return parts;
}

}  // namespace weft
