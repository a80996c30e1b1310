#include "analysis/model.h"

#include <c10/util/Exception.h>

#include <filesystem>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/cuda_report.h"
#include "analysis/error.h"
#include "analysis/family/model_config.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/torch/bert_loader.h"
#include "analysis/torch/bert_model.h"
#include "analysis/torch/device.h"
#include "analysis/version.h"

namespace weft {

namespace {

std::string weights_file(const std::string& folder) {
    const std::filesystem::path file = std::filesystem::path(folder) / "model.safetensors";
    if (std::filesystem::exists(file)) return file.string();
    for (const char* pickle : {"pytorch_model.bin", "model.pt", "model.pth"})
        if (std::filesystem::exists(std::filesystem::path(folder) / pickle))
            throw Error(
                "the weights of \"" + folder + "\" are in \"" + pickle +
                    "\", a pickle, which can run any code as it is read",
                "Save them with transformers: model.save_pretrained(FOLDER) writes model.safetensors.");
    throw Error("\"" + folder + "\" has no \"model.safetensors\"",
                "A model folder has config.json, model.safetensors and tokenizer.json or vocab.txt.");
}

std::unique_ptr<Model> load_bert(const std::string& folder, const std::string& device_name) {
    using namespace torch_part;
    const ModelConfig config = load_model_config(folder);
    Tokenizer tokenizer = Tokenizer::load(folder);
    const std::string device = choose_device(device_name);
    const auto weights = load_bert_weights(shape_of(config), Safetensors::open(weights_file(folder)));
    const BertShape shape = weights->shape;

    if (tokenizer.vocabulary_size() > config.vocabulary)
        throw Error("the tokenizer of \"" + folder + "\" has " + std::to_string(tokenizer.vocabulary_size()) +
                        " tokens, but the model only " + std::to_string(config.vocabulary),
                    "Tokenizer files and weights must come from the same model.");

    ModelSummary summary;
    summary.name = config.name;
    summary.folder = folder;
    summary.model_type = config.model_type;
    summary.revision = config.revision;
    summary.layers = config.layers;
    summary.heads = config.heads;
    summary.hidden = config.hidden;
    summary.max_tokens = config.max_tokens;
    summary.parameters = weights->parameters;

    Provenance provenance;
    provenance.weft_version = version();
    provenance.model = provenance.title = config.name;
    provenance.model_type = config.model_type;
    provenance.revision = config.revision;
    provenance.device = device != "cpu" ? "cuda (" + cuda_report().devices.front().name + ")" : "cpu";
    provenance.dtype = "float32";

    std::unique_ptr<BertForward> forward = device == "cpu" && kernels_fit(shape)
                                               ? make_kernel_forward(weights)
                                               : make_plain_forward(weights, device);
    return std::make_unique<BertModel>(std::move(summary), std::move(provenance), std::move(tokenizer), shape,
                                       std::move(forward));
}

}  // namespace

std::unique_ptr<Model> Model::load(const std::string& folder, const std::string& device) {
    try {
        return load_bert(folder, device);
    } catch (const c10::Error& error) {
        throw Error("LibTorch failed to load \"" + folder + "\": " + error.what_without_backtrace(),
                    "--device cpu asks the least of the machine; 'weft doctor' says what it has.");
    } catch (const std::bad_alloc&) {
        throw Error("there is not enough memory to load \"" + folder + "\"", "Use a smaller model.");
    }
}

}  // namespace weft
