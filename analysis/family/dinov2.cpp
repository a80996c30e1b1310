// DINOv2 (Oquab et al. 2023), and the same with register tokens (Darcet et al. 2023).
#include "analysis/family/vision_parts.h"

namespace weft {
namespace {

void name_layers(bool is_gated, StackNames& names) {
    const std::string layer = "encoder.layer.{}.";
    names.attention = attention_names(layer + "attention.", "attention.query", "attention.key",
                                      "attention.value", "output.dense");
    names.other_attention = {// since transformers 5
                             attention_names(layer + "attention.", "q_proj", "k_proj", "v_proj", "o_proj")};
    if (is_gated) {
        names.mlp.gate_and_up = {layer + "mlp.weights_in"};
        names.mlp.down = {layer + "mlp.weights_out"};
        names.other_mlp = {mlp_names(layer + "mlp.", "up_proj", "down_proj")};
        names.other_mlp.front().gate = {layer + "mlp.gate_proj"};
    } else {
        names.mlp = mlp_names(layer + "mlp.", "fc1", "fc2");
    }
    const auto finish = [&](auto& part, const std::string& number) {
        part.norm = layer + "norm" + number;
        part.layer_scale = layer + "layer_scale" + number + ".lambda1";
    };
    finish(names.attention, "1");
    for (AttentionNames& part : names.other_attention) finish(part, "1");
    finish(names.mlp, "2");
    for (MlpNames& part : names.other_mlp) finish(part, "2");
    names.final_norm = "layernorm";
}

void read(const ConfigReader& reader, ModelConfig& config, int64_t default_patch, int64_t registers) {
    StackDescription& stack = config.stacks.emplace_back();
    StackSpec& spec = stack.spec;
    read_vision_layers(reader, spec);
    spec.norm.epsilon = reader.epsilon("layer_norm_eps", 1e-6);
    spec.activation = reader.activation("hidden_act", "gelu");
    AttentionSpec& attention = spec.attention;
    attention.query_bias = attention.key_bias = attention.value_bias = reader.flag("qkv_bias", true);
    spec.intermediate =
        static_cast<int64_t>(static_cast<double>(spec.hidden) * reader.number("mlp_ratio", 4, 1e-3, 1000));
    spec.is_gated = reader.flag("use_swiglu_ffn", false);
    if (spec.is_gated) {
        // Two thirds, in whole eights.
        spec.intermediate = (spec.intermediate * 2 / 3 + 7) / 8 * 8;
        spec.activation = Activation::silu;
    }
    spec.has_layer_scale = true;
    spec.has_final_norm = true;
    stack.patches = read_patches(reader, default_patch);
    stack.patches->keeps_own_size = false;
    stack.patches->registers = registers;
    stack.patches->is_antialiased = registers > 0;
    name_patches(*stack.patches);
    name_layers(spec.is_gated, stack.names);

    if (!is_for(config, "ForImageClassification")) return;
    HeadStep rows = row_step(HeadStep::Kind::first_row_and_mean);
    rows.first = stack.patches->prefix();
    config.head = HeadSpec{HeadKind::image_classification,
                           {rows, linear_step("classifier", class_count(reader))},
                           reader.labels()};
}

void read_plain(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "dinov2.";
    read(reader, config, 14, 0);
}

void read_with_registers(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "dinov2_with_registers.";
    read(reader, config, 16, reader.integer("num_register_tokens", 4, 1, 4096));
}

}  // namespace

const Family dinov2_family = {
    "dinov2", ModelKind::vision, {"Dinov2Model", "Dinov2ForImageClassification"}, read_plain};

const Family dinov2_with_registers_family = {
    "dinov2_with_registers",
    ModelKind::vision,
    {"Dinov2WithRegistersModel", "Dinov2WithRegistersForImageClassification"},
    read_with_registers};

}  // namespace weft
