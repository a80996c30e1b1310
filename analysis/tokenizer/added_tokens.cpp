#include "analysis/tokenizer/added_tokens.h"

#include <algorithm>

#include "analysis/tokenizer/unicode_classes.h"

namespace weft {

void AddedTokenMatcher::add(const AddedToken& token, std::span<const TextPoint> content) {
    if (content.empty()) return;
    Pattern pattern{{}, token};
    for (const TextPoint& point : content) pattern.points.push_back(point.point);
    std::vector<size_t>& same_start = by_first_[pattern.points.front()];
    const auto place = std::find_if(same_start.begin(), same_start.end(), [&](size_t other) {
        return patterns_[other].points.size() < pattern.points.size();
    });
    same_start.insert(place, patterns_.size());
    patterns_.push_back(std::move(pattern));
}

const AddedTokenMatcher::Pattern* AddedTokenMatcher::longest_at(std::span<const TextPoint> text,
                                                                size_t at) const {
    const auto candidates = by_first_.find(text[at].point);
    if (candidates == by_first_.end()) return nullptr;
    for (const size_t index : candidates->second) {
        const std::vector<char32_t>& points = patterns_[index].points;
        if (points.size() > text.size() - at) continue;
        if (std::equal(points.begin(), points.end(), text.begin() + static_cast<ptrdiff_t>(at),
                       [](char32_t a, const TextPoint& b) { return a == b.point; }))
            return &patterns_[index];
    }
    return nullptr;
}

void AddedTokenMatcher::split(std::span<const TextPoint> text,
                              const std::function<void(int32_t, std::span<const TextPoint>)>& part) const {
    size_t done = 0;
    if (!patterns_.empty()) {
        for (size_t at = 0; at < text.size();) {
            const Pattern* pattern = longest_at(text, at);
            if (pattern == nullptr) {
                ++at;
                continue;
            }
            size_t begin = at, end = at + pattern->points.size();
            at = end;  // also where the match is dropped below: it has used up its text
            if (pattern->token.single_word &&
                ((begin > 0 && unicode_classes::is_word(text[begin - 1].point)) ||
                 (end < text.size() && unicode_classes::is_word(text[end].point))))
                continue;
            if (pattern->token.lstrip)
                while (begin > done && unicode_classes::is_whitespace(text[begin - 1].point)) --begin;
            if (pattern->token.rstrip)
                while (end < text.size() && unicode_classes::is_whitespace(text[end].point)) ++end;
            if (begin > done) part(-1, text.subspan(done, begin - done));
            part(pattern->token.id, text.subspan(begin, end - begin));
            done = end;
        }
    }
    if (done < text.size()) part(-1, text.subspan(done));
}

}  // namespace weft
