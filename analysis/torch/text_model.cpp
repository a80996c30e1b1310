#include "analysis/torch/text_model.h"

#include <algorithm>
#include <cmath>

#include "analysis/attention_extent.h"
#include "analysis/error.h"
#include "analysis/family/positions.h"
#include "analysis/method/head_ablations.h"
#include "analysis/sampling.h"
#include "analysis/torch/contribution.h"
#include "analysis/torch/guarded.h"
#include "analysis/torch/predictions.h"
#include "analysis/torch/query_key.h"

namespace weft::torch_part {

namespace {

constexpr uint64_t large_attention_bytes = uint64_t{256} << 20;

void check_segments(const TokenStack& stack, int64_t types) {
    for (const uint8_t segment : stack.segments)
        if (segment >= types)
            throw Error("the text has segment \"" + std::to_string(segment) + "\", but the model knows " +
                            std::to_string(types) + " of them",
                        "Leave out --pair.");
}

}  // namespace

TextModel::TextModel(ModelSummary summary, Provenance provenance, Tokenizer tokenizer, ModelConfig config,
                     std::shared_ptr<const ModelWeights> weights, const std::string& device,
                     std::unique_ptr<StackForward> forward, std::unique_ptr<HeadForward> head)
    : summary_(std::move(summary)),
      provenance_(std::move(provenance)),
      tokenizer_(std::move(tokenizer)),
      config_(std::move(config)),
      forward_(std::move(forward)),
      head_(std::move(head)),
      lens_(weights, head_.get(), device),
      explainer_({std::move(weights), device, &config_, head_.get(), nullptr, &tokenizer_}),
      pool_(static_cast<size_t>(2 * config_.stack().layers)) {}

bool TextModel::analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                        const std::function<void(FramePtr)>& post) {
    try {
        return guarded(provenance_.device, [&] { return analyze_unguarded(request, superseded, post); });
    } catch (...) {
        before_ = {};  // a pass that broke off leaves layers of two texts
        throw;
    }
}

bool TextModel::goes_on() const {
    return config_.kind == ModelKind::decoder && head_ && head_->spec().kind == HeadKind::language_model;
}

// Where the prediction is read.
int64_t TextModel::prediction_row(const std::vector<int32_t>& ids) const {
    // A masked language model says what stands behind the first mask.
    const std::optional<int32_t> mask = tokenizer_.roles().mask;
    if (config_.kind == ModelKind::encoder && head_ && head_->spec().kind == HeadKind::language_model && mask)
        if (const auto typed = std::ranges::find(ids, *mask); typed != ids.end()) return typed - ids.begin();
    return goes_on() ? static_cast<int64_t>(ids.size()) - 1 : last_token_row(ids, config_.generation.pad_id);
}

// How many tokens the text shares with the one before, at most all before the row of the prediction.
int64_t TextModel::shared_prefix(const std::vector<int32_t>& ids, const AnalysisRequest& request) const {
    const StackSpec& spec = config_.stack();
    const RotarySpec& rotary = spec.attention.rotary;
    // Hidden states and logits of all rows need all rows.
    if (!spec.is_causal || wants_states(request.options) || request.options.logits ||
        (head_ && !head_->reads_last_row()))
        return 0;
    const std::vector<HeadAblation>& ablations = request.options.ablations;
    if (ablations != before_.ablations || has_mean(ablations)) return 0;
    // Beyond the original positions a dynamic scaling turns the old keys anew with every length.
    if (rotary.scaling == RotarySpec::Scaling::dynamic &&
        static_cast<int64_t>(std::max(ids.size(), before_.ids.size())) > rotary.original_positions)
        return 0;
    const auto [mine, theirs] = std::ranges::mismatch(ids, before_.ids);
    return std::min<int64_t>(mine - ids.begin(), prediction_row(ids));
}

bool TextModel::analyze_unguarded(const AnalysisRequest& request, const std::function<bool()>& superseded,
                                  const std::function<void(FramePtr)>& post) {
    const StackSpec& spec = config_.stack();
    const Stopwatch since_text;
    if (!request.image.empty())
        throw UsageError("--image \"" + request.image + "\": the model \"" + summary_.name + "\" reads text",
                         "Use --text, or a vision model.");
    if (request.has_target)
        throw UsageError("--target-text \"" + request.target_text.substr(0, 80) + "\": the model \"" +
                             summary_.name + "\" has no decoder beside its text",
                         "Leave out --target-text, or use an encoder-decoder.");
    check_ablations(request.options.ablations, {{AttentionKind::self, spec.layers, spec.attention.heads}});
    TokenizedText input = tokenizer_.tokenize(
        request.text, request.has_pair ? std::optional<std::string_view>(request.pair) : std::nullopt,
        {static_cast<uint32_t>(summary_.max_tokens), request.options.truncate});
    if (request.options.next_token) {
        if (!goes_on())
            throw UsageError("the model \"" + summary_.name + "\" does not say what comes next in a text",
                             "Use a decoder with a language model head, such as GPT-2 or Llama.");
        check_generation(request.generation);
    }
    const EmbeddingSpec& embedding = config_.stacks.front().embedding;
    const bool reads_segments =
        embedding.types > 0 && embedding.reads_segments && tokenizer_.makes_token_types();
    if (reads_segments) check_segments(input.stack, embedding.types);
    const int64_t count = static_cast<int64_t>(input.stack.tokens.size());
    const AttentionExtent size{static_cast<uint64_t>(spec.layers),
                               static_cast<uint64_t>(spec.attention.heads), static_cast<uint64_t>(count),
                               static_cast<uint64_t>(count)};
    // What is free is not asked for every short text.
    if (size.bytes() > large_attention_bytes) check_attention_memory(size, "the text");
    std::vector<int32_t> ids(static_cast<size_t>(count));
    std::ranges::transform(input.stack.tokens, ids.begin(), &Token::id);

    AttentionFrame frame;
    AttentionBlock block;
    block.layers = static_cast<uint32_t>(spec.layers);
    block.heads = static_cast<uint32_t>(spec.attention.heads);
    block.key_value_heads = static_cast<uint32_t>(spec.attention.key_value_heads);
    block.queries = block.keys = static_cast<uint32_t>(count);
    block.causal = spec.is_causal;
    std::shared_ptr<std::vector<float>> hidden;
    if (wants_states(request.options))
        hidden = std::make_shared<std::vector<float>>(
            static_cast<size_t>((spec.layers + 1) * count * spec.hidden));
    const std::vector<uint8_t> segments = reads_segments ? input.stack.segments : std::vector<uint8_t>();
    ExplainedInput explained = explained_input(request, input.stack, reads_segments);
    const bool is_whole = picture_is_explained(request.options)
                              ? run_explained_pass(request, explained, superseded, block, hidden.get())
                              : run_pass(request, ids, segments, superseded, block, hidden.get());
    if (!is_whole) return false;
    if (request.options.ablations.empty()) unablated_ = {ids, segments, block.layer_weights};
    frame.timings_ms["text_to_attention"] = since_text.elapsed_ms();

    if (hidden) {
        check_finite(*hidden, "\"hidden_states\"");
        if (request.options.hidden_states)
            frame.hidden_states = {FrameTensor{{spec.layers + 1, count, spec.hidden}, hidden}};
    }
    frame.revision = request.revision;
    frame.provenance = provenance_;
    frame.provenance.title += ablations_title(request.options.ablations);
    std::vector<FrameStep> steps = head_steps(request);
    std::ranges::move(contribution_steps(request), std::back_inserter(steps));
    std::ranges::move(difference_steps(request, segments), std::back_inserter(steps));
    append_gradient_steps(request, explainer_, explained, steps);
    append_query_key_step(request, explainer_, explained, steps);
    append_ablation_steps(request, explainer_, std::move(explained), steps);
    append_lens_step(request, lens_, hidden, prediction_row(ids), steps);
    frame.stacks.push_back(std::move(input.stack));
    frame.truncation = input.truncation;
    frame.max_row_sum_error = block.max_row_sum_error;
    frame.blocks.push_back(std::move(block));
    return run_steps(frame, request, std::move(steps), superseded, post);
}

bool TextModel::run_pass(const AnalysisRequest& request, const std::vector<int32_t>& ids,
                         const std::vector<uint8_t>& segments, const std::function<bool()>& superseded,
                         AttentionBlock& block, std::vector<float>* hidden) {
    const StackSpec& spec = config_.stack();
    const int64_t count = static_cast<int64_t>(ids.size()), kept = shared_prefix(ids, request);
    const std::vector<int32_t> kept_ids(ids.begin(), ids.begin() + kept);
    const auto keep_hidden = [&](int64_t entry) {
        if (hidden) forward_->copy_hidden(hidden->data() + entry * count * spec.hidden);
    };
    forward_->set_ablations(request.options.ablations);
    forward_->keep_values(request.options.wants("contribution"));
    forward_->embed(ids, segments, kept);
    keep_hidden(0);
    const StopWithinLayers within(*forward_, superseded);
    for (int64_t layer = 0; layer < spec.layers; ++layer) {
        const std::shared_ptr<std::vector<float>> weights =
            pool_.take(static_cast<size_t>(spec.attention.heads * count * count));
        // What the last layer makes of its attention is nobody's attention any more: the head comes later.
        AttentionTarget target{weights->data()};
        if (kept > 0) {
            target.before = before_.layers[static_cast<size_t>(layer)]->data();
            target.before_count = before_.queries;
        }
        const double error = forward_->run_layer(layer, target, hidden || layer + 1 < spec.layers).self;
        if (forward_->is_stopped() || (superseded && superseded())) {
            before_.ids = kept_ids;  // the layers from here on still hold the text before
            return false;
        }
        if (!std::isfinite(error)) throw_not_finite("\"attention\" of layer " + std::to_string(layer));
        block.max_row_sum_error = std::max(block.max_row_sum_error, error);
        block.layer_weights.push_back(weights);
        keep_hidden(layer + 1);
        AnalysisProgress::tell(request.progress, layer + 1, spec.layers);
    }
    if (spec.is_causal) before_ = {ids, count, block.layer_weights, request.options.ablations};
    return true;
}

bool TextModel::run_explained_pass(const AnalysisRequest& request, const ExplainedInput& input,
                                   const std::function<bool()>& superseded, AttentionBlock& block,
                                   std::vector<float>* hidden) {
    const StackSpec& spec = config_.stack();
    PictureTarget picture;
    for (int64_t layer = 0; layer < spec.layers; ++layer) {
        const auto weights = pool_.take(size_t{block.heads} * block.queries * block.keys);
        picture.attention.push_back(weights->data());
        block.layer_weights.push_back(weights);
    }
    picture.row_errors.assign(static_cast<size_t>(spec.layers), 0.0);
    const auto broken = [&] {
        return std::ranges::find_if(picture.row_errors, [](double error) { return !std::isfinite(error); });
    };
    const auto stop = [&] { return broken() != picture.row_errors.end() || (superseded && superseded()); };
    const bool is_whole = explainer_.get().begin_picture(input, request.options.ablations, picture, stop);
    if (const auto layer = broken(); layer != picture.row_errors.end())
        throw_not_finite("\"attention\" of layer " + std::to_string(layer - picture.row_errors.begin()));
    if (!is_whole) return false;
    block.max_row_sum_error = *std::ranges::max_element(picture.row_errors);
    if (hidden) std::ranges::copy(explainer_.get().layer_states(0), hidden->begin());
    return true;
}

// What a contribution is made of is kept by the pass of the picture alone.
bool TextModel::picture_is_explained(const AnalysisOptions& options) const {
    return explains_at_once(options) && !options.wants("contribution");
}

std::vector<FrameStep> TextModel::contribution_steps(const AnalysisRequest& request) {
    if (!request.options.wants("contribution")) return {};
    return {
        {"contribution", true,
         [this, ablations = request.options.ablations](AttentionFrame& frame, const StepContext& context) {
             return add_contribution(*forward_, frame.blocks.front(), ablations, context.stop);
         }}};
}

std::vector<FrameStep> TextModel::difference_steps(const AnalysisRequest& request,
                                                   const std::vector<uint8_t>& segments) {
    if (!request.options.wants("difference")) return {};
    return {{"difference", true,
             [this, segments, is_ablated = !request.options.ablations.empty()](AttentionFrame& frame,
                                                                               const StepContext& context) {
                 std::vector<int32_t> ids;
                 for (const Token& token : frame.stacks.front().tokens) ids.push_back(token.id);
                 if (is_ablated && !run_unablated(ids, segments, context.stop)) return false;
                 AttentionBlock& block = frame.blocks.front();
                 FrameTensor change = attention_difference(
                     block, is_ablated ? unablated_.layers : AttentionLayers(), context.stop);
                 if (!change.values) return false;
                 block.quantities["difference"] = std::move(change);
                 return true;
             }}};
}

// Whatever pass was there before is over.
bool TextModel::run_unablated(const std::vector<int32_t>& ids, const std::vector<uint8_t>& segments,
                              const std::function<bool()>& stop) {
    if (unablated_.ids == ids && unablated_.segments == segments) return true;
    const StackSpec& spec = config_.stack();
    const int64_t count = static_cast<int64_t>(ids.size());
    before_ = {};
    unablated_ = {};
    forward_->set_ablations({});
    forward_->embed(ids, segments, 0);
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
    if (spec.is_causal) before_ = {ids, count, layers, {}};
    unablated_ = {ids, segments, std::move(layers)};
    return true;
}

ExplainedInput TextModel::explained_input(const AnalysisRequest& request, const TokenStack& stack,
                                          bool reads_segments) const {
    ExplainedInput input;
    input.ids = {ids_of(stack)};
    if (reads_segments) input.segments = stack.segments;
    input.special = {special_of(stack)};
    input.predicted = prediction_row(input.ids.front());
    const TargetChoice& target = request.options.method.target;
    if (target.kind == TargetChoice::Kind::similarity) {
        const TokenStack other =
            tokenizer_
                .tokenize(target.other_text, {},
                          {static_cast<uint32_t>(summary_.max_tokens), request.options.truncate})
                .stack;
        input.other_ids = ids_of(other);
        if (reads_segments) input.other_segments = other.segments;
    }
    return input;
}

std::vector<FrameStep> TextModel::head_steps(const AnalysisRequest& request) {
    const bool wants_logits = request.options.logits, wants_next = request.options.next_token;
    const int64_t wanted = request.options.predictions;
    if (!head_ || (!wants_logits && !wants_next && wanted == 0)) return {};
    return {{"logits", true,
             [=, this, options = request.options, generation = request.generation](AttentionFrame& frame,
                                                                                   const StepContext&) {
                 std::vector<int32_t> ids;
                 for (const Token& token : frame.stacks.front().tokens) ids.push_back(token.id);
                 const int64_t count = static_cast<int64_t>(ids.size()), hidden = config_.stack().hidden;
                 const std::vector<float> states = output_states(options, count);
                 // The pass may have computed the last rows only; the prediction's is one of them.
                 const int64_t rows = static_cast<int64_t>(states.size()) / hidden;
                 const int64_t row = prediction_row(ids) - (count - rows);
                 WEFT_ASSERT(row >= 0 && (rows == count || !wants_logits), std::to_string(row));
                 const bool one_row = !wants_logits && head_->is_row_by_row();
                 HeadForward::Result result = one_row ? head_->run(states.data() + row * hidden, 1, hidden, 0)
                                                      : head_->run(states.data(), rows, hidden, row);
                 check_finite(result.values, "\"logits\"");
                 const int64_t classes = result.shape.back();
                 const int64_t at = result.shape.size() == 1 || one_row ? 0 : row;
                 const auto logits =
                     std::span<const float>(result.values)
                         .subspan(static_cast<size_t>(at * classes), static_cast<size_t>(classes));
                 const auto text_of = [&](int32_t id) { return prediction_text(id); };
                 if (head_->spec().kind == HeadKind::language_model ||
                     head_->spec().kind == HeadKind::sequence_classification)
                     frame.predictions = most_probable(logits, wanted, text_of);
                 if (wants_next)
                     frame.next_token = prediction_of(logits, next_token(logits, generation, count), text_of);
                 if (goes_on()) fill_appended(ids, frame);
                 if (wants_logits)
                     frame.logits = FrameTensor{
                         result.shape, std::make_shared<const std::vector<float>>(std::move(result.values))};
                 return true;
             }}};
}

// Behind the final norm, of all rows or of those that the pass computed.
std::vector<float> TextModel::output_states(const AnalysisOptions& options, int64_t count) {
    if (picture_is_explained(options)) {
        const std::span<const float> output = explainer_.get().output(0);
        return {output.begin(), output.end()};
    }
    if (!wants_states(options)) finish_last_layer(count);
    std::vector<float> states(static_cast<size_t>(forward_->rows() * config_.stack().hidden));
    forward_->copy_output(states.data());
    return states;
}

// The pass ended with the last layer's attention; its output is computed when a head asks for it.
void TextModel::finish_last_layer(int64_t count) {
    const StackSpec& spec = config_.stack();
    const auto attention = pool_.take(static_cast<size_t>(spec.attention.heads * count * count));
    forward_->run_layer(spec.layers - 1, {attention->data(), nullptr}, true);
}

// What each token adds to the text of those before it; nothing if it is a piece of a character.
void TextModel::fill_appended(std::vector<int32_t> ids, AttentionFrame& frame) const {
    const std::string before = tokenizer_.decode(ids, true);
    const auto fill = [&](Prediction& prediction) {
        // Rows of the output projection that no token has.
        if (tokenizer_.token_text(prediction.id).empty()) return;
        ids.push_back(prediction.id);
        const std::string after = tokenizer_.decode(ids, true);
        ids.pop_back();
        if (!after.starts_with(before)) return;
        const std::string added = after.substr(before.size());
        if (added.find("\xEF\xBF\xBD") == std::string::npos) prediction.appended = added;
    };
    for (Prediction& prediction : frame.predictions) fill(prediction);
    if (frame.next_token) fill(*frame.next_token);
}

std::string TextModel::prediction_text(int32_t id) const {
    if (head_->spec().kind == HeadKind::language_model) return std::string(tokenizer_.token_text(id));
    return class_text(head_->spec(), id);
}

}  // namespace weft::torch_part
