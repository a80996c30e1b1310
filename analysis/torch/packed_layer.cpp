#include "analysis/torch/packed_layer.h"

#include <algorithm>

namespace weft::torch_part {

namespace {

int64_t whole_panels(int64_t columns) {
    return (columns + panel_width - 1) / panel_width * panel_width;
}

void take_scale(const float* scale, int64_t width, AlignedFloats& values, bool& has) {
    has = scale != nullptr;
    if (has) std::copy_n(scale, width, values.reserve(width));
}

float score_scale(const StackSpec& spec, int64_t layer, bool is_cross) {
    const double factor =
        spec.layer_scales.empty() || is_cross ? 1.0 : spec.layer_scales[static_cast<size_t>(layer)];
    return static_cast<float>(spec.attention.scale * factor);
}

// That of the query's weights: a norm behind the product would take the factor out again.
float query_scale(const AttentionWeights& from, const StackSpec& spec, int64_t layer, bool is_cross) {
    return from.query_norm.gain ? 1.0f : score_scale(spec, layer, is_cross);
}

PackedAttention pack_attention(FloatArena& arena, const AttentionWeights& from, const StackSpec& spec,
                               int64_t layer, bool is_cross) {
    PackedAttention to;
    const AttentionSpec& attention = spec.attention;
    const float scale = score_scale(spec, layer, is_cross);
    const float of_query = query_scale(from, spec, layer, is_cross);
    const int64_t query = attention.query_size(), shared = attention.key_value_size();
    if (is_cross) {
        to.query = PackedLinear(arena, spec.hidden, query);
        to.query.place(from.query, 0, of_query);
        to.key_value = PackedLinear(arena, spec.hidden, 2 * shared);
        to.key_value.place(from.key, 0);
        to.key_value.place(from.value, shared);
    } else {
        to.query_key_value = PackedLinear(arena, spec.hidden, query + 2 * shared);
        to.query_key_value.place(from.query, 0, of_query);
        to.query_key_value.place(from.key, query);
        to.query_key_value.place(from.value, query + shared);
    }
    to.output = PackedLinear::of(arena, from.output);
    to.query_norm = OwnNorm(from.query_norm, spec.norm, scale);
    to.key_norm = OwnNorm(from.key_norm, spec.norm);
    to.norm = OwnNorm(from.norm, spec.norm);
    to.norm_behind = OwnNorm(from.norm_behind, spec.norm);
    take_scale(from.layer_scale, spec.hidden, to.layer_scale, to.has_layer_scale);
    return to;
}

}  // namespace

PackedLinear::PackedLinear(FloatArena& arena, int64_t inner_size, int64_t outer_size)
    : inner(inner_size), outer(outer_size) {
    const int64_t columns = whole_panels(outer);
    weight = arena.take(inner * columns);
    bias = arena.take(columns);
    std::fill_n(bias, columns, 0.0f);
}

void PackedLinear::place(const LinearWeights& part, int64_t first, float scale) {
    pack_panels(part.weight, part.outer, inner, scale, weight + first * inner);
    if (part.bias)
        for (int64_t n = 0; n < part.outer; ++n) bias[first + n] = part.bias[n] * scale;
}

PackedLinear PackedLinear::of(FloatArena& arena, const LinearWeights& part) {
    PackedLinear packed(arena, part.inner, part.outer);
    packed.place(part, 0);
    return packed;
}

PackedLinear PackedLinear::transposed(FloatArena& arena, std::initializer_list<const LinearWeights*> parts,
                                      float scale) {
    int64_t rows = 0;
    for (const LinearWeights* part : parts) rows += part->outer;
    const int64_t columns = (*parts.begin())->inner;
    PackedLinear packed(arena, rows, columns);
    int64_t first = 0;
    for (const LinearWeights* part : parts) {
        pack_panels_transposed(part->weight, part->outer, columns, first == 0 ? scale : 1.0f, first, rows,
                               packed.weight);
        first += part->outer;
    }
    return packed;
}

OwnNorm::OwnNorm(const NormWeights& weights, const NormSpec& spec, float scale) {
    if (!weights.gain) return;
    is_there = true;
    is_rms = spec.kind == NormSpec::Kind::rms_norm;
    epsilon = static_cast<float>(spec.epsilon);
    width = weights.width;
    has_bias = weights.bias != nullptr;
    gain.reserve(width);
    for (int64_t d = 0; d < width; ++d) gain.get()[d] = weights.gain[d] * scale;
    if (!has_bias) return;
    bias.reserve(width);
    for (int64_t d = 0; d < width; ++d) bias.get()[d] = weights.bias[d] * scale;
}

PackedLayer pack_layer(FloatArena& arena, const LayerWeights& weights, const StackSpec& spec, int64_t layer) {
    PackedLayer packed;
    packed.attention = pack_attention(arena, weights.attention, spec, layer, false);
    if (spec.has_cross_attention) packed.cross = pack_attention(arena, weights.cross, spec, layer, true);
    const MlpWeights& mlp = weights.mlp;
    packed.mlp.up = PackedLinear::of(arena, mlp.up);
    if (mlp.gate.weight) packed.mlp.gate = PackedLinear::of(arena, mlp.gate);
    packed.mlp.down = PackedLinear::of(arena, mlp.down);
    packed.mlp.norm = OwnNorm(mlp.norm, spec.norm);
    packed.mlp.norm_behind = OwnNorm(mlp.norm_behind, spec.norm);
    take_scale(mlp.layer_scale, spec.hidden, packed.mlp.layer_scale, packed.mlp.has_layer_scale);
    return packed;
}

TransposedLayer pack_transposed(FloatArena& arena, const LayerWeights& weights, const StackSpec& spec,
                                int64_t layer) {
    TransposedLayer to;
    const AttentionWeights &self = weights.attention, &cross = weights.cross;
    to.query_key_value = PackedLinear::transposed(arena, {&self.query, &self.key, &self.value},
                                                  query_scale(self, spec, layer, false));
    to.output = PackedLinear::transposed(arena, {&self.output});
    if (spec.has_cross_attention) {
        to.cross_query =
            PackedLinear::transposed(arena, {&cross.query}, query_scale(cross, spec, layer, true));
        to.cross_key_value = PackedLinear::transposed(arena, {&cross.key, &cross.value});
        to.cross_output = PackedLinear::transposed(arena, {&cross.output});
    }
    const MlpWeights& mlp = weights.mlp;
    to.up = mlp.gate.weight ? PackedLinear::transposed(arena, {&mlp.up, &mlp.gate})
                            : PackedLinear::transposed(arena, {&mlp.up});
    to.down = PackedLinear::transposed(arena, {&mlp.down});
    return to;
}

}  // namespace weft::torch_part
