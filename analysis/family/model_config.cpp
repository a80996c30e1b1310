#include "analysis/family/model_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

// All share the encoder; what they put on top of it does not change its attention.
constexpr std::array<std::string_view, 8> bert_architectures{"BertModel",
                                                             "BertForMaskedLM",
                                                             "BertForPreTraining",
                                                             "BertForSequenceClassification",
                                                             "BertForQuestionAnswering",
                                                             "BertForTokenClassification",
                                                             "BertForMultipleChoice",
                                                             "BertForNextSentencePrediction"};

constexpr int64_t max_size =
    1 << 20;  // of one dimension; the largest real one is a vocabulary of some 500,000

[[noreturn]] void refuse(const std::string& source, const std::string& key, const std::string& value,
                         const std::string& hint) {
    throw Error("\"" + source + "\": \"" + key + "\" is " + value + ", which is not supported", hint);
}

HiddenActivation read_activation(const Json& json, const std::string& source) {
    const std::string name = optional_string(json, "hidden_act", "gelu", source);
    if (name == "gelu" || name == "gelu_python") return HiddenActivation::gelu_erf;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh") return HiddenActivation::gelu_tanh;
    if (name == "relu") return HiddenActivation::relu;
    refuse(source, "hidden_act", "\"" + name + "\"", "Supported: gelu, gelu_new, gelu_pytorch_tanh, relu.");
}

std::string read_architecture(const Json& json, const std::string& source) {
    const Json* list = find_member(json, "architectures");
    if (list == nullptr) return {};
    if (!list->is_array() || (!list->empty() && !list->front().is_string()))
        throw Error("\"" + source + "\": \"architectures\" is " + json_excerpt(*list) +
                    ", expected a list of strings");
    if (list->empty()) return {};
    const std::string name = list->front().get<std::string>();
    if (std::find(bert_architectures.begin(), bert_architectures.end(), name) == bert_architectures.end())
        refuse(source, "architectures", "\"" + name.substr(0, 80) + "\"",
               "Supported: " + supported_architectures() + ".");
    return name;
}

void refuse_flag(const Json& json, const char* key, const std::string& source, const std::string& hint) {
    if (optional_bool(json, key, false, source)) refuse(source, key, "true", hint);
}

}  // namespace

std::string supported_architectures() {
    std::string list;
    for (const std::string_view name : bert_architectures)
        list += (list.empty() ? "" : ", ") + std::string(name);
    return "model_type bert (" + list + ")";
}

ModelConfig parse_model_config(std::string_view json_text, const std::string& source,
                               const std::string& folder) {
    const Json json = parse_json(json_text, source, {1 << 24, 32});
    if (!json.is_object()) throw Error("\"" + source + "\" is not an object");
    ModelConfig config;
    config.folder = folder;
    const std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
    config.name = path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
    config.model_type = required_string(json, "model_type", source);
    if (config.model_type != "bert")
        refuse(source, "model_type", "\"" + config.model_type.substr(0, 80) + "\"",
               "Supported: " + supported_architectures() + ".");
    config.architecture = read_architecture(json, source);
    config.revision = optional_string(json, "_commit_hash", "", source);

    config.layers = required_int(json, "num_hidden_layers", 1, 1000, source);
    config.heads = required_int(json, "num_attention_heads", 1, 1000, source);
    config.hidden = required_int(json, "hidden_size", 1, 65536, source);
    if (config.hidden % config.heads != 0)
        throw Error("\"" + source + "\": \"hidden_size\" is " + std::to_string(config.hidden) +
                    ", not a multiple of \"num_attention_heads\" " + std::to_string(config.heads));
    config.intermediate = required_int(json, "intermediate_size", 1, max_size, source);
    config.vocabulary = required_int(json, "vocab_size", 1, 1 << 24, source);
    config.positions = required_int(json, "max_position_embeddings", 1, max_size, source);
    config.max_tokens = config.positions;
    config.segments = optional_int(json, "type_vocab_size", 2, 1, 255, source);
    config.pad_token_id = optional_int(json, "pad_token_id", 0, 0, config.vocabulary - 1, source);
    config.layer_norm_epsilon = optional_double(json, "layer_norm_eps", 1e-12, 1e-38, 0.1, source);
    config.activation = read_activation(json, source);

    const std::string positions = optional_string(json, "position_embedding_type", "absolute", source);
    if (positions != "absolute")
        refuse(source, "position_embedding_type", "\"" + positions.substr(0, 80) + "\"",
               "Supported: absolute.");
    refuse_flag(json, "is_decoder", source, "Only encoders are supported.");
    refuse_flag(json, "add_cross_attention", source, "Only encoders without cross-attention are supported.");
    refuse_flag(json, "is_encoder_decoder", source, "Only encoders are supported.");
    if (find_member(json, "quantization_config") != nullptr)
        refuse(source, "quantization_config", json_excerpt(json["quantization_config"]),
               "Use the unquantised checkpoint.");
    if (const Json* pruned = find_member(json, "pruned_heads"); pruned != nullptr && !pruned->empty())
        refuse(source, "pruned_heads", json_excerpt(*pruned), "Use a checkpoint without pruned heads.");
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
