// What config.json says of rotary positions, in its new form ("rope_parameters") and its old one
// ("rope_theta" beside "rope_scaling"). Inside analysis/family only.
#pragma once

#include "analysis/family/config_reader.h"
#include "analysis/family/stack_spec.h"

namespace weft {

struct RotaryKeys {
    // Where the values stand outside of "rope_parameters", and what they are if they stand nowhere.
    const char* theta = "rope_theta";
    const char* share = "partial_rotary_factor";  // of a head's dimensions that are turned
    double default_share = 1;
    bool may_be_partial = false;
};

// Of heads of `head_width` dimensions, for `positions` = "max_position_embeddings". Throws weft::Error: a
// scaling that is not computed, one of each layer type, numbers that are missing or absurd.
RotarySpec read_rotary(const ConfigReader& reader, int64_t head_width, int64_t positions,
                       const RotaryKeys& keys = {});

// How many tokens the model takes: a dynamic scaling is made for more than "max_position_embeddings".
int64_t rotary_limit(const RotarySpec& spec, int64_t positions);

}  // namespace weft
