#include "analysis/tokenizer/bert_normalizer.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <algorithm>

#include "analysis/error.h"
#include "analysis/tokenizer/bert_unicode.h"

namespace weft {
namespace {

using namespace bert_unicode;

constexpr char32_t first_decomposing = 0xc0;  // nothing below decomposes or combines

const UNormalizer2* canonical_decomposition() {
    static const UNormalizer2* const instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        const UNormalizer2* nfd = unorm2_getNFDInstance(&status);
        if (U_FAILURE(status))
            throw Error(std::string("ICU has no normalization data: ") + u_errorName(status));
        return nfd;
    }();
    return instance;
}

// The tokenizer's decomposition data is of Unicode 9: what came later stays as it is.
bool is_known_to_decomposition(char32_t point) {
    UVersionInfo age;
    u_charAge(static_cast<UChar32>(point), age);
    return age[0] < 10;
}

uint8_t combining_class(char32_t point) {
    if (point < first_decomposing) return 0;
    const uint8_t value = u_getCombiningClass(static_cast<UChar32>(point));
    return value != 0 && is_known_to_decomposition(point) ? value : uint8_t{0};
}

struct Decomposed {
    char32_t point = 0;
    bool follows = false;  // not the first of the points that a typed one became
};

void append_decomposed(std::vector<Decomposed>& out, char32_t source) {
    UChar units[32];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = -1;
    if (source >= first_decomposing && is_known_to_decomposition(source))
        length = unorm2_getDecomposition(canonical_decomposition(), static_cast<UChar32>(source), units, 32,
                                         &status);
    if (length < 0 || U_FAILURE(status)) {
        out.push_back({source, false});
        return;
    }
    for (int32_t at = 0; at < length;) {
        const bool follows = at > 0;
        UChar32 point = 0;
        U16_NEXT(units, at, length, point);
        out.push_back({static_cast<char32_t>(point), follows});
    }
}

std::vector<TextPoint> decomposed(const std::vector<TextPoint>& text) {
    std::vector<Decomposed> points;
    points.reserve(text.size() * 2);
    for (const TextPoint& point : text) append_decomposed(points, point.point);
    // Canonical order: runs of marks by class, equal classes stay in place.
    for (auto begin = points.begin(); begin != points.end();) {
        auto end = begin;
        while (end != points.end() && combining_class(end->point) != 0) ++end;
        std::stable_sort(begin, end, [](const Decomposed& a, const Decomposed& b) {
            return combining_class(a.point) < combining_class(b.point);
        });
        begin = end == points.end() ? end : end + 1;
    }
    // The tokenizer gives out the typed bytes after sorting: each leading point takes the next typed one's.
    std::vector<TextPoint> out;
    out.reserve(points.size());
    size_t next = 0;
    for (const Decomposed& point : points) {
        if (!point.follows) ++next;
        const TextPoint& source = text[next == 0 ? 0 : next - 1];
        out.push_back({point.point, source.start, source.end});
    }
    return out;
}

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
        out = decomposed(out);
        std::erase_if(out, [](const TextPoint& p) { return (classes(p.point) & is_nonspacing_mark) != 0; });
    }
    if (!settings.lowercase) return out;
    std::vector<TextPoint> lowered;
    lowered.reserve(out.size());
    for (const TextPoint& point : out) {
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
