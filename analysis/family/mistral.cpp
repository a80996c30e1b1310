// Mistral (Jiang et al. 2023): Llama with one window for all layers.
#include "analysis/family/llama.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack = llama_stack(reader, config, {.key_value_heads = 8, .end_id = 2});
    const int64_t window = reader.is_null("sliding_window") ? 0 : reader.size("sliding_window", 4096);
    StackSpec& spec = stack.spec;
    spec.windows.assign(static_cast<size_t>(spec.layers), window);
    // transformers takes the window for all layers, whatever their types.
    if (!reader.is_empty("layer_types") && layer_windows(reader, spec.layers, window, 0) != spec.windows)
        reader.refuse("layer_types", "Supported for this model type: the same for all layers.");
    config.stacks.push_back(std::move(stack));
    read_llama_head(reader, config);
}

}  // namespace

const Family mistral_family = {"mistral",
                               ModelKind::decoder,
                               {"MistralModel", "MistralForCausalLM", "MistralForSequenceClassification",
                                "MistralForTokenClassification", "MistralForQuestionAnswering"},
                               read};

}  // namespace weft
