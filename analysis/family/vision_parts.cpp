#include "analysis/family/vision_parts.h"

#include "analysis/error.h"

namespace weft {
namespace {

constexpr int64_t largest_patch = 1 << 12, largest_image = 1 << 14, most_positions = 1 << 20;

void check_patches(const ConfigReader& reader, const PatchSpec& patches) {
    const auto fail = [&](const std::string& what) { throw Error("\"" + reader.source() + "\": " + what); };
    const auto size_text = [](int64_t height, int64_t width) {
        return std::to_string(height) + "x" + std::to_string(width);
    };
    const std::string image = "\"image_size\" is " + size_text(patches.image_height, patches.image_width),
                      patch = "\"patch_size\" is " + size_text(patches.patch_height, patches.patch_width);
    if (std::max(patches.patch_height, patches.patch_width) > largest_patch)
        fail(patch + ", at most " + std::to_string(largest_patch) + " is expected");
    if (std::max(patches.image_height, patches.image_width) > largest_image)
        fail(image + ", at most " + std::to_string(largest_image) + " is expected");
    if (patches.table_rows() < 1 || patches.table_columns() < 1)
        fail(image + ", smaller than one patch: " + patch);
    if (patches.table_rows() * patches.table_columns() > most_positions)
        fail(image + ", which is more than " + std::to_string(most_positions) + " patches: " + patch);
}

}  // namespace

void read_vision_layers(const ConfigReader& reader, StackSpec& spec) {
    spec.layers = reader.size("num_hidden_layers", 12);
    spec.hidden = reader.size("hidden_size", 768);
    AttentionSpec& attention = spec.attention;
    attention.heads = attention.key_value_heads = reader.size("num_attention_heads", 12);
    if (!reader.has("head_dim"))
        reader.check_multiple("hidden_size", spec.hidden, "num_attention_heads", attention.heads);
    attention.head_width = reader.size("head_dim", std::max<int64_t>(spec.hidden / attention.heads, 1));
    spec.placement = NormPlacement::before;
}

PatchSpec read_patches(const ConfigReader& reader, int64_t default_patch) {
    PatchSpec patches;
    patches.channels = reader.integer("num_channels", 3, 1, 64);
    const auto [patch_height, patch_width] = reader.extent("patch_size", default_patch);
    const auto [image_height, image_width] = reader.extent("image_size", 224);
    patches.patch_height = patch_height;
    patches.patch_width = patch_width;
    patches.image_height = image_height;
    patches.image_width = image_width;
    check_patches(reader, patches);
    return patches;
}

void name_patches(PatchSpec& patches) {
    patches.projection = {"embeddings.patch_embeddings.projection"};
    patches.cls = "embeddings.cls_token";
    patches.distillation = "embeddings.distillation_token";
    patches.register_tokens = "embeddings.register_tokens";
    patches.position_table = "embeddings.position_embeddings";
}

AttentionNames attention_names(const std::string& prefix, const std::string& query, const std::string& key,
                               const std::string& value, const std::string& output) {
    AttentionNames names;
    names.query = {prefix + query};
    names.key = {prefix + key};
    names.value = {prefix + value};
    names.output = {prefix + output};
    return names;
}

MlpNames mlp_names(const std::string& prefix, const std::string& up, const std::string& down) {
    MlpNames names;
    names.up = {prefix + up};
    names.down = {prefix + down};
    return names;
}

HeadSpec cls_classifier(const ConfigReader& reader) {
    return {HeadKind::image_classification,
            {row_step(HeadStep::Kind::first_row), linear_step("classifier", class_count(reader))},
            reader.labels()};
}

}  // namespace weft
