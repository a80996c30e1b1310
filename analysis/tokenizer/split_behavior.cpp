#include "analysis/tokenizer/split_behavior.h"

#include <algorithm>

#include "analysis/tokenizer/component_json.h"

namespace weft {
namespace {

struct Part {
    WordRange range;
    bool is_match = false;
};

// Matches and what lies between them, in order; a match may be empty.
void list_parts(uint32_t begin, uint32_t end, const std::vector<WordRange>& matches, bool inverted,
                std::vector<Part>& parts) {
    parts.clear();
    uint32_t at = begin;
    for (const WordRange& match : matches) {
        if (begin + match.begin > at) parts.push_back({{at, begin + match.begin}, inverted});
        parts.push_back({{begin + match.begin, begin + match.end}, !inverted});
        at = begin + match.end;
    }
    if (at < end) parts.push_back({{at, end}, inverted});
}

void merge_parts(std::vector<Part>& parts, SplitBehavior behavior) {
    std::vector<Part> merged;
    merged.reserve(parts.size());
    bool previous = false;
    const auto add = [&](const Part& part) {
        const bool joins =
            behavior == SplitBehavior::contiguous ? part.is_match == previous : part.is_match && !previous;
        previous = part.is_match;
        if (!joins || merged.empty()) {
            merged.push_back(part);
        } else {
            merged.back().range.begin = std::min(merged.back().range.begin, part.range.begin);
            merged.back().range.end = std::max(merged.back().range.end, part.range.end);
        }
    };
    if (behavior == SplitBehavior::merged_with_next) {
        std::for_each(parts.rbegin(), parts.rend(), add);
        std::reverse(merged.begin(), merged.end());
    } else {
        std::for_each(parts.begin(), parts.end(), add);
    }
    parts = std::move(merged);
}

}  // namespace

SplitBehavior split_behavior(const std::string& name, const std::string& source) {
    if (name == "Removed") return SplitBehavior::removed;
    if (name == "Isolated") return SplitBehavior::isolated;
    if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
    if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
    if (name == "Contiguous") return SplitBehavior::contiguous;
    refuse_component(source, "behavior", name,
                     "Contiguous, Isolated, MergedWithNext, MergedWithPrevious, Removed");
}

void split_words(SplitText& text, const MatchFinder& find, SplitBehavior behavior, bool inverted) {
    std::vector<WordRange> words, matches;
    std::vector<Part> parts;
    words.reserve(text.words.size() + text.points.size() / 4);
    for (const WordRange& word : text.words) {
        matches.clear();
        find(text.word(word), matches);
        list_parts(word.begin, word.end, matches, inverted, parts);
        if (behavior != SplitBehavior::removed && behavior != SplitBehavior::isolated)
            merge_parts(parts, behavior);
        for (const Part& part : parts)
            if (part.range.end > part.range.begin && !(behavior == SplitBehavior::removed && part.is_match))
                words.push_back(part.range);
    }
    text.words = std::move(words);
}

MatchFinder single_points(std::function<bool(char32_t)> is_match) {
    return
        [is_match = std::move(is_match)](std::span<const TextPoint> word, std::vector<WordRange>& matches) {
            for (uint32_t i = 0; i < word.size(); ++i)
                if (is_match(word[i].point)) matches.push_back({i, i + 1});
        };
}

}  // namespace weft
