#include "scenes/merged_rows.h"

#include <algorithm>

namespace weft {
namespace {

constexpr int rows_when_merged = 128;

uint32_t blocks_of(uint32_t count, uint32_t tokens) {
    return (count + tokens - 1) / tokens;
}

}  // namespace

int tokens_per_block(int tokens) {
    return tokens <= most_rows_of_tokens ? 1 : (tokens + rows_when_merged - 1) / rows_when_merged;
}

uint32_t MergedRows::rows_of(uint32_t block) const {
    return std::min(tokens, rows - block * tokens);
}

std::shared_ptr<const MergedRows> merge_rows(const WeightBlock& block, uint32_t tokens,
                                             std::vector<uint32_t> apart) {
    auto merged = std::make_shared<MergedRows>();
    MergedRows& m = *merged;
    m.tokens = tokens;
    m.lanes = block.slices, m.rows = block.rows, m.columns = block.columns;
    m.blocks_of_rows = blocks_of(m.rows, tokens), m.blocks_of_columns = blocks_of(m.columns, tokens);
    m.column_sums.assign(size_t{m.lanes} * m.columns, 0.0);
    m.values.assign(size_t{m.lanes} * m.blocks_of_rows * m.blocks_of_columns, 0.0f);
    m.apart = std::move(apart);
    m.apart_values.assign(m.apart.size() * m.lanes * m.blocks_of_rows, 0.0f);
    std::vector<float> sums(m.columns);
    for (uint32_t lane = 0; lane < m.lanes; ++lane) {
        double* column_sums = m.column_sums.data() + size_t{lane} * m.columns;
        for (uint32_t b = 0; b < m.blocks_of_rows; ++b) {
            const uint32_t count = m.rows_of(b);
            const float* row = block.values->data() + (size_t{lane} * m.rows + b * tokens) * m.columns;
            std::copy(row, row + m.columns, sums.begin());
            for (uint32_t r = 1; r < count; ++r) {
                row += m.columns;
                for (uint32_t j = 0; j < m.columns; ++j) sums[j] += row[j];
            }
            for (uint32_t j = 0; j < m.columns; ++j) column_sums[j] += static_cast<double>(sums[j]);
            const float share = 1.0f / static_cast<float>(count);
            for (size_t a = 0; a < m.apart.size(); ++a) {
                float& own = sums[m.apart[a]];
                m.apart_values[(a * m.lanes + lane) * m.blocks_of_rows + b] = own * share;
                own = 0.0f;
            }
            float* out = m.values.data() + (size_t{lane} * m.blocks_of_rows + b) * m.blocks_of_columns;
            for (uint32_t c = 0; c < m.blocks_of_columns; ++c) {
                float sum = 0.0f;
                for (uint32_t j = c * tokens; j < std::min((c + 1) * tokens, m.columns); ++j) sum += sums[j];
                out[c] = sum * share;
            }
        }
    }
    return merged;
}

namespace {

// Adds those of the columns kept apart whose bit in `sinks` is `wanted`.
void add_apart(const MergedRows& m, const std::vector<bool>& sinks, bool wanted, std::vector<float>& values) {
    for (size_t a = 0; a < m.apart.size(); ++a) {
        if (sinks[m.apart[a]] != wanted) continue;
        const size_t rows = size_t{m.lanes} * m.blocks_of_rows;
        for (size_t row = 0; row < rows; ++row)
            values[row * m.blocks_of_columns + m.apart[a] / m.tokens] += m.apart_values[a * rows + row];
    }
}

}  // namespace

WeightBlock MergedRows::without(const std::vector<bool>& sinks) const {
    auto others = std::make_shared<std::vector<float>>(values);
    add_apart(*this, sinks, false, *others);
    return {std::move(others), lanes, blocks_of_rows, blocks_of_columns};
}

WeightBlock MergedRows::only(const std::vector<bool>& sinks) const {
    auto taken = std::make_shared<std::vector<float>>(values.size(), 0.0f);
    add_apart(*this, sinks, true, *taken);
    return {std::move(taken), lanes, blocks_of_rows, blocks_of_columns};
}

WeightBlock MergedRows::all() const {
    return without(std::vector<bool>(columns, false));
}

}  // namespace weft
