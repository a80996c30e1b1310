// ViT (Dosovitskiy et al. 2021), and DeiT (Touvron et al. 2021), which adds a distillation token.
#include "analysis/family/vision_parts.h"

namespace weft {
namespace {

void name_layers(StackNames& names) {
    const std::string old_layer = "encoder.layer.{}.", layer = "layers.{}.";  // since transformers 5
    names.attention = attention_names(old_layer + "attention.", "attention.query", "attention.key",
                                      "attention.value", "output.dense");
    names.attention.norm = old_layer + "layernorm_before";
    names.other_attention = {attention_names(layer + "attention.", "q_proj", "k_proj", "v_proj", "o_proj")};
    names.other_attention.front().norm = layer + "layernorm_before";
    names.mlp = mlp_names(old_layer, "intermediate.dense", "output.dense");
    names.mlp.norm = old_layer + "layernorm_after";
    names.other_mlp = {mlp_names(layer + "mlp.", "fc1", "fc2")};
    names.other_mlp.front().norm = layer + "layernorm_after";
    names.final_norm = "layernorm";
}

void read_layers(const ConfigReader& reader, StackDescription& stack) {
    StackSpec& spec = stack.spec;
    read_vision_layers(reader, spec);
    spec.intermediate = reader.size("intermediate_size", 3072);
    spec.norm.epsilon = reader.epsilon("layer_norm_eps", 1e-12);
    spec.activation = reader.activation("hidden_act", "gelu");
    AttentionSpec& attention = spec.attention;
    attention.query_bias = attention.key_bias = attention.value_bias = reader.flag("qkv_bias", true);
    spec.has_final_norm = true;
    stack.patches = read_patches(reader, 16);
    // transformers divides by patch_size as it is: two numbers fail there.
    stack.patches->interpolates = stack.patches->patch_height == stack.patches->patch_width;
    name_patches(*stack.patches);
    name_layers(stack.names);
}

void read_vit(const ConfigReader& reader, ModelConfig& config) {
    StackDescription& stack = config.stacks.emplace_back();
    read_layers(reader, stack);
    config.base_prefix = "vit.";
    if (is_for(config, "ForImageClassification")) config.head = cls_classifier(reader);
}

void read_deit(const ConfigReader& reader, ModelConfig& config) {
    StackDescription& stack = config.stacks.emplace_back();
    read_layers(reader, stack);
    stack.patches->has_distillation = true;
    config.base_prefix = "deit.";
    if (is_for(config, "ForImageClassification")) {
        config.head = cls_classifier(reader);
    } else if (is_for(config, "WithTeacher")) {
        HeadStep mean = linear_step("cls_classifier", class_count(reader));
        mean.names.push_back("distillation_classifier");
        mean.is_mean_of_names = true;
        config.head = HeadSpec{HeadKind::image_classification,
                               {row_step(HeadStep::Kind::first_two_rows), mean},
                               reader.labels()};
    }
}

}  // namespace

const Family vit_family = {"vit", ModelKind::vision, {"ViTModel", "ViTForImageClassification"}, read_vit};

const Family deit_family = {
    "deit",
    ModelKind::vision,
    {"DeiTModel", "DeiTForImageClassification", "DeiTForImageClassificationWithTeacher"},
    read_deit};

}  // namespace weft
