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

void run_normalise(TaskPool& pool, int64_t threads, const Kernels& kernels, const NormTask& norm,
                   uint16_t* split) {
    const int64_t together = split ? split_rows_together : 16;
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
        if (split)
            kernels.split_rows(of.out, norm.width, of.rows, norm.width, norm.width,
                               split + task * split_block(norm.width));
    });
}

}  // namespace weft::torch_part
