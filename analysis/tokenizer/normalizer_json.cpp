#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/bert_unicode.h"
#include "analysis/tokenizer/byte_alphabet.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/point_changes.h"
#include "analysis/tokenizer/precompiled.h"
#include "analysis/tokenizer/unicode_classes.h"
#include "analysis/tokenizer/unicode_forms.h"

namespace weft {
namespace {

constexpr int max_depth = 8;                    // of sequences in sequences
constexpr size_t max_points = 8 * 1024 * 1024;  // that replacements may make of a text
constexpr size_t max_content_points = 1024;     // of what a replacement or prefix inserts

Normalizer read_bert(const Json& json, const std::string& source) {
    BertNormalizerSettings settings;
    settings.clean_text = optional_bool(json, "clean_text", true, source);
    settings.handle_chinese_chars = optional_bool(json, "handle_chinese_chars", true, source);
    settings.lowercase = optional_bool(json, "lowercase", true, source);
    settings.strip_accents = optional_bool(json, "strip_accents", settings.lowercase, source);
    return [settings](std::vector<TextPoint>& text) { text = bert_normalize(text, settings); };
}

Normalizer form(UnicodeForm form) {
    return [form](std::vector<TextPoint>& text) { text = unicode_form(text, form); };
}

void strip_accents(std::vector<TextPoint>& text) {
    std::erase_if(text,
                  [](const TextPoint& point) { return unicode_classes::is_combining_mark(point.point); });
}

Normalizer read_strip(const Json& json, const std::string& source) {
    const bool left = optional_bool(json, "strip_left", true, source),
               right = optional_bool(json, "strip_right", true, source);
    return [left, right](std::vector<TextPoint>& text) {
        const auto is_space = [](const TextPoint& point) {
            return unicode_classes::is_whitespace(point.point);
        };
        if (right)
            while (!text.empty() && is_space(text.back())) text.pop_back();
        if (left) text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
    };
}

std::u32string inserted_points(const Json& json, const char* key, const std::string& source) {
    std::u32string points;
    for (const TextPoint& point : decode_utf8(required_string(json, key, source))) points += point.point;
    if (points.size() > max_content_points)
        throw Error("\"" + source + "\": \"" + key + "\" has " + std::to_string(points.size()) +
                    " characters, more than " + std::to_string(max_content_points));
    return points;
}

Normalizer read_replace(const Json& json, const std::string& source) {
    const Json* pattern = find_member(json, "pattern");
    if (pattern == nullptr) throw Error("\"" + source + "\": \"pattern\" of a Replace is missing");
    const std::u32string content = inserted_points(json, "content", source);
    return [find = read_pattern(*pattern, source), content, source](std::vector<TextPoint>& text) {
        std::vector<WordRange> matches;
        find(text, matches);
        if (matches.empty()) return;
        if (matches.size() * content.size() > max_points)
            throw Error("\"" + source + "\": a Replace makes more than " + std::to_string(max_points) +
                        " characters of the text");
        std::vector<TextPoint> out;
        out.reserve(text.size());
        uint32_t at = 0;
        for (const WordRange& match : matches) {
            out.insert(out.end(), text.begin() + at, text.begin() + match.begin);
            // The last point that leaves gives its bytes to all that come.
            const TextPoint& from = text[match.end == 0 ? 0 : match.end - 1];
            for (const char32_t point : content) out.push_back({point, from.start, from.end});
            at = match.end;
        }
        out.insert(out.end(), text.begin() + at, text.end());
        text = std::move(out);
    };
}

Normalizer read_prepend(const Json& json, const std::string& source) {
    return [prefix = inserted_points(json, "prepend", source)](std::vector<TextPoint>& text) {
        prepend_points(text, prefix);
    };
}

// The rules of sentencepiece's "nmt" set: control characters leave, unusual spaces become usual ones.
void normalize_nmt(std::vector<TextPoint>& text) {
    std::erase_if(text, [](const TextPoint& p) {
        return (p.point >= 0x1 && p.point <= 0x8) || p.point == 0xb || (p.point >= 0xe && p.point <= 0x1f) ||
               p.point == 0x7f || p.point == 0x8f || p.point == 0x9f;
    });
    for (TextPoint& p : text) {
        switch (p.point) {
            case 0x9:
            case 0xa:
            case 0xc:
            case 0xd:
            case 0x1680:
            case 0x200b:
            case 0x200c:
            case 0x200d:
            case 0x200e:
            case 0x200f:
            case 0x2028:
            case 0x2029:
            case 0x2581:
            case 0xfeff:
            case 0xfffd:
                p.point = ' ';
                break;
            default:
                break;
        }
    }
}

Normalizer read_precompiled(const Json& json, const std::string& source) {
    const std::string bytes = decode_base64(optional_string(json, "precompiled_charsmap", "", source),
                                            "\"" + source + "\": \"precompiled_charsmap\"");
    if (bytes.empty()) return [](std::vector<TextPoint>&) {};
    auto charsmap = std::make_shared<const PrecompiledCharsmap>(bytes, source);
    return [charsmap](std::vector<TextPoint>& text) { text = charsmap->normalize(text); };
}

Normalizer read_any(const Json& json, const std::string& source, int depth) {
    const std::string type = required_string(json, "type", source);
    if (type == "BertNormalizer") return read_bert(json, source);
    if (type == "NFC") return form(UnicodeForm::nfc);
    if (type == "NFD") return form(UnicodeForm::nfd);
    if (type == "NFKC") return form(UnicodeForm::nfkc);
    if (type == "NFKD") return form(UnicodeForm::nfkd);
    if (type == "Lowercase") return [](std::vector<TextPoint>& text) { text = lowercased(text); };
    if (type == "Strip") return read_strip(json, source);
    if (type == "StripAccents") return strip_accents;
    if (type == "Replace") return read_replace(json, source);
    if (type == "Prepend") return read_prepend(json, source);
    if (type == "Precompiled") return read_precompiled(json, source);
    if (type == "Nmt") return normalize_nmt;
    if (type == "ByteLevel")
        return [](std::vector<TextPoint>& text) {
            text = to_byte_alphabet(text.data(), text.data() + text.size());
        };
    if (type == "Sequence" && depth < max_depth) {
        std::vector<Normalizer> parts;
        for (const Json& part : required_list(json, "normalizers", source))
            parts.push_back(read_any(part, source, depth + 1));
        return [parts](std::vector<TextPoint>& text) {
            for (const Normalizer& part : parts) part(text);
        };
    }
    refuse_component(source, "normalizer", type,
                     "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, "
                     "Replace, Sequence, "
                     "Strip, StripAccents");
}

}  // namespace

Normalizer read_normalizer(const Json* json, const std::string& source) {
    return json == nullptr ? Normalizer() : read_any(*json, source, 0);
}

}  // namespace weft
