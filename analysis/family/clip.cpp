// The vision tower of CLIP (Radford et al. 2021): of a model of its own, or of a whole CLIP, whose text tower
// is not read.
#include "analysis/family/vision_parts.h"

namespace weft {
namespace {

// `tower` is the vision tower's config; the classes are the whole model's.
void read(const ConfigReader& tower, const ConfigReader& reader, ModelConfig& config) {
    StackDescription& stack = config.stacks.emplace_back();
    StackSpec& spec = stack.spec;
    read_vision_layers(tower, spec);
    spec.attention.head_width = std::max<int64_t>(spec.hidden / spec.attention.heads, 1);
    tower.check_multiple("hidden_size", spec.hidden, "num_attention_heads", spec.attention.heads);
    spec.intermediate = tower.size("intermediate_size", 3072);
    spec.norm.epsilon = tower.epsilon("layer_norm_eps", 1e-5);
    spec.activation = tower.activation("hidden_act", "quick_gelu");
    spec.has_entry_norm = true;  // the norm behind the layers is of the pooled CLS alone

    tower.size("image_size", 224);  // one number each: transformers divides them
    tower.size("patch_size", 32);
    stack.patches = read_patches(tower, 32);
    stack.patches->has_bias = false;
    stack.patches->projection = {"embeddings.patch_embedding"};
    stack.patches->cls = "embeddings.class_embedding";
    stack.patches->position_table = "embeddings.position_embedding";

    StackNames& names = stack.names;
    const std::string layer = "encoder.layers.{}.";
    names.attention = attention_names(layer + "self_attn.", "q_proj", "k_proj", "v_proj", "out_proj");
    names.attention.norm = layer + "layer_norm1";
    names.mlp = mlp_names(layer + "mlp.", "fc1", "fc2");
    names.mlp.norm = layer + "layer_norm2";
    names.entry_norm = "pre_layrnorm";

    config.base_prefix = "vision_model.";
    if (!is_for(config, "ForImageClassification")) return;
    HeadStep mean = row_step(HeadStep::Kind::mean_rows);
    mean.first = stack.patches->prefix();
    config.head = HeadSpec{HeadKind::image_classification,
                           {mean, linear_step("classifier", class_count(reader))},
                           reader.labels()};
}

void read_tower(const ConfigReader& reader, ModelConfig& config) {
    read(reader, reader, config);
}

void read_whole(const ConfigReader& reader, ModelConfig& config) {
    // Where an old file has both, this one wins with all its defaults.
    const char* key = reader.has("vision_config_dict") ? "vision_config_dict" : "vision_config";
    read(reader.object_or_empty(key), reader, config);
}

}  // namespace

const Family clip_family = {
    "clip",
    ModelKind::vision,
    {"CLIPModel", "CLIPVisionModel", "CLIPVisionModelWithProjection", "CLIPForImageClassification"},
    read_whole};

const Family clip_vision_family = {
    "clip_vision_model", ModelKind::vision, {"CLIPVisionModel", "CLIPVisionModelWithProjection"}, read_tower};

}  // namespace weft
