// Qwen 2 (Yang et al. 2024) and Qwen 3 (Yang et al. 2025): Llama with windows in some layers; biases of
// query, key and value in the one, norms of each head's query and key in the other.
#include "analysis/family/llama.h"

namespace weft {
namespace {

void read_windows(const ConfigReader& reader, StackSpec& spec) {
    const bool slides = reader.flag("use_sliding_window", false) && !reader.is_null("sliding_window");
    const int64_t window = slides ? reader.size("sliding_window", 4096) : 0;
    const int64_t first = reader.integer("max_window_layers", 28, 0, 1 << 24);
    spec.windows = layer_windows(reader, spec.layers, window, first);
}

void read_qwen2(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack = llama_stack(reader, config, {.key_value_heads = 32});
    AttentionSpec& attention = stack.spec.attention;
    attention.query_bias = attention.key_bias = attention.value_bias = true;
    read_windows(reader, stack.spec);
    config.stacks.push_back(std::move(stack));
    read_llama_head(reader, config);
}

void read_qwen3(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack = llama_stack(reader, config, {.key_value_heads = 32, .head_width = 128});
    AttentionSpec& attention = stack.spec.attention;
    read_attention_bias(reader, attention);
    attention.normalises_heads = true;
    stack.names.attention.query_norm = "layers.{}.self_attn.q_norm";
    stack.names.attention.key_norm = "layers.{}.self_attn.k_norm";
    read_windows(reader, stack.spec);
    config.stacks.push_back(std::move(stack));
    read_llama_head(reader, config);
}

}  // namespace

const Family qwen2_family = {"qwen2",
                             ModelKind::decoder,
                             {"Qwen2Model", "Qwen2ForCausalLM", "Qwen2ForSequenceClassification",
                              "Qwen2ForTokenClassification", "Qwen2ForQuestionAnswering"},
                             read_qwen2};

const Family qwen3_family = {"qwen3",
                             ModelKind::decoder,
                             {"Qwen3Model", "Qwen3ForCausalLM", "Qwen3ForSequenceClassification",
                              "Qwen3ForTokenClassification", "Qwen3ForQuestionAnswering"},
                             read_qwen3};

}  // namespace weft
