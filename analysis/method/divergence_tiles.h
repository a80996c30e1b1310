// The two steps of head_distance_tiles.h that run on the processor's matrix tiles and AVX-512; without them
// (may_use_byte_tiles(), analysis/matrix_tiles.h) they must not be called. Pure, any thread.
//
// A block of tiles holds the features (divergence_features.h) of 16 heads, 8 entries a step:
// [steps][high bytes, low bytes of the fine ones], then [steps] of the coarse ones, 1024 bytes each. On the
// left side of a product the heads are a tile's rows, [head][entry][feature]; on the right they are its
// columns, [entry, half of its features][head][4 features].
#pragma once

#include <cstddef>
#include <cstdint>

#include "analysis/method/divergence_features.h"

namespace weft {

inline constexpr size_t tile_heads = 16, step_entries = 8, step_tiles = 3, tile_size = 1024;
// [high high, high low, low high, low low, coarse coarse][16 left][16 right] of a pair of blocks.
inline constexpr size_t pair_tiles = 5, pair_sums = pair_tiles * tile_heads * tile_heads;
// So many steps' products fit 32 bits: 64 * 255^2 each.
inline constexpr size_t most_steps = 1032;

// Of entries [from, from + 8 steps) of `count` <= 16 heads, those from `end` on as 0, both sides' blocks;
// `steps` is even. What lies between two numbers goes up or down by turns, the same for all heads: by
// frac(index sqrt(prime)), a prime for each feature, so that not even equal rows add up what is rounded.
// Rows of heads that are not there stay as they were on the left and are taken from there to the right.
void make_feature_tiles(const DivergenceTable& table, const float* const* heads, size_t count, size_t from,
                        size_t end, size_t steps, uint8_t* left, uint8_t* right);

// sums[pair] += products, for the pairs (a, b) with a <= b of `blocks` blocks of `steps` steps each, in the
// order of a, then b. For a == b low high is left out: it is high low with a and b exchanged.
void add_tile_products(const uint8_t* left, const uint8_t* right, size_t blocks, size_t steps,
                       uint32_t* sums);

}  // namespace weft
