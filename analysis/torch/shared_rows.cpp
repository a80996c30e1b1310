#include "analysis/torch/shared_rows.h"

#include <unistd.h>

#include <algorithm>

namespace weft::torch_part {

namespace {

// Half of a core's second-level cache, at least 512 KB: the other half is for weights and products.
int64_t cached_floats() {
    static const int64_t floats = std::max<int64_t>(sysconf(_SC_LEVEL2_CACHE_SIZE) / 2, int64_t{1} << 19) /
                                  static_cast<int64_t>(sizeof(float));
    return floats;
}

}  // namespace

// In tasks of some rows and a tile of panels: the rows stay in the cache while the panels pass by.
void run_linear(TaskPool& pool, int64_t threads, const Kernels& kernels, const PackedLinear& weights,
                int64_t columns, const LinearRows& rows, const LinearEnds& ends) {
    const int64_t together = kernels.panels_together, panels = columns / panel_width;
    // In whole tiles: a tile of fewer rows takes as long.
    const int64_t tile = kernels.rows_together, tiles = (rows.rows + tile - 1) / tile;
    const int64_t block = std::max<int64_t>(1, cached_floats() / weights.inner / tile);
    const int64_t blocks = (tiles + block - 1) / block, groups = (panels + together - 1) / together;
    pool.run(blocks * groups, threads, [&](int64_t task, int64_t) {
        const int64_t b = task / groups, group = task % groups;
        const int64_t row = b * tiles / blocks * tile, at = row * rows.y_stride;
        LinearTask of{};
        of.x = rows.x + row * rows.x_stride;
        of.packed = weights.weight;
        of.bias = weights.bias;
        of.y = rows.y + at;
        of.rows = std::min((b + 1) * tiles / blocks * tile, rows.rows) - row;
        of.inner = weights.inner;
        of.x_stride = rows.x_stride;
        of.y_stride = rows.y_stride;
        of.panel_begin = group * together;
        of.panel_end = std::min((group + 1) * together, panels);
        of.activation = ends.activation;
        of.slope = ends.slope ? ends.slope + at : nullptr;
        of.factor = ends.factor ? ends.factor + at : nullptr;
        of.adds = ends.adds;
        kernels.linear(of);
    });
}

void run_split(TaskPool& pool, int64_t threads, const Kernels& kernels, const PackedLinear& weights,
               bool across, const LinearRows& rows, const LinearEnds& ends, SplitMemory& memory) {
    const int64_t depth = across ? weights.outer : weights.inner;
    const int64_t columns = across ? weights.inner : weights.outer;
    const int64_t blocks = (rows.rows + split_rows_together - 1) / split_rows_together;
    uint16_t* split = reinterpret_cast<uint16_t*>(memory.rows.reserve(blocks * split_block(depth) / 2));
    pool.run(blocks, threads, [&](int64_t block, int64_t) {
        const int64_t row = block * split_rows_together;
        kernels.split_rows(rows.x + row * rows.x_stride, rows.x_stride,
                           std::min(split_rows_together, rows.rows - row), depth,
                           split + block * split_block(depth));
    });
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
    float* scratch = memory.scratch.reserve(threads * scratch_floats);
    pool.run((all.panel_end + together - 1) / together, threads, [&](int64_t task, int64_t thread) {
        SplitTask of = all;
        of.panel_begin = task * together;
        of.panel_end = std::min(of.panel_begin + together, all.panel_end);
        of.scratch = scratch + thread * scratch_floats;
        kernels.linear_split(of);
    });
}

void run_normalise(TaskPool& pool, int64_t threads, const Kernels& kernels, const NormTask& norm) {
    constexpr int64_t together = 16;
    pool.run((norm.rows + together - 1) / together, threads, [&](int64_t task, int64_t) {
        const int64_t at = task * together * norm.width;
        const auto from = [at](auto* values) { return values ? values + at : nullptr; };
        NormTask of = norm;
        of.x = norm.x + at;
        of.y = from(norm.y);
        of.out = from(norm.out);
        of.sum = from(norm.sum);
        of.rows = std::min(together, norm.rows - task * together);
        kernels.normalise(of);
    });
}

}  // namespace weft::torch_part
