#include "analysis/tokenizer/bert_unicode.h"

#include <algorithm>
#include <array>
#include <span>

namespace weft::bert_unicode {
namespace {

bool contains(std::span<const CodePointRange> ranges, char32_t point) {
    const auto next =
        std::upper_bound(ranges.begin(), ranges.end(), point,
                         [](char32_t p, const CodePointRange& range) { return p < range.first; });
    return next != ranges.begin() && point <= std::prev(next)->last;
}

uint8_t search_classes(char32_t point) {
    uint8_t bits = 0;
    if (contains({removed, removed_count}, point)) bits |= is_removed;
    if (contains({whitespace, whitespace_count}, point)) bits |= is_whitespace;
    if (contains({punctuation, punctuation_count}, point)) bits |= is_punctuation;
    if (contains({chinese, chinese_count}, point)) bits |= is_chinese;
    if (contains({nonspacing_mark, nonspacing_mark_count}, point)) bits |= is_nonspacing_mark;
    return bits;
}

char32_t search_lowercase(char32_t point) {
    const std::span<const LowercaseRun> runs(lowercase_runs, lowercase_runs_count);
    const auto next = std::upper_bound(runs.begin(), runs.end(), point,
                                       [](char32_t p, const LowercaseRun& run) { return p < run.first; });
    if (next == runs.begin()) return point;
    const LowercaseRun& run = *std::prev(next);
    if (point > run.last || (point - run.first) % run.step != 0) return point;
    return static_cast<char32_t>(static_cast<int32_t>(point) + run.offset);
}

// Most text lies below; a table there, a search beyond.
constexpr char32_t table_size = 0x3100;

template <class Value, Value (*search)(char32_t)>
const std::array<Value, table_size>& table() {
    static const std::array<Value, table_size> values = [] {
        std::array<Value, table_size> filled{};
        for (char32_t point = 0; point < table_size; ++point) filled[point] = search(point);
        return filled;
    }();
    return values;
}

}  // namespace

uint8_t classes(char32_t point) {
    return point < table_size ? table<uint8_t, search_classes>()[point] : search_classes(point);
}

char32_t lowercase(char32_t point) {
    return point < table_size ? table<char32_t, search_lowercase>()[point] : search_lowercase(point);
}

}  // namespace weft::bert_unicode
