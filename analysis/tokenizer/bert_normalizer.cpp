#include "analysis/tokenizer/bert_normalizer.h"

#include <algorithm>

#include "analysis/tokenizer/bert_unicode.h"
#include "analysis/tokenizer/unicode_forms.h"

namespace weft {
namespace {

using namespace bert_unicode;

constexpr char32_t first_decomposing = 0xc0;  // nothing below decomposes or combines

bool is_plain(const TextPoint& point) {
    return point.point < first_decomposing;
}

}  // namespace

std::vector<TextPoint> bert_normalize(std::span<const TextPoint> text,
                                      const BertNormalizerSettings& settings) {
    std::vector<TextPoint> out;
    out.reserve(text.size());
    for (TextPoint point : text) {
        const uint8_t bits = classes(point.point);
        if (settings.clean_text && (bits & is_removed) != 0) continue;
        if (settings.clean_text && (bits & is_whitespace) != 0) point.point = ' ';
        if (settings.handle_chinese_chars && (bits & is_chinese) != 0) {
            out.push_back({' ', point.start, point.end});
            out.push_back(point);
            out.push_back({' ', point.start, point.end});
        } else {
            out.push_back(point);
        }
    }
    if (settings.strip_accents && !std::all_of(out.begin(), out.end(), is_plain)) {
        out = unicode_form(out, UnicodeForm::nfd);
        std::erase_if(out, [](const TextPoint& p) { return (classes(p.point) & is_nonspacing_mark) != 0; });
    }
    return settings.lowercase ? lowercased(out) : out;
}

std::vector<TextPoint> lowercased(std::span<const TextPoint> text) {
    std::vector<TextPoint> lowered;
    lowered.reserve(text.size());
    for (const TextPoint& point : text) {
        if (point.point == 0x130) {  // the one point whose lower case has two
            lowered.push_back({'i', point.start, point.end});
            lowered.push_back({0x307, point.start, point.end});
        } else {
            lowered.push_back({lowercase(point.point), point.start, point.end});
        }
    }
    return lowered;
}

void split_bert_words(SplitText& text) {
    std::vector<WordRange> words;
    words.reserve(text.points.size() / 4 + text.words.size());
    for (const WordRange& word : text.words) {
        uint32_t begin = word.begin;
        for (uint32_t i = word.begin; i < word.end; ++i) {
            const uint8_t bits = classes(text.points[i].point);
            if ((bits & (is_whitespace | is_punctuation)) == 0) continue;
            if (i > begin) words.push_back({begin, i});
            if ((bits & is_whitespace) == 0) words.push_back({i, i + 1});
            begin = i + 1;
        }
        if (word.end > begin) words.push_back({begin, word.end});
    }
    text.words = std::move(words);
}

}  // namespace weft
