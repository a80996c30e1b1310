#include "analysis/family/rotary.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr double most = 1e12;
constexpr int64_t most_positions = 1 << 24;
constexpr const char* supported = "Supported: default, linear, dynamic, yarn, llama3.";

// The old form wins, as in transformers.
std::optional<ConfigReader> parameters(const ConfigReader& reader) {
    for (const char* key : {"rope_scaling", "rope_parameters"})
        if (reader.has(key) && !reader.is_empty(key)) return reader.object(key);
    return {};
}

RotarySpec::Scaling scaling_of(const ConfigReader& rope) {
    using Scaling = RotarySpec::Scaling;
    const char* key = rope.has("rope_type") ? "rope_type" : "type";
    const std::string name = rope.text(key, "default");
    if (name == "default") return Scaling::none;
    if (name == "linear") return Scaling::linear;
    if (name == "dynamic") return Scaling::dynamic;
    if (name == "yarn") return Scaling::yarn;
    if (name == "llama3") return Scaling::llama3;
    rope.refuse(key, supported);
}

double required(const ConfigReader& rope, const char* key) {
    if (!rope.has(key)) rope.refuse(key, "The scaling of the rotary positions needs it.");
    return rope.number(key, 0, 1e-6, 1e6);
}

void read_scaling(const ConfigReader& reader, const ConfigReader& rope, int64_t positions, RotarySpec& spec) {
    using Scaling = RotarySpec::Scaling;
    spec.original_positions = positions;
    if (spec.scaling == Scaling::none) return;
    if (spec.scaling == Scaling::yarn || spec.scaling == Scaling::llama3)
        spec.original_positions =
            reader.integer("original_max_position_embeddings",
                           rope.integer("original_max_position_embeddings", positions, 1, most_positions), 1,
                           most_positions);
    if (spec.scaling == Scaling::yarn && !rope.has("factor"))
        spec.factor = static_cast<double>(positions) / static_cast<double>(spec.original_positions);
    else
        spec.factor = required(rope, "factor");
    if (spec.scaling == Scaling::yarn) {
        const auto or_else = [&](const char* key, double fallback) {
            const double value = rope.number(key, 0, 0, 1e6);
            return value > 0 ? value : fallback;
        };
        spec.beta_fast = or_else("beta_fast", 32);
        spec.beta_slow = or_else("beta_slow", 1);
        if (rope.has("attention_factor")) spec.attention_factor = required(rope, "attention_factor");
        spec.mscale = rope.number("mscale", 0, 0, 1e6);
        spec.mscale_all_dim = rope.number("mscale_all_dim", 0, 0, 1e6);
        spec.truncate = rope.flag("truncate", true);
    }
    if (spec.scaling == Scaling::llama3) {
        spec.low_frequency_factor = required(rope, "low_freq_factor");
        spec.high_frequency_factor = required(rope, "high_freq_factor");
        if (spec.low_frequency_factor == spec.high_frequency_factor)
            rope.refuse("high_freq_factor", "It must differ from \"low_freq_factor\".");
    }
}

}  // namespace

RotarySpec read_rotary(const ConfigReader& reader, int64_t head_width, int64_t positions,
                       const RotaryKeys& keys) {
    const std::optional<ConfigReader> rope = parameters(reader);
    RotarySpec spec;
    spec.theta = reader.number(keys.theta, 10000, 1.000001, most);
    double share = reader.number(keys.share, keys.default_share, 0, 1);
    if (rope) {
        for (const char* layer_type : {"full_attention", "sliding_attention"})
            if (rope->has(layer_type))
                rope->refuse(layer_type, "One set of rotary positions for all layers is supported.");
        for (const char* other : {"short_factor", "long_factor", "mrope_section"})
            if (rope->has(other)) rope->refuse(other, supported);
        spec.scaling = scaling_of(*rope);
        spec.theta = rope->number("rope_theta", spec.theta, 1.000001, most);
        share = rope->number("partial_rotary_factor", share, 0, 1);
    }
    if (!keys.may_be_partial && share != 1) {
        const bool is_inside = rope && rope->has("partial_rotary_factor");
        (is_inside ? *rope : reader).refuse("partial_rotary_factor", "Supported for this model type: 1.");
    }
    spec.width = static_cast<int64_t>(static_cast<double>(head_width) * share);
    if (spec.width % 2 != 0)
        throw Error("\"" + reader.source() + "\": rotary positions turn " + std::to_string(spec.width) +
                        " dimensions of each head, which is odd",
                    "Supported: an even number.");
    if (rope) read_scaling(reader, *rope, positions, spec);
    if (spec.scaling == RotarySpec::Scaling::dynamic && spec.width == 2)
        throw Error("\"" + reader.source() + "\": dynamic rotary positions need more than 2 dimensions");
    return spec;
}

int64_t rotary_limit(const RotarySpec& spec, int64_t positions) {
    if (spec.scaling != RotarySpec::Scaling::dynamic || spec.factor <= 1) return positions;
    const double longer = std::floor(static_cast<double>(positions) * spec.factor);
    return static_cast<int64_t>(std::min(longer, static_cast<double>(most_positions)));
}

}  // namespace weft
