#include "analysis/checkpoint/other_weights.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

namespace weft {
namespace {

namespace fs = std::filesystem;

// Names of the folder's entries, sorted; what can't be listed is empty.
std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        names.push_back(entry->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string python(const std::string& program, const std::string& folder) {
    return "python3 -c \"" + program + "\" " + shell_word(folder);
}

// Keeps every tensor and name as it is; weights_only reads a pickle without running code.
std::string convert_pickles(const std::string& folder, const std::string& pattern) {
    return python(
        "import sys, glob, torch, safetensors.torch as s; d = sys.argv[1]; s.save_file({k: "
        "v.clone().contiguous() for f in glob.glob(glob.escape(d) + '/" +
            pattern +
            "') for k, v in torch.load(f, map_location='cpu', weights_only=True).items()}, d + "
            "'/model.safetensors', {'format': 'pt'})",
        folder);
}

std::string convert_with_transformers(const std::string& folder, const std::string& argument) {
    return python("import sys, transformers as t; d = sys.argv[1]; t.AutoModel.from_pretrained(d, " +
                      argument + ").save_pretrained(d + '/converted')",
                  folder);
}

struct OtherWeights {
    std::string reason, command;
};

OtherWeights other_weights(const std::string& name, const std::string& folder) {
    const std::string suffix = fs::path(name).extension().string();
    const std::string pickle = ", a pickle, which can run any code as it is read";
    if (name == "pytorch_model.bin" || name == "pytorch_model.bin.index.json")
        return {pickle, convert_pickles(folder, "pytorch_model*.bin")};
    if (name.find('\'') == std::string::npos && (suffix == ".pt" || suffix == ".pth"))
        return {pickle, convert_pickles(folder, name)};
    if (suffix == ".gguf")
        return {", a GGUF file, whose blocks of quantised codes are not read",
                convert_with_transformers(folder, "gguf_file='" + name + "'")};
    if (name == "tf_model.h5")
        return {", TensorFlow's format, which is not read",
                convert_with_transformers(folder, "from_tf=True") + "  (needs transformers 4)"};
    if (name == "flax_model.msgpack")
        return {", Flax's format, which is not read",
                convert_with_transformers(folder, "from_flax=True") + "  (needs transformers 4)"};
    if (name == "adapter_model.safetensors" || name == "adapter_model.bin")
        return {", an adapter, which is only what was changed of another model",
                python("import sys, peft; d = sys.argv[1]; peft.AutoPeftModel.from_pretrained(d)"
                       ".merge_and_unload().save_pretrained(d + '/merged')",
                       folder)};
    if (name == "model.ckpt" || name.ends_with(".ckpt.index") || suffix == ".ckpt")
        return {", a checkpoint of its training program, which is not read",
                "In the program that wrote it: model.save_pretrained(FOLDER)"};
    if (suffix == ".onnx")
        return {", an ONNX graph, which is not read", "Get the checkpoint that it was exported from."};
    if (suffix == ".safetensors" && !name.starts_with("model-"))
        return {", which has another name than model.safetensors",
                "If it has the whole model: mv " + shell_word((fs::path(folder) / name).string()) + " " +
                    shell_word((fs::path(folder) / "model.safetensors").string())};
    if (suffix == ".safetensors")
        return {", a shard, but there is no model.safetensors.index.json to say of what",
                "Copy the model folder again from its source, complete and unchanged."};
    return {};
}

}  // namespace

std::string shell_word(const std::string& path) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@,:=%";
    if (!path.empty() && path.find_first_not_of(plain) == std::string::npos) return path;
    std::string word = "'";
    for (const char c : path) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

Error no_weights(const std::string& folder) {
    for (const std::string& name : names_in(folder)) {
        const OtherWeights other = other_weights(name, folder);
        if (!other.reason.empty())
            return Error(
                "the weights of \"" + folder + "\" are in \"" + name.substr(0, 120) + "\"" + other.reason,
                (other.command.starts_with("python3") ? "Convert them: " : "") + other.command);
    }
    return Error("\"" + folder + "\" has no model.safetensors and no model.safetensors.index.json",
                 "A model folder has config.json, model.safetensors and its tokenizer's files.");
}

void refuse_quantization(const Json& config, const std::string& source) {
    const Json* quantization = find_member(config, "quantization_config");
    if (quantization == nullptr) return;
    const fs::path folder = fs::path(source).parent_path();
    throw Error("\"" + source + "\": \"quantization_config\" is " + json_excerpt(*quantization) +
                    ", which is not supported: the weights are codes, not numbers",
                "Use the unquantised checkpoint that it was made from, or, where its method can be undone: " +
                    python("import sys, transformers as t; d = sys.argv[1]; t.AutoModel.from_pretrained(d)"
                           ".dequantize().save_pretrained(d + '/plain')",
                           folder.empty() ? "." : folder.string()));
}

Error not_float(const SafetensorsTensor& tensor, const std::string& source) {
    const std::string what = "\"" + source + "\", tensor \"" + tensor.name.substr(0, 120) + "\" is " +
                             std::string(dtype_name(tensor.dtype)) + ", expected F32, F16, BF16 or F64";
    switch (tensor.dtype) {
        case Dtype::boolean:
        case Dtype::c64:
            return Error(what);
        default:
            return Error(what + ": the weights are quantised",
                         "Use the unquantised checkpoint that it was made from.");
    }
}

}  // namespace weft
