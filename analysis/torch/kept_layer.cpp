#include "analysis/torch/kept_layer.h"

#include "analysis/torch/float_arena.h"

namespace weft::torch_part {

int64_t KeptLayer::lay_out(float* start, const StackSpec& spec, const Sizes& sizes) {
    const int64_t rows = sizes.rows;
    const int64_t state = rows * spec.hidden, inner = rows * inner_stride(spec);
    const int64_t projected = rows * projected_stride(spec), queries = rows * query_stride(spec);
    const bool is_around = spec.placement == NormPlacement::around, has_cross = spec.has_cross_attention;
    int64_t used = 0;
    const auto take = [&](float*& to, int64_t count, bool is_needed = true) {
        to = is_needed && start ? start + used : nullptr;
        if (is_needed) used += floats_with_gap(count);
    };
    take(self.state, state);
    take(self.change, state, is_around);
    take(self.projected, projected);
    take(self.raw, projected, spec.attention.normalises_heads);
    // Of few keys they are less than what else is kept of a row, and quicker read than computed.
    const auto take_weights = [&](float*& to, int64_t keys) {
        const int64_t of_row = spec.attention.heads * keys;
        take(to, rows * of_row, keys > 0 && of_row <= spec.hidden + spec.intermediate);
    };
    take_weights(self.weights, sizes.keys);
    take_weights(cross.weights, has_cross ? sizes.source_keys : 0);
    take(cross.state, state, has_cross);
    take(cross.change, state, has_cross && is_around);
    take(cross.projected, queries, has_cross);
    take(cross.key_value, sizes.source_rows * key_value_stride(spec), has_cross);
    take(mlp.state, state);
    take(mlp.change, state, is_around);
    take(mlp.slope, inner);
    take(mlp.gate, inner, spec.is_gated);
    return used;
}

}  // namespace weft::torch_part
