#include "analysis/torch/vision_model.h"

#include <algorithm>
#include <cmath>

#include "analysis/checkpoint/memory.h"
#include "analysis/error.h"
#include "analysis/image/processed_image.h"
#include "analysis/method/head_ablations.h"
#include "analysis/torch/contribution.h"
#include "analysis/torch/guarded.h"
#include "analysis/torch/predictions.h"
#include "analysis/torch/query_key.h"

namespace weft::torch_part {

namespace {

Token prefix_token(const std::string& text) {
    Token token;
    token.text = text;
    token.special = true;
    return token;
}

TokenStack tokens_of(const PatchSpec& spec, const ProcessedImage& image) {
    PatchGrid grid;
    grid.rows = image.height / static_cast<uint32_t>(spec.patch_height);
    grid.columns = image.width / static_cast<uint32_t>(spec.patch_width);
    grid.first_token = static_cast<uint32_t>(spec.prefix());
    grid.patch_width = static_cast<uint32_t>(spec.patch_width);
    grid.patch_height = static_cast<uint32_t>(spec.patch_height);
    grid.image_width = image.original_width;
    grid.image_height = image.original_height;
    grid.image_rgba = image.original;
    grid.patches_in_image =
        grid_rectangle(image.crop_in_original, image.width, image.height,
                       static_cast<uint32_t>(spec.patch_width), static_cast<uint32_t>(spec.patch_height));
    TokenStack stack;
    stack.tokens.push_back(prefix_token("[CLS]"));
    if (spec.has_distillation) stack.tokens.push_back(prefix_token("[DIST]"));
    for (int64_t r = 0; r < spec.registers; ++r)
        stack.tokens.push_back(prefix_token("[REG" + std::to_string(r) + "]"));
    for (uint32_t row = 0; row < grid.rows; ++row)
        for (uint32_t column = 0; column < grid.columns; ++column) {
            Token patch;
            patch.text = std::to_string(row) + "," + std::to_string(column);
            stack.tokens.push_back(std::move(patch));
        }
    stack.grid = std::move(grid);
    return stack;
}

void check_request(const AnalysisRequest& request, const std::string& model) {
    if (!request.text.empty() || request.has_pair || request.has_target)
        throw UsageError("the model \"" + model + "\" reads an image, not a text",
                         "Give --image FILE instead of the text, or a model of text.");
    if (request.image.empty())
        throw UsageError("the model \"" + model + "\" reads an image, and there is none",
                         "Give --image FILE.");
}

// Attention grows with the square of the patches, and an image may have any number of them.
void check_room(const StackSpec& spec, const PatchEmbedding& embedding, const PixelSize& size,
                const std::string& source) {
    const int64_t tokens = embedding.spec().prefix() + embedding.rows(size) * embedding.columns(size);
    const double bytes = static_cast<double>(sizeof(float)) * static_cast<double>(spec.layers) *
                         static_cast<double>(spec.attention.heads) * static_cast<double>(tokens) *
                         static_cast<double>(tokens);
    try {
        check_memory(static_cast<int64_t>(std::min(bytes, 4e18)),
                     "the attention of \"" + source + "\" (" + std::to_string(tokens) + " tokens)");
    } catch (const Error& error) {
        throw Error(error.what(), "Choose a smaller image, or a preprocessor that makes it smaller.");
    }
}

}  // namespace

VisionModel::VisionModel(ModelSummary summary, Provenance provenance, Preprocessor preprocessor,
                         ModelConfig config, std::shared_ptr<const ModelWeights> weights,
                         const std::string& device, std::unique_ptr<PatchEmbedding> embedding,
                         std::unique_ptr<StackForward> forward, std::unique_ptr<HeadForward> head)
    : summary_(std::move(summary)),
      provenance_(std::move(provenance)),
      preprocessor_(std::move(preprocessor)),
      config_(std::move(config)),
      embedding_(std::move(embedding)),
      forward_(std::move(forward)),
      head_(std::move(head)),
      lens_(weights, head_.get(), device),
      explainer_({std::move(weights), device, &config_, head_.get(), embedding_.get(), nullptr}),
      pool_(static_cast<size_t>(2 * config_.stack().layers)) {}

bool VisionModel::analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                          const std::function<void(FramePtr)>& post) {
    return guarded(provenance_.device, [&] { return analyze_unguarded(request, superseded, post); });
}

bool VisionModel::analyze_unguarded(const AnalysisRequest& request, const std::function<bool()>& superseded,
                                    const std::function<void(FramePtr)>& post) {
    const StackSpec& spec = config_.stack();
    check_request(request, summary_.name);
    const std::vector<HeadAblation>& ablations = request.options.ablations;
    check_ablations(ablations, {{AttentionKind::self, spec.layers, spec.attention.heads}});
    const Stopwatch since_file;
    ProcessedImage image = load_image_for(request.image, preprocessor_);
    const PixelSize size{image.channels, image.height, image.width};
    embedding_->check(size, request.image);
    check_room(spec, *embedding_, size, request.image);
    AttentionFrame frame;
    frame.timings_ms["image_to_pixels"] = since_file.elapsed_ms();
    if (superseded && superseded()) return false;

    const Stopwatch since_pixels;
    frame.stacks.push_back(tokens_of(embedding_->spec(), image));
    const int64_t count = static_cast<int64_t>(frame.stacks.front().tokens.size());
    AttentionBlock block;
    block.layers = static_cast<uint32_t>(spec.layers);
    block.heads = static_cast<uint32_t>(spec.attention.heads);
    block.queries = block.keys = static_cast<uint32_t>(count);
    std::shared_ptr<std::vector<float>> hidden;
    const size_t state_size = static_cast<size_t>(count * spec.hidden);
    const auto keep_hidden = [&](int64_t entry) {
        if (hidden) forward_->copy_hidden(hidden->data() + static_cast<size_t>(entry) * state_size);
    };
    if (wants_states(request.options))
        hidden = std::make_shared<std::vector<float>>(static_cast<size_t>(spec.layers + 1) * state_size);
    const bool wants_output =
        hidden || (head_ && (request.options.logits || request.options.predictions > 0));

    forward_->set_ablations(ablations);
    forward_->keep_values(request.options.wants("contribution"));
    const auto pixels = std::make_shared<const std::vector<float>>(std::move(image.pixel_values));
    embedding_->enter(*forward_, pixels->data(), size);
    keep_hidden(0);
    {
        const StopWithinLayers within(*forward_, superseded);
        for (int64_t layer = 0; layer < spec.layers; ++layer) {
            const std::shared_ptr<std::vector<float>> weights =
                pool_.take(static_cast<size_t>(spec.attention.heads * count * count));
            const double error =
                forward_
                    ->run_layer(layer, {weights->data(), nullptr}, wants_output || layer + 1 < spec.layers)
                    .self;
            if (forward_->is_stopped() || (superseded && superseded())) return false;
            if (!std::isfinite(error)) throw_not_finite("\"attention\" of layer " + std::to_string(layer));
            block.max_row_sum_error = std::max(block.max_row_sum_error, error);
            block.layer_weights.push_back(weights);
            keep_hidden(layer + 1);
            AnalysisProgress::tell(request.progress, layer + 1, spec.layers);
        }
    }
    if (ablations.empty()) unablated_ = {pixels, size, block.layer_weights};
    frame.timings_ms["text_to_attention"] = since_pixels.elapsed_ms();

    if (hidden) {
        check_finite(*hidden, "\"hidden_states\"");
        if (request.options.hidden_states)
            frame.hidden_states = {FrameTensor{{spec.layers + 1, count, spec.hidden}, hidden}};
    }
    std::vector<FrameStep> steps = head_steps(request);
    std::ranges::move(contribution_steps(request), std::back_inserter(steps));
    std::ranges::move(difference_steps(request, pixels, size), std::back_inserter(steps));
    ExplainedInput input;
    input.pixels = *pixels;
    input.size = size;
    input.special = {special_of(frame.stacks.front())};
    append_gradient_steps(request, explainer_, input, steps);
    append_query_key_step(request, explainer_, input, steps);
    append_ablation_steps(request, explainer_, std::move(input), steps);
    append_lens_step(request, lens_, hidden, count - 1, steps);
    if (request.options.pixel_values)
        frame.pixel_values = FrameTensor{{size.channels, size.height, size.width}, pixels};
    frame.revision = request.revision;
    frame.provenance = provenance_;
    frame.provenance.title += ablations_title(ablations);
    frame.max_row_sum_error = block.max_row_sum_error;
    frame.blocks.push_back(std::move(block));
    return run_steps(frame, request, std::move(steps), superseded, post);
}

std::vector<FrameStep> VisionModel::contribution_steps(const AnalysisRequest& request) {
    if (!request.options.wants("contribution")) return {};
    return {
        {"contribution", true,
         [this, ablations = request.options.ablations](AttentionFrame& frame, const StepContext& context) {
             return add_contribution(*forward_, frame.blocks.front(), ablations, context.stop);
         }}};
}

std::vector<FrameStep> VisionModel::difference_steps(const AnalysisRequest& request, const Pixels& pixels,
                                                     const PixelSize& size) {
    if (!request.options.wants("difference")) return {};
    return {{"difference", true,
             [this, pixels, size, is_ablated = !request.options.ablations.empty()](
                 AttentionFrame& frame, const StepContext& context) {
                 AttentionBlock& block = frame.blocks.front();
                 if (is_ablated && !run_unablated(pixels, size, block.queries, context.stop)) return false;
                 FrameTensor change = attention_difference(
                     block, is_ablated ? unablated_.layers : AttentionLayers(), context.stop);
                 if (!change.values) return false;
                 block.quantities["difference"] = std::move(change);
                 return true;
             }}};
}

// Whatever pass was there before is over.
bool VisionModel::run_unablated(const Pixels& pixels, const PixelSize& size, int64_t count,
                                const std::function<bool()>& stop) {
    if (unablated_.pixels && unablated_.size == size && *unablated_.pixels == *pixels) return true;
    const StackSpec& spec = config_.stack();
    unablated_ = {};
    forward_->set_ablations({});
    embedding_->enter(*forward_, pixels->data(), size);
    AttentionLayers layers;
    const StopWithinLayers within(*forward_, stop);
    for (int64_t layer = 0; layer < spec.layers; ++layer) {
        const auto weights = pool_.take(static_cast<size_t>(spec.attention.heads * count * count));
        const double error =
            forward_->run_layer(layer, {weights->data(), nullptr}, layer + 1 < spec.layers).self;
        if (forward_->is_stopped() || stop()) return false;
        if (!std::isfinite(error))
            throw_not_finite("\"attention\" of layer " + std::to_string(layer) + " without ablation");
        layers.push_back(weights);
    }
    unablated_ = {pixels, size, std::move(layers)};
    return true;
}

std::vector<FrameStep> VisionModel::head_steps(const AnalysisRequest& request) {
    const bool wants_logits = request.options.logits;
    const int64_t wanted = request.options.predictions;
    if (!head_ || (!wants_logits && wanted == 0)) return {};
    return {{"logits", true, [this, wants_logits, wanted](AttentionFrame& frame, const StepContext&) {
                 const int64_t hidden = config_.stack().hidden, rows = forward_->rows();
                 std::vector<float> states(static_cast<size_t>(rows * hidden));
                 forward_->copy_output(states.data());
                 HeadForward::Result result = head_->run(states.data(), rows, hidden, rows - 1);
                 check_finite(result.values, "\"logits\"");
                 frame.predictions = most_probable(
                     result.values, wanted, [this](int32_t id) { return class_text(head_->spec(), id); });
                 if (wants_logits)
                     frame.logits = FrameTensor{
                         result.shape, std::make_shared<const std::vector<float>>(std::move(result.values))};
                 return true;
             }}};
}

}  // namespace weft::torch_part
