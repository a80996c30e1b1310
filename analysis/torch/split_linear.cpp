#include "analysis/torch/split_linear.h"

#include <algorithm>
#include <utility>

namespace weft::torch_part {

namespace {

int64_t blocks_of(int64_t rows) {
    return (rows + split_rows_together - 1) / split_rows_together;
}

uint16_t* reserve(AlignedFloats& memory, int64_t rows, int64_t width) {
    return reinterpret_cast<uint16_t*>(memory.reserve(blocks_of(rows) * split_block(width) / 2));
}

}  // namespace

uint16_t* SplitLinear::announce(const float* x, int64_t rows, int64_t width) {
    of_ = x;
    width_ = width;
    return reserve(rows_, rows, width);
}

void SplitLinear::run(TaskPool& pool, const Kernels& kernels, const PackedLinear& weights, bool across,
                      const LinearRows& rows, const LinearEnds& ends, bool feeds) {
    const int64_t depth = across ? weights.outer : weights.inner;
    const int64_t columns = across ? weights.inner : weights.outer;
    const int64_t threads = pool.threads(), blocks = blocks_of(rows.rows);
    const auto rows_of = [&](int64_t block) {
        return std::min(split_rows_together, rows.rows - block * split_rows_together);
    };
    const bool is_split = of_ == rows.x && width_ == depth;
    uint16_t* const split = reserve(rows_, rows.rows, depth);
    if (!is_split)
        pool.run(blocks, threads, [&](int64_t block, int64_t) {
            kernels.split_rows(rows.x + block * split_rows_together * rows.x_stride, rows.x_stride,
                               rows_of(block), depth, depth, split + block * split_block(depth));
        });
    uint16_t* const next = feeds ? reserve(next_, rows.rows, columns) : nullptr;
    SplitTask all{};
    all.x = split;
    all.packed = weights.weight;
    all.bias = across ? nullptr : weights.bias;
    all.y = rows.y;
    all.rows = rows.rows;
    all.depth = depth;
    all.inputs = weights.inner;
    all.y_stride = rows.y_stride;
    all.panels = all.panel_end = (columns + panel_width - 1) / panel_width;
    all.activation = ends.activation;
    all.slope = ends.slope;
    all.factor = ends.factor;
    all.adds = ends.adds;
    all.across = across;
    // Enough panels that the rows are read few times, few enough that every thread has some.
    const int64_t pairs = (all.panel_end + 1) / 2;
    const int64_t together = std::clamp<int64_t>(pairs / (2 * threads), 1, 3) * 2;
    SplitTask largest = all;
    largest.panel_end = std::min(together, all.panel_end);
    const int64_t scratch_floats = largest.scratch_floats();
    float* scratch = scratch_.reserve(threads * scratch_floats);
    pool.run((all.panel_end + together - 1) / together, threads, [&](int64_t task, int64_t thread) {
        SplitTask of = all;
        of.panel_begin = task * together;
        of.panel_end = std::min(of.panel_begin + together, all.panel_end);
        of.scratch = scratch + thread * scratch_floats;
        kernels.linear_split(of);
        if (!next) return;
        const int64_t first = of.panel_begin * panel_width,
                      count = std::min(of.panel_end * panel_width, columns) - first;
        for (int64_t block = 0; block < blocks; ++block)
            kernels.split_rows(rows.y + block * split_rows_together * rows.y_stride + first, rows.y_stride,
                               rows_of(block), count, columns,
                               next + block * split_block(columns) + split_part(first));
    });
    of_ = feeds ? rows.y : nullptr;
    width_ = columns;
    if (feeds) std::swap(rows_, next_);
}

}  // namespace weft::torch_part
