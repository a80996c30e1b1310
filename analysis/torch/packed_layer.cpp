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

PackedAttention pack_attention(const AttentionWeights& from, const StackSpec& spec, double factor,
                               bool is_cross) {
    PackedAttention to;
    const AttentionSpec& attention = spec.attention;
    // A norm behind the product would take the factor out again.
    const float scale = static_cast<float>(attention.scale * factor);
    const float query_scale = from.query_norm.gain ? 1.0f : scale;
    const int64_t query = attention.query_size(), shared = attention.key_value_size();
    if (is_cross) {
        to.query = PackedLinear(spec.hidden, query);
        to.query.place(from.query, 0, query_scale);
        to.key_value = PackedLinear(spec.hidden, 2 * shared);
        to.key_value.place(from.key, 0);
        to.key_value.place(from.value, shared);
    } else {
        to.query_key_value = PackedLinear(spec.hidden, query + 2 * shared);
        to.query_key_value.place(from.query, 0, query_scale);
        to.query_key_value.place(from.key, query);
        to.query_key_value.place(from.value, query + shared);
    }
    to.output = PackedLinear::of(from.output);
    to.query_norm = OwnNorm(from.query_norm, spec.norm, scale);
    to.key_norm = OwnNorm(from.key_norm, spec.norm);
    to.norm = OwnNorm(from.norm, spec.norm);
    to.norm_behind = OwnNorm(from.norm_behind, spec.norm);
    take_scale(from.layer_scale, spec.hidden, to.layer_scale, to.has_layer_scale);
    return to;
}

}  // namespace

PackedLinear::PackedLinear(int64_t inner_size, int64_t outer_size) : inner(inner_size), outer(outer_size) {
    const int64_t columns = whole_panels(outer);
    weight.reserve(inner * columns);
    std::fill_n(bias.reserve(columns), columns, 0.0f);
}

void PackedLinear::place(const LinearWeights& part, int64_t first, float scale) {
    pack_panels(part.weight, part.outer, inner, scale, weight.get() + first * inner);
    if (part.bias)
        for (int64_t n = 0; n < part.outer; ++n) bias.get()[first + n] = part.bias[n] * scale;
}

PackedLinear PackedLinear::of(const LinearWeights& part) {
    PackedLinear packed(part.inner, part.outer);
    packed.place(part, 0);
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

PackedLayer pack_layer(const LayerWeights& weights, const StackSpec& spec, int64_t layer) {
    PackedLayer packed;
    const double factor = spec.layer_scales.empty() ? 1.0 : spec.layer_scales[static_cast<size_t>(layer)];
    packed.attention = pack_attention(weights.attention, spec, factor, false);
    if (spec.has_cross_attention) packed.cross = pack_attention(weights.cross, spec, 1, true);
    const MlpWeights& mlp = weights.mlp;
    packed.mlp.up = PackedLinear::of(mlp.up);
    if (mlp.gate.weight) packed.mlp.gate = PackedLinear::of(mlp.gate);
    packed.mlp.down = PackedLinear::of(mlp.down);
    packed.mlp.norm = OwnNorm(mlp.norm, spec.norm);
    packed.mlp.norm_behind = OwnNorm(mlp.norm_behind, spec.norm);
    take_scale(mlp.layer_scale, spec.hidden, packed.mlp.layer_scale, packed.mlp.has_layer_scale);
    return packed;
}

}  // namespace weft::torch_part
