#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/byte_alphabet.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/decoder_text.h"

namespace weft {
namespace {

using Tokens = std::vector<std::string>;

constexpr int max_depth = 8;  // of sequences in sequences

void keep_one(Tokens& tokens, std::string text) {
    tokens.clear();
    tokens.push_back(std::move(text));
}

Decoder read_wordpiece(const Json& json, const std::string& source) {
    const std::string prefix = optional_string(json, "prefix", "##", source);
    const bool cleans = optional_bool(json, "cleanup", true, source);
    return [prefix, cleans](Tokens& tokens) {
        for (size_t i = 0; i < tokens.size(); ++i) {
            if (i > 0 && tokens[i].starts_with(prefix))
                tokens[i].erase(0, prefix.size());
            else if (i > 0)
                tokens[i].insert(0, 1, ' ');
            if (cleans) tokens[i] = without_english_spaces(std::move(tokens[i]));
        }
    };
}

// Bytes that are no character stay visible as U+FFFD.
void decode_byte_level(Tokens& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) {
        std::string own;
        bool is_bytes = true;
        for (const TextPoint& point : decode_utf8(token)) {
            const std::optional<uint8_t> byte = byte_of(point.point);
            is_bytes = is_bytes && byte.has_value();
            if (is_bytes) own.push_back(static_cast<char>(*byte));
        }
        bytes += is_bytes ? own : token;
    }
    keep_one(tokens, with_replacement_characters(bytes));
}

Decoder read_metaspace(const Json& json, const std::string& source) {
    return [settings = read_metaspace_settings(json, source)](Tokens& tokens) {
        for (size_t i = 0; i < tokens.size(); ++i) {
            std::string text;
            for (const TextPoint& point : decode_utf8(tokens[i])) {
                if (point.point != settings.mark)
                    append_utf8(text, point.point);
                else if (i > 0 || settings.prepend == MetaspaceSettings::Prepend::never)
                    text += ' ';
            }
            tokens[i] = std::move(text);
        }
    };
}

Decoder read_replace(const Json& json, const std::string& source) {
    const Json* pattern = find_member(json, "pattern");
    if (pattern == nullptr) throw Error("\"" + source + "\": \"pattern\" of a Replace is missing");
    return [find = read_pattern(*pattern, source),
            content = required_string(json, "content", source)](Tokens& tokens) {
        std::vector<WordRange> matches;
        for (std::string& token : tokens) {
            const std::vector<TextPoint> points = decode_utf8(token);
            matches.clear();
            find(points, matches);
            if (matches.empty()) continue;
            std::string text;
            const auto copy = [&](uint32_t begin, uint32_t end) {
                for (; begin < end; ++begin) append_utf8(text, points[begin].point);
            };
            uint32_t at = 0;
            for (const WordRange& match : matches) {
                copy(at, match.begin);
                text += content;
                at = match.end;
            }
            copy(at, static_cast<uint32_t>(points.size()));
            token = std::move(text);
        }
    };
}

// "<0xE2>", and nothing else.
std::optional<uint8_t> byte_token(const std::string& token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
    unsigned value = 0;
    for (const char c : {token[3], token[4]}) {
        const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                               : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                               : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                                                      : 16;
        if (digit == 16) return std::nullopt;
        value = value * 16 + digit;
    }
    return static_cast<uint8_t>(value);
}

void decode_byte_fallback(Tokens& tokens) {
    Tokens out;
    std::string bytes;
    const auto flush = [&] {
        if (bytes.empty()) return;
        if (is_utf8(bytes))
            out.push_back(bytes);
        else
            out.insert(out.end(), bytes.size(), "\xef\xbf\xbd");
        bytes.clear();
    };
    for (std::string& token : tokens) {
        if (const std::optional<uint8_t> byte = byte_token(token)) {
            bytes.push_back(static_cast<char>(*byte));
            continue;
        }
        flush();
        out.push_back(std::move(token));
    }
    flush();
    tokens = std::move(out);
}

void fuse(Tokens& tokens) {
    std::string text;
    for (const std::string& token : tokens) text += token;
    keep_one(tokens, std::move(text));
}

Decoder read_strip(const Json& json, const std::string& source) {
    const std::string content = required_string(json, "content", source);
    const int64_t start = required_int(json, "start", 0, INT32_MAX, source),
                  stop = required_int(json, "stop", 0, INT32_MAX, source);
    if (decode_utf8(content).size() != 1)
        throw Error("\"" + source + "\": \"content\" of a Strip is \"" + content.substr(0, 80) +
                    "\", expected one character");
    return [content, start, stop](Tokens& tokens) {
        for (std::string& token : tokens) {
            for (int64_t i = 0; i < start && token.starts_with(content); ++i) token.erase(0, content.size());
            for (int64_t i = 0; i < stop && token.ends_with(content); ++i)
                token.resize(token.size() - content.size());
        }
    };
}

Decoder read_bpe(const Json& json, const std::string& source) {
    const std::string suffix = optional_string(json, "suffix", "</w>", source);
    return [suffix](Tokens& tokens) {
        for (size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = replaced(std::move(tokens[i]), suffix, i + 1 == tokens.size() ? "" : " ");
    };
}

Decoder read_any(const Json& json, const std::string& source, int depth) {
    const std::string type = required_string(json, "type", source);
    if (type == "WordPiece") return read_wordpiece(json, source);
    if (type == "ByteLevel") return decode_byte_level;
    if (type == "Metaspace") return read_metaspace(json, source);
    if (type == "Replace") return read_replace(json, source);
    if (type == "ByteFallback") return decode_byte_fallback;
    if (type == "Fuse") return fuse;
    if (type == "Strip") return read_strip(json, source);
    if (type == "BPEDecoder") return read_bpe(json, source);
    if (type == "Sequence" && depth < max_depth) {
        std::vector<Decoder> parts;
        for (const Json& part : required_list(json, "decoders", source))
            parts.push_back(read_any(part, source, depth + 1));
        return [parts](Tokens& tokens) {
            for (const Decoder& part : parts) part(tokens);
        };
    }
    refuse_component(
        source, "decoder", type,
        "BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece");
}

}  // namespace

Decoder read_decoder(const Json* json, const std::string& source) {
    return json == nullptr ? Decoder() : read_any(*json, source, 0);
}

}  // namespace weft
