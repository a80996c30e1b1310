// What Llama and those that came from it share: norms before the parts, rotary positions, a gated
// feed-forward part, heads that share keys, names of tensors. A family's file changes what differs. Inside
// analysis/family only.
#pragma once

#include <string>
#include <vector>

#include "analysis/family/heads.h"

namespace weft {

// What holds where config.json is silent.
struct LlamaDefaults {
    int64_t key_value_heads = 0;  // 0: as many as heads
    int64_t head_width = 0;       // 0: hidden / heads
    bool ties_words = false;
    std::optional<int64_t> end_id = {}, pad_id = {};
};

// Without biases and windows; `config` gets the token limit, the tie and the ids of end and padding.
StackDescription llama_stack(const ConfigReader& reader, ModelConfig& config, const LlamaDefaults& defaults);

// "attention_bias" of all four projections.
void read_attention_bias(const ConfigReader& reader, AttentionSpec& attention);

// Windows by "layer_types", else the last layers' from `first_sliding` on, of "sliding_window".
std::vector<int64_t> layer_windows(const ConfigReader& reader, int64_t layers, int64_t window,
                                   int64_t first_sliding);

// The head that the architecture names: causal language model, or a classifier of the text, of its tokens,
// or of answers.
void read_llama_head(const ConfigReader& reader, ModelConfig& config);

// Sets eos and pad where the file does not speak of them.
void default_ids(const ConfigReader& reader, ModelConfig& config, std::optional<int64_t> end_id,
                 std::optional<int64_t> pad_id);

}  // namespace weft
