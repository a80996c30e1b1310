#include "analysis/family/model_config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/checkpoint/other_weights.h"
#include "analysis/error.h"
#include "analysis/family/families.h"
#include "analysis/json_guard.h"
#include "analysis/spelling.h"

namespace weft {
namespace {

constexpr int64_t most_layers = 1000, most_heads = 1000, largest_width = 1 << 20;

template <typename Names>
std::string list_of(const Names& names) {
    std::string list;
    for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

std::vector<std::string> model_types() {
    std::vector<std::string> names;
    for (const Family* family : families()) names.emplace_back(family->model_type);
    return names;
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
    const std::string nearest = nearest_spelling(name, known);
    return nearest.empty() ? "" : "The nearest is \"" + nearest + "\". ";
}

const Family& family_of(const std::string& model_type, const std::string& source) {
    for (const Family* family : families())
        if (family->model_type == model_type) return *family;
    throw Error(
        "\"" + source + "\": \"model_type\" is \"" + model_type.substr(0, 80) + "\", which is not supported",
        did_you_mean(model_type, model_types()) + "Supported: " + supported_model_types() + ".");
}

std::string read_architecture(const ConfigReader& reader, const Family& family) {
    const std::vector<std::string> list = reader.texts("architectures");
    if (list.empty()) return {};
    const std::string& name = list.front();
    const std::vector<std::string> known(family.architectures.begin(), family.architectures.end());
    if (std::ranges::find(known, name) == known.end())
        reader.refuse("architectures", did_you_mean(name, known) + "Supported for model_type " +
                                           std::string(family.model_type) + ": " + list_of(known) + ".");
    return name;
}

void check_limit(const std::string& source, const char* what, int64_t value, int64_t limit) {
    if (value < 1 || value > limit)
        throw Error("\"" + source + "\": the model has " + std::to_string(value) + " " + what +
                    ", expected 1 to " + std::to_string(limit));
}

// What holds for every family, so that later products cannot overflow.
void check_sizes(const ModelConfig& config, const std::string& source) {
    for (const StackDescription& stack : config.stacks) {
        const StackSpec& spec = stack.spec;
        check_limit(source, "layers", spec.layers, most_layers);
        check_limit(source, "heads", spec.attention.heads, most_heads);
        check_limit(source, "key-value heads", spec.attention.key_value_heads, spec.attention.heads);
        check_limit(source, "dimensions a head", spec.attention.head_width, 1 << 14);
        check_limit(source, "hidden dimensions", spec.hidden, 1 << 16);
        check_limit(source, "dimensions of the feed-forward part", spec.intermediate, largest_width);
        if (spec.attention.heads % spec.attention.key_value_heads != 0)
            throw Error("\"" + source + "\": " + std::to_string(spec.attention.heads) +
                        " heads cannot share " + std::to_string(spec.attention.key_value_heads) +
                        " key-value heads");
    }
}

}  // namespace

std::string supported_model_types() {
    return list_of(model_types());
}

ModelConfig parse_model_config(std::string_view json_text, const std::string& source,
                               const std::string& folder) {
    const Json json = parse_json(json_text, source, {1 << 24, 32});
    if (!json.is_object()) throw Error("\"" + source + "\" is not an object");
    const ConfigReader reader(json, source);
    ModelConfig config;
    config.folder = folder;
    const ModelFolder place = describe_model_folder(folder);
    config.name = place.name;
    config.model_type = required_string(json, "model_type", source);
    const Family& family = family_of(config.model_type, source);
    config.kind = family.kind;
    config.architecture = read_architecture(reader, family);
    config.revision = place.revision.empty() ? reader.text("_commit_hash", "") : place.revision;
    config.ties_words = reader.flag("tie_word_embeddings", true);
    refuse_quantization(json, source);
    reader.expect_empty("pruned_heads", "Use a checkpoint without pruned heads.");
    if (family.kind == ModelKind::encoder) {
        reader.expect_flag("is_decoder", false, "Only its use as an encoder is supported.");
        reader.expect_flag("add_cross_attention", false, "Encoders without cross-attention are supported.");
        reader.expect_flag("is_encoder_decoder", false, "Only its use as an encoder is supported.");
    }
    config.generation.end_ids = reader.integers("eos_token_id");
    // -1 says that there is none.
    if (const int64_t pad = reader.integer("pad_token_id", -1, -1, 1 << 24); pad >= 0)
        config.generation.pad_id = pad;
    family.read(reader, config);
    check_sizes(config, source);
    for (StackDescription& stack : config.stacks) {
        AttentionSpec& attention = stack.spec.attention;
        if (attention.scale == 0) attention.scale = 1 / std::sqrt(static_cast<double>(attention.head_width));
    }
    return config;
}

ModelConfig load_model_config(const std::string& folder) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        throw Error("model folder \"" + folder + "\" is missing",
                    "Give a folder in the Hugging Face layout.");
    const std::string path = (std::filesystem::path(folder) / "config.json").string();
    if (!std::filesystem::exists(path, ignored))
        throw Error("model folder \"" + folder + "\" has no config.json",
                    "Give a folder in the Hugging Face layout.");
    return with_hint("config.json must be the model's own: copy it again from its source, unchanged.",
                     [&] { return parse_model_config(read_text_file(path, 1 << 24), path, folder); });
}

}  // namespace weft
