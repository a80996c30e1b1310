#include "analysis/tokenizer/unicode_forms.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <string>

#include "analysis/error.h"
#include "analysis/tokenizer/point_changes.h"

namespace weft {
namespace {

constexpr char32_t first_changing = 0xa0;  // nothing below decomposes or combines

const UNormalizer2* icu(bool compatible) {
    struct Instances {
        const UNormalizer2 *canonical, *compatible;
    };
    static const Instances instances = [] {
        UErrorCode status = U_ZERO_ERROR;
        const Instances both{unorm2_getNFCInstance(&status), unorm2_getNFKCInstance(&status)};
        if (U_FAILURE(status))
            throw Error(std::string("ICU has no normalization data: ") + u_errorName(status));
        return both;
    }();
    return compatible ? instances.compatible : instances.canonical;
}

bool is_known(char32_t point) {
    UVersionInfo age;
    u_charAge(static_cast<UChar32>(point), age);
    return age[0] < 10;
}

uint8_t combining_class(char32_t point) {
    if (point < 0x300) return 0;
    const uint8_t value = u_getCombiningClass(static_cast<UChar32>(point));
    return value != 0 && is_known(point) ? value : uint8_t{0};
}

void append_decomposed(std::vector<PointChange>& out, char32_t source, bool compatible) {
    UChar units[64];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = -1;
    if (source >= first_changing && is_known(source))
        length = unorm2_getDecomposition(icu(compatible), static_cast<UChar32>(source), units, 64, &status);
    if (length < 0 || U_FAILURE(status)) {
        out.push_back({source, 0});
        return;
    }
    for (int32_t at = 0; at < length;) {
        const int32_t change = at > 0 ? 1 : 0;
        UChar32 point = 0;
        U16_NEXT(units, at, length, point);
        out.push_back({static_cast<char32_t>(point), change});
    }
}

std::vector<PointChange> decompose(std::span<const TextPoint> text, bool compatible) {
    std::vector<PointChange> points;
    points.reserve(text.size() * 2);
    for (const TextPoint& point : text) append_decomposed(points, point.point, compatible);
    // Canonical order: runs of marks by class, equal classes stay in place.
    for (auto begin = points.begin(); begin != points.end();) {
        auto end = begin;
        while (end != points.end() && combining_class(end->point) != 0) ++end;
        std::stable_sort(begin, end, [](const PointChange& a, const PointChange& b) {
            return combining_class(a.point) < combining_class(b.point);
        });
        begin = end == points.end() ? end : end + 1;
    }
    return points;
}

// The point that two compose to, 0 for none.
char32_t composed(char32_t first, char32_t second) {
    if (second < 0x300) return 0;
    const UChar32 point =
        unorm2_composePair(icu(false), static_cast<UChar32>(first), static_cast<UChar32>(second));
    return point > 0 && is_known(static_cast<char32_t>(point)) ? static_cast<char32_t>(point) : 0;
}

std::vector<PointChange> compose(const std::vector<PointChange>& points) {
    std::vector<PointChange> out;
    out.reserve(points.size());
    size_t starter = points.size();  // in out: what the next points may compose with; none yet
    int last_class = 0;              // of the points after the starter that did not
    for (const PointChange& point : points) {
        const int point_class = combining_class(point.point);
        if (starter < out.size()) {
            const bool blocked = last_class != 0 && last_class >= point_class;
            if (const char32_t both = blocked ? 0 : composed(out[starter].point, point.point); both != 0) {
                out[starter] = {both, out[starter].change + point.change - 1};
                continue;
            }
        }
        if (point_class == 0) {
            starter = out.size();
            last_class = 0;
        } else if (starter < out.size()) {
            last_class = point_class;
        }
        out.push_back(point);
    }
    return out;
}

}  // namespace

std::vector<TextPoint> unicode_form(std::span<const TextPoint> text, UnicodeForm form) {
    if (std::all_of(text.begin(), text.end(), [](const TextPoint& p) { return p.point < first_changing; }))
        return {text.begin(), text.end()};
    std::vector<PointChange> points = decompose(text, form == UnicodeForm::nfkc || form == UnicodeForm::nfkd);
    if (form == UnicodeForm::nfc || form == UnicodeForm::nfkc) points = compose(points);
    return apply_changes(text, points);
}

}  // namespace weft
