#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/bert_unicode.h"
#include "analysis/tokenizer/byte_alphabet.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/point_changes.h"
#include "analysis/tokenizer/regex.h"
#include "analysis/tokenizer/split_behavior.h"
#include "analysis/tokenizer/unicode_classes.h"
#include "analysis/tokenizer/word_patterns.h"

namespace weft {
namespace {

constexpr int max_depth = 8;  // of sequences in sequences

bool is_punctuation(char32_t point) {
    return (bert_unicode::classes(point) & bert_unicode::is_punctuation) != 0;
}

PreTokenizer splitter(MatchFinder find, SplitBehavior behavior, bool inverted = false) {
    return [find = std::move(find), behavior, inverted](SplitText& text) {
        split_words(text, find, behavior, inverted);
    };
}

// Each word anew from its points; `change` may do what it likes to them.
template <class Change>
void change_words(SplitText& text, const Change& change) {
    SplitText out;
    out.points.reserve(text.points.size() + text.points.size() / 4);
    out.words.reserve(text.words.size());
    std::vector<TextPoint> word;
    for (const WordRange& range : text.words) {
        const std::span<const TextPoint> points = text.word(range);
        word.assign(points.begin(), points.end());
        change(word);
        const uint32_t begin = static_cast<uint32_t>(out.points.size());
        out.points.insert(out.points.end(), word.begin(), word.end());
        const uint32_t end = static_cast<uint32_t>(out.points.size());
        if (end > begin) out.words.push_back({begin, end});
    }
    text = std::move(out);
}

PreTokenizer read_byte_level(const Json& json, const std::string& source) {
    const bool adds_space = optional_bool(json, "add_prefix_space", true, source);
    optional_bool(json, "trim_offsets", true, source);  // the post-processor's alone
    const bool cuts = optional_bool(json, "use_regex", true, source);
    return [adds_space, cuts, find = *known_pattern(gpt2_pattern)](SplitText& text) {
        if (adds_space)
            change_words(text, [](std::vector<TextPoint>& word) {
                if (word.front().point != ' ') prepend_points(word, U" ");
            });
        if (cuts) split_words(text, find, SplitBehavior::isolated);
        change_words(text, [](std::vector<TextPoint>& word) {
            word = to_byte_alphabet(word.data(), word.data() + word.size());
        });
    };
}

char32_t single_point(const Json& json, const char* key, const std::string& source) {
    const std::string text = required_string(json, key, source);
    const std::vector<TextPoint> points = decode_utf8(text);
    if (points.size() != 1)
        throw Error("\"" + source + "\": \"" + key + "\" is \"" + text.substr(0, 80) +
                    "\", expected one character");
    return points[0].point;
}

PreTokenizer read_metaspace(const Json& json, const std::string& source) {
    const MetaspaceSettings settings = read_metaspace_settings(json, source);
    const bool cuts = optional_bool(json, "split", true, source);
    return [settings, cuts](SplitText& text) {
        change_words(text, [&](std::vector<TextPoint>& word) {
            for (TextPoint& point : word)
                if (point.point == ' ') point.point = settings.mark;
            const bool prepends =
                settings.prepend == MetaspaceSettings::Prepend::always ||
                (settings.prepend == MetaspaceSettings::Prepend::first && word.front().start == 0);
            if (prepends && word.front().point != settings.mark)
                prepend_points(word, std::u32string_view(&settings.mark, 1));
        });
        if (cuts)
            split_words(text, single_points([mark = settings.mark](char32_t point) { return point == mark; }),
                        SplitBehavior::merged_with_next);
    };
}

PreTokenizer read_split(const Json& json, const std::string& source) {
    const Json* pattern = find_member(json, "pattern");
    if (pattern == nullptr) throw Error("\"" + source + "\": \"pattern\" of a Split is missing");
    const SplitBehavior behavior = split_behavior(required_string(json, "behavior", source), source);
    const bool inverted = optional_bool(json, "invert", false, source);
    return splitter(read_pattern(*pattern, source), behavior, inverted);
}

PreTokenizer read_any(const Json& json, const std::string& source, int depth) {
    const std::string type = required_string(json, "type", source);
    if (type == "BertPreTokenizer") return split_bert_words;
    if (type == "ByteLevel") return read_byte_level(json, source);
    if (type == "Metaspace") return read_metaspace(json, source);
    if (type == "Split") return read_split(json, source);
    if (type == "Whitespace") {
        // \w+|[^\w\s]+
        const MatchFinder words = [](std::span<const TextPoint> word, std::vector<WordRange>& matches) {
            const auto kind = [&](uint32_t i) {
                return unicode_classes::classes(word[i].point) &
                       (unicode_classes::word_bit | unicode_classes::whitespace_bit);
            };
            for (uint32_t at = 0; at < word.size();) {
                const uint32_t begin = at;
                while (at < word.size() && kind(at) == kind(begin)) ++at;
                if (kind(begin) != unicode_classes::whitespace_bit) matches.push_back({begin, at});
            }
        };
        return splitter(words, SplitBehavior::removed, true);
    }
    if (type == "WhitespaceSplit")
        return splitter(single_points(unicode_classes::is_whitespace), SplitBehavior::removed);
    if (type == "Digits")
        return splitter(single_points(unicode_classes::is_numeric),
                        optional_bool(json, "individual_digits", false, source) ? SplitBehavior::isolated
                                                                                : SplitBehavior::contiguous);
    if (type == "Punctuation")
        return splitter(single_points(is_punctuation),
                        split_behavior(optional_string(json, "behavior", "Isolated", source), source));
    if (type == "CharDelimiterSplit") {
        const char32_t delimiter = single_point(json, "delimiter", source);
        return splitter(single_points([delimiter](char32_t point) { return point == delimiter; }),
                        SplitBehavior::removed);
    }
    if (type == "Sequence" && depth < max_depth) {
        std::vector<PreTokenizer> parts;
        for (const Json& part : required_list(json, "pretokenizers", source))
            parts.push_back(read_any(part, source, depth + 1));
        return [parts](SplitText& text) {
            for (const PreTokenizer& part : parts) part(text);
        };
    }
    refuse_component(
        source, "pre_tokenizer", type,
        "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, Sequence, Split, "
        "Whitespace, WhitespaceSplit");
}

}  // namespace

MatchFinder read_pattern(const Json& json, const std::string& source) {
    if (find_member(json, "String") != nullptr) return string_finder(required_string(json, "String", source));
    const std::string pattern = required_string(json, "Regex", source);
    if (std::optional<MatchFinder> known = known_pattern(pattern)) return *known;
    return regex_finder(pattern, source);
}

MetaspaceSettings read_metaspace_settings(const Json& json, const std::string& source) {
    using Prepend = MetaspaceSettings::Prepend;
    MetaspaceSettings settings;
    settings.mark = single_point(json, "replacement", source);
    const bool adds = optional_bool(json, "add_prefix_space", true, source);
    const std::string scheme = optional_string(json, "prepend_scheme", adds ? "always" : "never", source);
    if (scheme == "always")
        settings.prepend = Prepend::always;
    else if (scheme == "first")
        settings.prepend = Prepend::first;
    else if (scheme == "never")
        settings.prepend = Prepend::never;
    else
        refuse_component(source, "prepend_scheme", scheme, "always, first, never");
    if (!adds && settings.prepend != Prepend::never)
        throw Error("\"" + source + "\": \"add_prefix_space\" is false and \"prepend_scheme\" is \"" +
                    scheme + "\"");
    return settings;
}

PreTokenizer read_pre_tokenizer(const Json* json, const std::string& source) {
    return json == nullptr ? PreTokenizer() : read_any(*json, source, 0);
}

}  // namespace weft
