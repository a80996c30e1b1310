#include "analysis/tokenizer/point_changes.h"

#include <algorithm>

namespace weft {

std::vector<TextPoint> apply_changes(std::span<const TextPoint> text, std::span<const PointChange> changes) {
    std::vector<TextPoint> out;
    out.reserve(changes.size());
    if (text.empty()) return out;
    size_t next = 0;
    for (const PointChange& change : changes) {
        size_t source = next;
        if (change.change > 0)
            source = next == 0 ? 0 : next - 1;
        else
            next += 1 + static_cast<size_t>(-change.change);
        const TextPoint& from = text[std::min(source, text.size() - 1)];
        out.push_back({change.point, from.start, from.end});
    }
    return out;
}

void prepend_points(std::vector<TextPoint>& text, std::u32string_view points) {
    if (text.empty()) return;
    const TextPoint first = text.front();
    text.insert(text.begin(), points.size(), first);
    for (size_t i = 0; i < points.size(); ++i) text[i].point = points[i];
}

}  // namespace weft
