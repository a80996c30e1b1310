// What a head looks at by position and by token (METHODS "Head patterns"; Clark et al. 2019,
// https://arxiv.org/abs/1906.04341; induction heads: Olsson et al. 2022, https://arxiv.org/abs/2209.11895).
// Each pattern is the mean, over the query rows that have such a key, of the weight on those keys; 0 where no
// row has one. Keys are those that the mask leaves to the row: all, or the first i + 1 of a causal block.
//   self       A[i, i]
//   previous   A[i, i - 1]
//   next       A[i, i + 1]
//   local      sum over |i - j| <= 2
//   first      A[i, 0] for i > 0
//   separator  sum over the separators
//   vertical   max_j mean_i A[i, j]
//   block      sum over the keys of the query's own segment; a separator belongs to what it closes
//   duplicate  sum over the keys j < i whose token equals token i
//   induction  sum over the keys j <= i whose token j - 1 equals token i
// `uniform` is the same of attention that spreads evenly over what the mask leaves. Pure, any thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

// In the order of the tensor's last dimension.
enum class Pattern { self, previous, next, local, first, separator, vertical, block, duplicate, induction };
inline constexpr size_t pattern_count = 10;

std::string_view pattern_name(Pattern pattern);

struct PatternResult {
    FrameTensor patterns;  // [L, H, P]
    FrameTensor uniform;   // [L, H, P], the same for every head
};

// Of self-attention over `stack`, whose tokens are as many as queries and keys. Throws weft::Error for
// another number. `superseded` (may be empty) is asked between layers; when it says true both results are
// empty.
PatternResult patterns(const AttentionBlock& attention, const TokenStack& stack,
                       const std::function<bool()>& superseded = {});

// What a head is called: the pattern whose score exceeds uniform attention's the most (the first of equal
// ones), if by at least `least_excess`. Both spans are [P].
inline constexpr float least_excess = 0.25f;
std::optional<Pattern> head_name(std::span<const float> scores, std::span<const float> uniform);

}  // namespace weft
