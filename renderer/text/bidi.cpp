#include "renderer/text/bidi.h"

#include <hb.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace weft {
namespace {

enum class Class : uint8_t { left, right, number, neutral, mark };

Class bidi_class(char32_t c) {
    hb_unicode_funcs_t* unicode = hb_unicode_funcs_get_default();
    switch (hb_unicode_general_category(unicode, c)) {
        case HB_UNICODE_GENERAL_CATEGORY_DECIMAL_NUMBER:
            return Class::number;
        case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_FORMAT:
            return Class::mark;
        case HB_UNICODE_GENERAL_CATEGORY_UPPERCASE_LETTER:
        case HB_UNICODE_GENERAL_CATEGORY_LOWERCASE_LETTER:
        case HB_UNICODE_GENERAL_CATEGORY_TITLECASE_LETTER:
        case HB_UNICODE_GENERAL_CATEGORY_MODIFIER_LETTER:
        case HB_UNICODE_GENERAL_CATEGORY_OTHER_LETTER:
        case HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK:
        case HB_UNICODE_GENERAL_CATEGORY_LETTER_NUMBER:
            break;
        default:
            return Class::neutral;
    }
    const hb_script_t script = hb_unicode_script(unicode, c);
    return hb_script_get_horizontal_direction(script) == HB_DIRECTION_RTL ? Class::right : Class::left;
}

bool is_number_separator(char32_t c) {
    return c == '.' || c == ',' || c == ':' || c == '/';
}

}  // namespace

BidiLevels bidi_levels(const std::vector<CodePoint>& text) {
    BidiLevels out;
    std::vector<Class> classes(text.size());
    for (size_t k = 0; k < text.size(); ++k) {
        classes[k] = bidi_class(text[k].value);
        if (classes[k] == Class::mark) classes[k] = k > 0 ? classes[k - 1] : Class::neutral;
    }
    const auto strong = std::find_if(classes.begin(), classes.end(),
                                     [](Class c) { return c == Class::left || c == Class::right; });
    out.base = strong != classes.end() && *strong == Class::right ? 1 : 0;
    out.levels.assign(text.size(), out.base);

    // W7 and its counterpart: a number belongs to the strong direction before it.
    std::vector<Class> side(text.size(), Class::neutral);
    Class before = out.base ? Class::right : Class::left;
    for (size_t k = 0; k < text.size(); ++k) {
        if (classes[k] == Class::left || classes[k] == Class::right) before = classes[k];
        if (classes[k] != Class::neutral) side[k] = before;
        if (classes[k] == Class::number && before == Class::right) {
            out.levels[k] = 2;
        } else if (classes[k] != Class::neutral) {
            out.levels[k] = before == Class::right ? 1 : out.base ? 2 : 0;
        }
    }
    for (size_t k = 0; k < text.size();) {
        if (side[k] != Class::neutral) {
            ++k;
            continue;
        }
        size_t end = k;
        while (end < text.size() && side[end] == Class::neutral) ++end;
        const Class base = out.base ? Class::right : Class::left;
        const Class left = k > 0 ? side[k - 1] : base;
        const Class right = end < text.size() ? side[end] : base;
        const Class all = left == right ? left : base;
        // A separator inside one number ("3.14", "12:30") stays inside it (W4).
        const bool in_number = end == k + 1 && k > 0 && end < text.size() &&
                               classes[k - 1] == Class::number && classes[end] == Class::number &&
                               is_number_separator(text[k].value);
        for (; k < end; ++k)
            out.levels[k] = in_number ? out.levels[k - 1] : all == Class::right ? 1 : out.base ? 2 : 0;
    }
    return out;
}

std::vector<uint32_t> visual_order(const std::vector<uint8_t>& run_levels) {
    std::vector<uint32_t> order(run_levels.size());
    std::iota(order.begin(), order.end(), 0u);
    const uint8_t highest =
        run_levels.empty() ? uint8_t{0} : *std::max_element(run_levels.begin(), run_levels.end());
    for (uint8_t level = highest; level >= 1; --level) {
        for (size_t k = 0; k < order.size();) {
            if (run_levels[order[k]] < level) {
                ++k;
                continue;
            }
            size_t end = k;
            while (end < order.size() && run_levels[order[end]] >= level) ++end;
            std::reverse(order.begin() + static_cast<std::ptrdiff_t>(k),
                         order.begin() + static_cast<std::ptrdiff_t>(end));
            k = end;
        }
    }
    return order;
}

}  // namespace weft
