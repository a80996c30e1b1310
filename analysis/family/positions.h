// Where a token stands: rows of position tables, sinusoids, rotary angles, buckets of relative distance. Pure
// functions, any thread. Float32 where transformers computes in float32, so that the numbers are the same.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/family/stack_spec.h"

namespace weft {

// Row of the position table for each of `ids`; the first of them is token `first`, and `padding_before` of
// the tokens before it are padding (positions_skip_padding only).
std::vector<int64_t> position_rows(const EmbeddingSpec& spec, std::span<const int32_t> ids, int64_t first = 0,
                                   int64_t padding_before = 0);

// Where a decoder's classifier reads: the last token that is no padding; 0 if all of them are.
int64_t last_token_row(std::span<const int32_t> ids, const std::optional<int64_t>& padding_id);

// Vaswani et al. 2017 in the spelling that the spec names, [width].
void sinusoid_row(const EmbeddingSpec& spec, int64_t row, float* values);

// cos and sin of token `position`, [width / 2] each, times the scaling's attention factor; `length` is how
// many tokens the text has (dynamic scaling).
struct RotaryTable {
    std::vector<float> cos, sin;  // [positions, width / 2]
    int64_t half = 0;
};
RotaryTable rotary_table(const RotarySpec& spec, int64_t first, int64_t count, int64_t length);

// T5's bucket (Raffel et al. 2020) of key - query.
int64_t relative_bucket(const RelativeBiasSpec& spec, int64_t distance);

}  // namespace weft
