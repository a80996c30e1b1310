// Texts too long for a row per token: rows merge into blocks of neighbouring tokens. A block line is the mean
// over its queries of the summed weight of its keys. Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "renderer/draw_list.h"

namespace weft {

constexpr int most_rows_of_tokens = 160;

// 1 up to 160 tokens, else ceil(tokens / 128).
int tokens_per_block(int tokens);

// One layer's weights [H, Q, K] as sums, from one walk over them.
struct MergedRows {
    uint32_t tokens = 1;  // of a block; the last one may have fewer
    uint32_t lanes = 0, rows = 0, columns = 0;
    uint32_t blocks_of_rows = 0, blocks_of_columns = 0;
    std::vector<double> column_sums;  // [H * K], over queries
    // [H * blocks_of_rows * blocks_of_columns], without the columns that may be sinks; and of each of those
    // [H * blocks_of_rows]: what it adds to its block.
    std::vector<float> values;
    std::vector<uint32_t> apart;
    std::vector<float> apart_values;

    uint32_t rows_of(uint32_t block) const;  // how many queries it has
    // The block lines: of all columns that are no sinks, of the sinks alone, of all.
    WeightBlock without(const std::vector<bool>& sinks) const;
    WeightBlock only(const std::vector<bool>& sinks) const;
    WeightBlock all() const;
};

std::shared_ptr<const MergedRows> merge_rows(const WeightBlock& block, uint32_t tokens,
                                             std::vector<uint32_t> apart);

}  // namespace weft
