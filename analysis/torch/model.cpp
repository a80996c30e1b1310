#include <c10/util/Exception.h>

#include "analysis/checkpoint/checkpoint.h"
#include "analysis/checkpoint/memory.h"
#include "analysis/cuda_report.h"
#include "analysis/error.h"
#include "analysis/family/model_config.h"
#include "analysis/image/default_preprocessor.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/torch/device.h"
#include "analysis/torch/encoder_decoder_model.h"
#include "analysis/torch/stack_loader.h"
#include "analysis/torch/text_model.h"
#include "analysis/torch/vision_model.h"
#include "analysis/torch_part.h"
#include "analysis/version.h"

namespace weft {

namespace {

using namespace torch_part;

ModelSummary summary_of(const ModelConfig& config, int64_t parameters) {
    const StackSpec& spec = config.stack();
    ModelSummary summary;
    summary.name = config.name;
    summary.folder = config.folder;
    summary.model_type = config.model_type;
    summary.architecture = config.architecture;
    summary.revision = config.revision;
    summary.layers = spec.layers;
    summary.heads = spec.attention.heads;
    summary.key_value_heads = spec.attention.key_value_heads;
    summary.hidden = spec.hidden;
    summary.max_tokens = config.max_tokens;
    summary.parameters = parameters;
    summary.target_layers = config.stacks.size() > 1 ? config.stacks[1].spec.layers : 0;
    summary.reads_image = config.kind == ModelKind::vision;
    summary.has_target = config.kind == ModelKind::encoder_decoder;
    summary.predicts_next_token =
        config.kind == ModelKind::decoder && config.head && config.head->kind == HeadKind::language_model;
    return summary;
}

Provenance provenance_of(const ModelConfig& config, const std::string& device) {
    Provenance provenance;
    provenance.weft_version = version();
    provenance.model = provenance.title = config.name;
    provenance.model_type = config.model_type;
    provenance.revision = config.revision;
    provenance.device = device != "cpu" ? "cuda (" + cuda_report().devices.front().name + ")" : "cpu";
    provenance.dtype = "float32";
    return provenance;
}

std::unique_ptr<StackForward> make_forward(const std::shared_ptr<const ModelWeights>& weights, size_t stack,
                                           const std::string& device) {
    return device == "cpu" && kernels_fit(weights->stacks[stack])
               ? make_kernel_forward(weights, stack)
               : make_plain_forward(weights, stack, device);
}

void check_vocabulary(const Tokenizer& tokenizer, const ModelConfig& config) {
    const int64_t rows = config.stacks.front().embedding.vocabulary;
    if (tokenizer.vocabulary_size() > rows)
        throw Error("the tokenizer of \"" + config.folder + "\" has " +
                        std::to_string(tokenizer.vocabulary_size()) + " tokens, but the model only " +
                        std::to_string(rows),
                    "Tokenizer files and weights must come from the same model.");
}

// Refuses what does not fit. On the processor the layers' weights are copied in the order of the kernels;
// elsewhere only what is not float32 takes memory here.
Checkpoint open_checkpoint(const ModelConfig& config, const std::string& device) {
    Checkpoint checkpoint = Checkpoint::open(config.folder);
    const int64_t copies = checkpoint.parameters() * static_cast<int64_t>(sizeof(float));
    check_memory(device == "cpu" ? copies : checkpoint.conversion_bytes(),
                 "the model \"" + config.name + "\" in float32");
    return checkpoint;
}

std::unique_ptr<Model> load_text_model(const ModelConfig& config, const std::string& device,
                                       const std::shared_ptr<LoadProgress>& progress) {
    Tokenizer tokenizer = Tokenizer::load(config.folder);
    check_vocabulary(tokenizer, config);
    const auto weights = load_model_weights(config, open_checkpoint(config, device), progress);
    std::unique_ptr<StackForward> forward = make_forward(weights, 0, device);
    auto head = config.head ? std::make_unique<HeadForward>(weights, *config.head, device) : nullptr;
    return std::make_unique<TextModel>(summary_of(config, weights->parameters + forward->layer_parameters()),
                                       provenance_of(config, device), std::move(tokenizer), config, weights,
                                       device, std::move(forward), std::move(head));
}

std::unique_ptr<Model> load_vision_model(const ModelConfig& config, const std::string& device,
                                         const std::shared_ptr<LoadProgress>& progress) {
    const PatchSpec& patches = *config.stacks.front().patches;
    const FolderPreprocessor found = preprocessor_of(config.folder, config.model_type, patches);
    const auto weights = load_model_weights(config, Checkpoint::open(config.folder), progress);
    std::unique_ptr<StackForward> forward = make_forward(weights, 0, device);
    auto head = config.head ? std::make_unique<HeadForward>(weights, *config.head, device) : nullptr;
    Provenance provenance = provenance_of(config, device);
    if (found.is_default) {
        provenance.note = "\"" + config.folder + "\" has no preprocessor_config.json: images as " +
                          found.preprocessor.type + " makes them by default";
        provenance.title += " (images as " + found.preprocessor.type + " by default)";
    }
    return std::make_unique<VisionModel>(
        summary_of(config, weights->parameters + forward->layer_parameters()), std::move(provenance),
        found.preprocessor, config, weights, device, std::make_unique<PatchEmbedding>(weights, 0, device),
        std::move(forward), std::move(head));
}

std::unique_ptr<Model> load_encoder_decoder(const ModelConfig& config, const std::string& device,
                                            const std::shared_ptr<LoadProgress>& progress) {
    Tokenizer tokenizer = Tokenizer::load(config.folder);
    check_vocabulary(tokenizer, config);
    GenerationConfig generation = load_generation_config(config);
    const auto weights = load_model_weights(config, open_checkpoint(config, device), progress);
    EncoderDecoderParts parts;
    parts.encoder = make_forward(weights, 0, device);
    parts.decoder = make_forward(weights, 1, device);
    if (config.head) parts.head = std::make_unique<HeadForward>(weights, *config.head, device);
    const int64_t parameters =
        weights->parameters + parts.encoder->layer_parameters() + parts.decoder->layer_parameters();
    return std::make_unique<EncoderDecoderModel>(summary_of(config, parameters),
                                                 provenance_of(config, device), std::move(tokenizer), config,
                                                 std::move(generation), weights, device, std::move(parts));
}

std::unique_ptr<Model> load_model(const std::string& folder, const std::string& device_name,
                                  const std::shared_ptr<LoadProgress>& progress) {
    const ModelConfig config = load_model_config(folder);
    const std::string device = choose_device(device_name);
    switch (config.kind) {
        case ModelKind::encoder:
        case ModelKind::decoder:
            return load_text_model(config, device, progress);
        case ModelKind::vision:
            return load_vision_model(config, device, progress);
        case ModelKind::encoder_decoder:
            break;
    }
    return load_encoder_decoder(config, device, progress);
}

std::unique_ptr<Model> load_or_say(const std::string& folder, const std::string& device,
                                   const std::shared_ptr<LoadProgress>& progress) {
    try {
        return load_model(folder, device, progress);
    } catch (const c10::Error& error) {
        throw Error("LibTorch failed to load \"" + folder + "\": " + error.what_without_backtrace(),
                    "--device cpu asks the least of the machine; 'weft doctor' says what it has.");
    } catch (const std::bad_alloc&) {
        throw Error("there is not enough memory to load \"" + folder + "\"", "Use a smaller model.");
    }
}

}  // namespace

}  // namespace weft

const weft::TorchPart weft_torch_part{weft::load_or_say, weft::torch_part::open_cuda};
