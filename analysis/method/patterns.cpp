#include "analysis/method/patterns.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "analysis/error.h"
#include "analysis/method/lane_sums.h"
#include "analysis/method/method_kernels.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

// The keys of one pattern, as ranges of a head's weights [N, N]; the score is their weight divided by the
// rows that have any.
struct KeySet {
    struct Range {
        uint32_t begin = 0, end = 0;
    };
    std::vector<Range> ranges;
    size_t rows = 0, size = 0, last_row = SIZE_MAX;

    // Keys [begin, end) of a row; rows in order.
    void add(size_t row, size_t begin, size_t end) {
        if (begin >= end) return;
        if (row != last_row) ++rows;
        last_row = row;
        const auto first = static_cast<uint32_t>(row * size + begin),
                   last = static_cast<uint32_t>(row * size + end);
        if (!ranges.empty() && ranges.back().end == first)
            ranges.back().end = last;
        else
            ranges.push_back({first, last});
    }

    float score(const float* weights) const {
        constexpr uint32_t few = 8;
        double sum = 0;
        for (const Range& range : ranges) {
            if (range.end - range.begin > few)
                sum += static_cast<double>(lane_sum(weights + range.begin, range.end - range.begin));
            else
                for (uint32_t k = range.begin; k < range.end; ++k) sum += static_cast<double>(weights[k]);
        }
        return rows > 0 ? static_cast<float>(sum / static_cast<double>(rows)) : 0.0f;
    }
};

// Ids, or the vocabulary's strings where there are none (traces, patches).
bool are_equal(const Token& a, const Token& b) {
    return a.id >= 0 && b.id >= 0 ? a.id == b.id : a.text == b.text;
}

std::vector<uint8_t> closed_segments(const TokenStack& stack) {
    std::vector<uint8_t> segments = stack.segments;
    segments.resize(stack.tokens.size(), 0);
    for (size_t i = 1; i < segments.size(); ++i)
        if (stack.tokens[i].separator) segments[i] = segments[i - 1];
    return segments;
}

class KeySets {
  public:
    KeySets(const TokenStack& stack, bool is_causal) : size_(stack.tokens.size()), is_causal_(is_causal) {
        const std::vector<Token>& tokens = stack.tokens;
        const std::vector<uint8_t> segments = closed_segments(stack);
        for (KeySet& set : sets_) set.size = size_;
        for (size_t i = 0; i < size_; ++i) {
            const size_t support = is_causal ? i + 1 : size_;
            of(Pattern::self).add(i, i, i + 1);
            if (i > 0) of(Pattern::previous).add(i, i - 1, i);
            of(Pattern::next).add(i, i + 1, std::min(i + 2, support));
            of(Pattern::local).add(i, i < 2 ? 0 : i - 2, std::min(i + 3, support));
            if (i > 0) of(Pattern::first).add(i, 0, 1);
            for (size_t j = 0; j < support; ++j) {
                if (tokens[j].separator) of(Pattern::separator).add(i, j, j + 1);
                if (segments[j] == segments[i]) of(Pattern::block).add(i, j, j + 1);
                if (j < i && are_equal(tokens[j], tokens[i])) of(Pattern::duplicate).add(i, j, j + 1);
                if (j > 0 && j <= i && are_equal(tokens[j - 1], tokens[i]))
                    of(Pattern::induction).add(i, j, j + 1);
            }
        }
    }

    // Of one head [N, N] into [P].
    void score(const float* weights, float* scores) const {
        for (size_t p = 0; p < pattern_count; ++p)
            scores[p] =
                p == static_cast<size_t>(Pattern::vertical) ? vertical(weights) : sets_[p].score(weights);
    }

    std::vector<float> uniform_weights() const {
        std::vector<float> weights(size_ * size_, 0.0f);
        for (size_t i = 0; i < size_; ++i) {
            const size_t support = is_causal_ ? i + 1 : size_;
            std::fill_n(weights.begin() + static_cast<ptrdiff_t>(i * size_), support,
                        1.0f / static_cast<float>(support));
        }
        return weights;
    }

  private:
    KeySet& of(Pattern pattern) { return sets_[static_cast<size_t>(pattern)]; }

    float vertical(const float* weights) const {
        std::vector<float> columns(size_, 0.0f);
        for (size_t i = 0; i < size_; ++i)
            method_kernels().add_scaled(columns.data(), weights + i * size_, 1.0f, size_);
        return *std::ranges::max_element(columns) / static_cast<float>(size_);
    }

    size_t size_;
    bool is_causal_;
    KeySet sets_[pattern_count];
};

}  // namespace

PatternResult patterns(const AttentionBlock& attention, const TokenStack& stack,
                       const std::function<bool()>& superseded) {
    const size_t layers = attention.layers, heads = attention.heads, size = attention.keys;
    if (attention.queries != size || stack.tokens.size() != size || size == 0)
        throw Error("patterns need self-attention, this has " + std::to_string(attention.queries) +
                    " queries, " + std::to_string(size) + " keys and " + std::to_string(stack.tokens.size()) +
                    " tokens");
    const KeySets sets(stack, attention.causal);
    auto scores = std::make_shared<std::vector<float>>(layers * heads * pattern_count);
    const bool done = share_out_layers(layers, heads * size * size, superseded, [&](size_t l) {
        for (size_t h = 0; h < heads; ++h)
            sets.score(attention.layer_weights[l]->data() + h * size * size,
                       scores->data() + (l * heads + h) * pattern_count);
    });
    if (!done) return {};
    auto uniform = std::make_shared<std::vector<float>>(layers * heads * pattern_count);
    sets.score(sets.uniform_weights().data(), uniform->data());
    for (size_t i = pattern_count; i < uniform->size(); ++i) (*uniform)[i] = (*uniform)[i - pattern_count];
    const std::vector<int64_t> shape{attention.layers, attention.heads, int64_t{pattern_count}};
    return {{shape, std::move(scores)}, {shape, std::move(uniform)}};
}

}  // namespace weft
