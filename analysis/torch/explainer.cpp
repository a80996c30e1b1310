#include "analysis/torch/explainer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "analysis/torch/one_thread.h"
#include "analysis/torch/predictions.h"

namespace weft::torch_part {

namespace {

// Rows enough for the kernels to be busy, few enough that a layer's way back takes some 40 ms of two cores:
// between layers a pass can be stopped.
constexpr int64_t fewest_rows = 64, most_rows = 1024;
constexpr double products_at_once = 6e8;
constexpr double kept_bytes_at_once = 512e6;

at::Tensor tensor_of(const float* values, at::IntArrayRef shape, const std::string& device) {
    return at::from_blob(const_cast<float*>(values), shape, at::kFloat)
        .to(c10::Device(device), /*non_blocking=*/false, /*copy=*/true);
}

void copy_to(const at::Tensor& from, float* to) {
    const at::NoGradGuard no_grad;
    at::from_blob(to, from.sizes(), at::kFloat).copy_(from);
}

std::unique_ptr<StackPass> make_pass(const ExplainerParts& parts, size_t stack) {
    return parts.by_kernels ? make_stack_pass(parts.weights, stack, parts.device)
                            : make_plain_pass(parts.weights, stack, parts.device);
}

// Products that one row takes in one layer.
double products_of_row(const StackSpec& spec) {
    const AttentionSpec& attention = spec.attention;
    const int64_t of_attention = 2 * (attention.query_size() + attention.key_value_size()) * spec.hidden;
    const int64_t of_mlp = (spec.is_gated ? 3 : 2) * spec.hidden * spec.intermediate;
    return static_cast<double>((spec.has_cross_attention ? 2 : 1) * of_attention + of_mlp);
}

// What backward() keeps of one copy, about.
double kept_bytes(const StackSpec& spec, int64_t rows) {
    const double of_row = static_cast<double>(12 * spec.hidden + 3 * spec.intermediate);
    const double of_attention =
        static_cast<double>(spec.attention.heads) * static_cast<double>(rows) * static_cast<double>(rows);
    return sizeof(float) * static_cast<double>(spec.layers) *
           (of_row * static_cast<double>(rows) + of_attention);
}

}  // namespace

Explainer::Explainer(ExplainerParts parts) : parts_(std::move(parts)) {
    const c10::InferenceMode off(false);
    const size_t count = parts_.config->stacks.size();
    for (size_t stack = 0; stack < count; ++stack) {
        passes_.push_back(make_pass(parts_, stack));
        if (parts_.patches) continue;
        embeddings_.emplace_back(parts_.weights, stack, at::TensorOptions(c10::Device(parts_.device)));
        word_states_.emplace_back(parts_.weights->stacks[stack]);
    }
    sides_.resize(count);
}

bool Explainer::has_unchanged(const Begun& wanted) const {
    return sides_are_of_begun_ && begun_ && begun_->input == wanted.input &&
           begun_->ablations == wanted.ablations;
}

bool Explainer::begin_picture(const ExplainedInput& input, const std::vector<HeadAblation>& ablations,
                              PictureTarget& picture, const Stop& stop) {
    WEFT_ASSERT(stacks() == 1 && !parts_.patches, std::to_string(stacks()) + " stacks");
    begun_ = Begun{input, ablations, {}, {}};
    target_.reset();
    try {
        return run_unchanged(&picture, stop);
    } catch (...) {
        begun_.reset();
        throw;
    }
}

bool Explainer::begin(const ExplainedInput& input, const AnalysisOptions& options, const Stop& stop) {
    Begun wanted{input, options.ablations, options.method.target, options.method.target_space};
    if (target_ && begun_ && *begun_ == wanted) return true;
    // Another text's pass comes between where the target is compared with it.
    const bool is_run = has_unchanged(wanted) && !needs_other(wanted);
    begun_ = std::move(wanted);
    target_.reset();
    std::vector<double> other_mean;
    try {
        if (!is_run && (!mean_of_other(stop, other_mean) || !run_unchanged(nullptr, stop))) {
            begun_.reset();
            return false;
        }
        choose_target(other_mean);
    } catch (...) {
        begun_.reset();
        throw;
    }
    return true;
}

// What the entry of each stack is, and both passes.
bool Explainer::run_unchanged(PictureTarget* picture, const Stop& stop) {
    source_is_unchanged_ = unchanged_is_kept_ = sides_are_of_begun_ = false;
    const ExplainedInput& input = begun_->input;
    for (size_t stack = 0; stack < stacks(); ++stack) {
        Side& side = sides_[stack];
        side.added.clear();
        side.entry =
            parts_.patches ? states_of_pixels(input.pixels) : states_of_ids(stack, input.ids[stack], 1);
        const int64_t hidden = spec(stack).hidden;
        side.rows = static_cast<int64_t>(side.entry.size()) / hidden;
        side.layer_states.resize(static_cast<size_t>(spec(stack).layers + 1) * side.entry.size());
        side.output.resize(side.entry.size());
        if (stack > 0) read_source(sides_[0].output.data(), 1);
        ChangedPass pass;
        pass.stack = stack;
        if (!run_stack(stack, pass, true, side.layer_states.data(), picture, stop)) return false;
        passes_[stack]->copy_output(side.output.data());
    }
    source_is_unchanged_ = unchanged_is_kept_ = sides_are_of_begun_ = true;
    output_ = sides_.back().output;
    return true;
}

void Explainer::choose_target(const std::vector<double>& other_mean) {
    const ExplainedInput& input = begun_->input;
    TargetInput from;
    from.output = sides_.back().output.data();
    from.rows = sides_.back().rows;
    from.width = spec(stacks() - 1).hidden;
    from.predicted = input.predicted;
    from.special = input.special.back();
    from.head = parts_.head;
    from.other_mean = other_mean;
    from.name_of = [this](int64_t index) { return name_of(index); };
    WEFT_ASSERT(static_cast<int64_t>(from.special.size()) == from.rows, std::to_string(from.rows));
    target_.emplace(begun_->target, begun_->space, from);
}

// Of a token or class that y may be.
std::string Explainer::name_of(int64_t index) const {
    const HeadSpec& head = parts_.head->spec();
    const int32_t id = static_cast<int32_t>(index);
    if (head.kind == HeadKind::question_answering) return index == 0 ? "start" : "end";
    if (head.kind != HeadKind::language_model) return class_text(head, id);
    if (!parts_.tokenizer) return "";
    return std::string(stacks() > 1 ? parts_.tokenizer->target_token_text(id)
                                    : parts_.tokenizer->token_text(id));
}

std::span<const uint8_t> Explainer::segments_of(size_t stack) const {
    return stack == 0 ? std::span<const uint8_t>(begun_->input.segments) : std::span<const uint8_t>();
}

bool Explainer::needs_other(const Begun& wanted) const {
    return wanted.target.kind == TargetChoice::Kind::similarity && !wanted.input.other_ids.empty() &&
           stacks() == 1;
}

// The mean-pooled output for the second text.
bool Explainer::mean_of_other(const Stop& stop, std::vector<double>& mean) {
    const ExplainedInput input = begun_->input;
    if (!needs_other(*begun_)) return true;
    ExplainedInput other;
    other.ids = {input.other_ids};
    other.segments = input.other_segments;
    begun_->input = std::move(other);
    const bool done = run_unchanged(nullptr, stop);
    begun_->input = input;
    if (!done) return false;
    const int64_t hidden = spec(0).hidden, rows = sides_[0].rows;
    mean.assign(static_cast<size_t>(hidden), 0.0);
    for (size_t i = 0; i < sides_[0].output.size(); ++i)
        mean[i % static_cast<size_t>(hidden)] += sides_[0].output[i] / static_cast<double>(rows);
    return true;
}

LayerChange Explainer::ablation(size_t stack, int64_t layer, bool is_cross) const {
    LayerChange change;
    change.layer = layer;
    change.is_cross = is_cross;
    const AttentionKind kind = is_cross       ? AttentionKind::cross
                               : stacks() < 2 ? AttentionKind::self
                               : stack == 0   ? AttentionKind::encoder
                                              : AttentionKind::decoder;
    const size_t heads = static_cast<size_t>(spec(stack).attention.heads);
    for (const HeadAblation& ablated : begun_->ablations) {
        if (ablated.kind != kind || ablated.layer != layer || ablated.head < 0 ||
            ablated.head >= static_cast<int64_t>(heads))
            continue;
        const size_t head = static_cast<size_t>(ablated.head);
        if (ablated.to_mean) {
            change.means.resize(heads, 0);
            change.means[head] = 1;
        } else {
            change.gates.resize(heads, 1.0f);
            change.gates[head] = 0;
        }
    }
    return change;
}

// At most one for each attention: what the pass changes, times what is ablated for everything.
std::vector<LayerChange> Explainer::changes_of(size_t stack, const ChangedPass& pass) const {
    const int64_t first = stack == pass.stack ? pass.first_layer : 0;
    const size_t heads = static_cast<size_t>(spec(stack).attention.heads);
    const size_t numbers = static_cast<size_t>(pass.copies) * heads;
    std::vector<LayerChange> changes;
    for (int64_t layer = first; layer < spec(stack).layers; ++layer)
        for (const bool is_cross : {false, true}) {
            if (is_cross && !spec(stack).has_cross_attention) continue;
            const LayerChange always = ablation(stack, layer, is_cross);
            LayerChange change;
            change.layer = layer;
            change.is_cross = is_cross;
            const auto combine = [&](auto& all, const auto& with, const auto& join) {
                if (with.empty()) return;
                if (all.empty()) all.assign(numbers, join.first);
                for (size_t i = 0; i < numbers; ++i)
                    all[i] = join.second(all[i], with[with.size() == heads ? i % heads : i]);
            };
            const std::pair gates{1.0f, [](float a, float b) { return a * b; }};
            const std::pair means{uint8_t{0}, [](uint8_t a, uint8_t b) { return uint8_t(a | b); }};
            combine(change.gates, always.gates, gates);
            combine(change.means, always.means, means);
            if (stack == pass.stack)
                for (const LayerChange& wanted : pass.changes)
                    if (wanted.layer == layer && wanted.is_cross == is_cross) {
                        combine(change.gates, wanted.gates, gates);
                        combine(change.means, wanted.means, means);
                    }
            if (!change.gates.empty() || !change.means.empty()) changes.push_back(std::move(change));
        }
    return changes;
}

std::vector<float> Explainer::repeated(std::span<const float> states, int64_t copies) const {
    std::vector<float> all;
    all.reserve(states.size() * static_cast<size_t>(copies));
    for (int64_t copy = 0; copy < copies; ++copy) all.insert(all.end(), states.begin(), states.end());
    return all;
}

void Explainer::read_source(const float* states, int64_t copies) {
    passes_[1]->set_source(states, copies, sides_[0].rows);
}

bool Explainer::run_stack(size_t stack, const ChangedPass& pass, bool keeps, float* layer_states,
                          PictureTarget* picture, const Stop& stop) {
    const Side& side = sides_[stack];
    const bool is_changed = stack == pass.stack;
    PassInput input;
    input.copies = pass.copies;
    input.rows = side.rows;
    input.first_layer = is_changed ? pass.first_layer : 0;
    input.states = is_changed ? pass.states : nullptr;
    std::vector<float> same;
    if (!input.states) {
        const std::span<const float> from =
            input.first_layer == 0
                ? std::span<const float>(side.entry)
                : std::span<const float>(side.layer_states)
                      .subspan(static_cast<size_t>(input.first_layer) * side.entry.size(), side.entry.size());
        same = repeated(from, pass.copies);
        input.states = same.data();
    }
    const std::vector<LayerChange> changes = changes_of(stack, pass);
    input.changes = changes;
    input.keeps = keeps;
    input.is_split = pass.is_split;
    input.layer_states = layer_states;
    input.picture = picture;
    return passes_[stack]->forward(input, stop);
}

// All stacks from the changed one on; leaves the last one's output in output_.
bool Explainer::run(const ChangedPass& pass, bool keeps, const Stop& stop) {
    unchanged_is_kept_ = false;
    const size_t last = stacks() - 1;
    const auto keep_output = [&](size_t stack) {
        output_.resize(static_cast<size_t>(pass.copies) * sides_[stack].output.size());
        passes_[stack]->copy_output(output_.data());
    };
    if (pass.stack < last) {
        if (!run_stack(0, pass, keeps, nullptr, nullptr, stop)) return false;
        keep_output(0);
        read_source(output_.data(), pass.copies);
        source_is_unchanged_ = false;
    } else if (last > 0 && !source_is_unchanged_) {
        read_source(sides_[0].output.data(), 1);
        source_is_unchanged_ = true;
    }
    if (!run_stack(last, pass, keeps, nullptr, nullptr, stop)) return false;
    keep_output(last);
    return true;
}

bool Explainer::values(const ChangedPass& pass, double* y, const Stop& stop) {
    if (!run(pass, false, stop)) return false;
    const size_t size = sides_.back().output.size();
    for (int64_t copy = 0; copy < pass.copies; ++copy)
        y[copy] = target_->value(output_.data() + static_cast<size_t>(copy) * size);
    return true;
}

bool Explainer::gradient(const ChangedPass& pass, const WantedGradient& wanted, const Stop& stop) {
    const size_t last = stacks() - 1, size = sides_.back().output.size();
    const bool is_unchanged =
        pass.stack == 0 && pass.copies == 1 && pass.first_layer == 0 && !pass.states && pass.changes.empty();
    if (!(is_unchanged && unchanged_is_kept_) && !run(pass, true, stop)) return false;
    unchanged_is_kept_ = false;
    std::vector<float> output_gradient(output_.size());
    for (int64_t copy = 0; copy < pass.copies; ++copy) {
        const size_t at = static_cast<size_t>(copy) * size;
        const double y = target_->gradient(output_.data() + at, output_gradient.data() + at);
        if (wanted.y) wanted.y[copy] = y;
    }
    const auto visitor = [&](size_t stack) -> std::function<void(const LayerGradient&)> {
        if (!wanted.visit) return {};
        return [&wanted, stack](const LayerGradient& layer) { wanted.visit(stack, layer); };
    };
    StackPass::Back back;
    back.output_gradient = output_gradient.data();
    back.visit = visitor(last);
    if (pass.stack == last) {
        back.state_gradient = wanted.state_gradient;
        return passes_[last]->backward(back, stop);
    }
    std::vector<float> source_gradient(static_cast<size_t>(pass.copies) * sides_[0].output.size());
    back.source_gradient = source_gradient.data();
    if (!passes_[last]->backward(back, stop)) return false;
    StackPass::Back of_source;
    of_source.output_gradient = source_gradient.data();
    of_source.state_gradient = wanted.state_gradient;
    of_source.visit = visitor(0);
    return passes_[0]->backward(of_source, stop);
}

std::vector<int32_t> ids_of(const TokenStack& stack) {
    std::vector<int32_t> ids(stack.tokens.size());
    std::ranges::transform(stack.tokens, ids.begin(), &Token::id);
    return ids;
}

std::vector<uint8_t> special_of(const TokenStack& stack) {
    std::vector<uint8_t> special(stack.tokens.size());
    std::ranges::transform(stack.tokens, special.begin(), &Token::special);
    return special;
}

int64_t Explainer::copies_at_once(size_t stack) const {
    if (parts_.copies > 0) return parts_.copies;
    double bytes = 0;
    int64_t copies = most_rows;
    for (size_t later = stack; later < stacks(); ++later) {
        bytes += kept_bytes(spec(later), sides_[later].rows);
        const int64_t by_time = static_cast<int64_t>(products_at_once / products_of_row(spec(later)));
        copies = std::min(copies, std::clamp(by_time, fewest_rows, most_rows) / sides_[later].rows);
    }
    return std::clamp<int64_t>(static_cast<int64_t>(kept_bytes_at_once / bytes), 1,
                               std::max<int64_t>(copies, 1));
}

std::vector<float> Explainer::words_of_ids(size_t stack, std::span<const int32_t> ids) const {
    const c10::InferenceMode inference;
    std::vector<float> words(ids.size() * static_cast<size_t>(word_width(stack)));
    copy_to(embeddings_[stack].words(ids), words.data());
    return words;
}

std::vector<float> Explainer::states_of_ids(size_t stack, std::span<const int32_t> ids,
                                            int64_t copies) const {
    const OneThread one_thread;
    const c10::InferenceMode inference;
    const size_t rows = ids.size() / static_cast<size_t>(copies);
    const size_t size = rows * static_cast<size_t>(spec(stack).hidden);
    std::vector<float> states(size * static_cast<size_t>(copies));
    for (size_t copy = 0; copy < static_cast<size_t>(copies); ++copy) {
        const std::span<const int32_t> of_copy = ids.subspan(copy * rows, rows);
        if (passes_[stack]->embed(of_copy, segments_of(stack), states.data() + copy * size)) continue;
        copy_to(embeddings_[stack].states(embeddings_[stack].words(of_copy), of_copy, segments_of(stack)),
                states.data() + copy * size);
    }
    return states;
}

const float* Explainer::added_to_words(size_t stack) const {
    const Side& side = sides_[stack];
    if (side.added.empty()) {
        const OneThread one_thread;
        const c10::InferenceMode inference;
        side.added.resize(static_cast<size_t>(side.rows * word_width(stack)));
        copy_to(embeddings_[stack].sums(at::zeros({side.rows, word_width(stack)}, c10::Device(parts_.device)),
                                        begun_->input.ids[stack], segments_of(stack)),
                side.added.data());
    }
    return side.added.data();
}

void Explainer::states_of_words(size_t stack, const float* words, int64_t copies, float* states) const {
    const int64_t rows = sides_[stack].rows, width = word_width(stack);
    if (words_fit_kernels(stack))
        return word_states_[stack].states(words, added_to_words(stack), copies, rows, states);
    const OneThread one_thread;
    const c10::InferenceMode inference;
    for (int64_t copy = 0; copy < copies; ++copy)
        copy_to(
            embeddings_[stack].states(tensor_of(words + copy * rows * width, {rows, width}, parts_.device),
                                      begun_->input.ids[stack], segments_of(stack)),
            states + copy * rows * spec(stack).hidden);
}

// Copy by copy, so that no number depends on how many there are.
void Explainer::word_gradient(size_t stack, const float* words, int64_t copies, const float* state_gradient,
                              float* gradient) const {
    const int64_t rows = sides_[stack].rows, width = word_width(stack), hidden = spec(stack).hidden;
    if (words_fit_kernels(stack))
        return word_states_[stack].gradient(words, added_to_words(stack), copies, rows, state_gradient,
                                            gradient);
    const OneThread one_thread;
    const c10::InferenceMode off(false);
    const at::AutoGradMode with_grad(true);
    for (int64_t copy = 0; copy < copies; ++copy) {
        const at::Tensor from =
            tensor_of(words + copy * rows * width, {rows, width}, parts_.device).requires_grad_(true);
        const at::Tensor to = embeddings_[stack].states(from, begun_->input.ids[stack], segments_of(stack));
        const at::Tensor by_states =
            tensor_of(state_gradient + copy * rows * hidden, {rows, hidden}, parts_.device);
        copy_to(to.is_same(from) ? by_states : torch::autograd::grad({to}, {from}, {by_states})[0],
                gradient + copy * rows * width);
    }
}

std::vector<float> Explainer::states_of_pixels(std::span<const float> pixels) const {
    const OneThread one_thread;
    const c10::InferenceMode off(false);
    const at::NoGradGuard no_grad;
    const PixelSize& size = begun_->input.size;
    const at::Tensor embedded = parts_.patches->embed(
        tensor_of(pixels.data(), {size.channels, size.height, size.width}, parts_.device));
    std::vector<float> states(static_cast<size_t>(embedded.numel()));
    copy_to(embedded, states.data());
    return states;
}

// The embedding is the same linear map everywhere: any image's gradient is the image's.
std::vector<float> Explainer::pixel_gradient(std::span<const float> state_gradient) const {
    const OneThread one_thread;
    const c10::InferenceMode off(false);
    const at::AutoGradMode with_grad(true);
    const PixelSize& size = begun_->input.size;
    const at::Tensor image =
        at::zeros({size.channels, size.height, size.width}, c10::Device(parts_.device)).requires_grad_(true);
    const at::Tensor states = parts_.patches->embed(image);
    const at::Tensor by_states = tensor_of(state_gradient.data(), states.sizes(), parts_.device);
    std::vector<float> gradient(static_cast<size_t>(image.numel()));
    copy_to(torch::autograd::grad({states}, {image}, {by_states})[0], gradient.data());
    return gradient;
}

}  // namespace weft::torch_part
