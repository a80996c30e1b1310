#include "analysis/torch/kernel_pass.h"

#include <algorithm>

#include "analysis/error.h"
#include "analysis/torch/kernel_embedding.h"
#include "analysis/torch/stack_forward.h"

namespace weft::torch_part {

namespace {

constexpr int64_t most_threads = 16;

const float* scale_of(const PackedAttention& part) {
    return part.has_layer_scale ? part.layer_scale.get() : nullptr;
}

}  // namespace

KernelPass::KernelPass(std::shared_ptr<const PackedStack> packed, const Kernels& kernels)
    : packed_(std::move(packed)),
      spec_(packed_->spec()),
      kernels_(kernels),
      pool_(std::make_unique<TaskPool>(usable_processors(most_threads))) {}

bool KernelPass::embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, float* states) {
    embed_tokens({*packed_, kernels_, *pool_, pool_->threads(), embedding_scratch_}, ids, segments, 0,
                 states);
    return true;
}

void KernelPass::set_source(const float* states, int64_t copies, int64_t rows) {
    source_copies_ = copies;
    source_rows_ = rows;
    const int64_t count = copies * rows * spec_.hidden;
    std::copy_n(states, count, source_.reserve(count));
    is_done_ = false;
}

void KernelPass::begin(const PassInput& input) {
    WEFT_ASSERT(input.copies > 0 && input.rows > 0,
                std::to_string(input.copies) + " copies of " + std::to_string(input.rows) + " rows");
    WEFT_ASSERT(input.first_layer >= 0 && input.first_layer <= spec_.layers,
                std::to_string(input.first_layer));
    WEFT_ASSERT(!spec_.has_cross_attention || source_copies_ == 1 || source_copies_ == input.copies,
                std::to_string(source_copies_) + " sources");
    WEFT_ASSERT(!input.picture || input.copies == 1, std::to_string(input.copies) + " copies of a picture");
    for (const LayerChange& change : input.changes) {
        const size_t numbers = static_cast<size_t>(input.copies * spec_.attention.heads);
        WEFT_ASSERT(change.gates.empty() || change.gates.size() == numbers,
                    std::to_string(change.gates.size()));
        WEFT_ASSERT(change.means.empty() || change.means.size() == numbers,
                    std::to_string(change.means.size()));
    }
    copies_ = input.copies;
    rows_ = input.rows;
    all_rows_ = copies_ * rows_;
    first_layer_ = input.first_layer;
    keeps_ = input.keeps;
    is_split_ = input.is_split && kernels_.linear_split;
    split_.forget();
    is_done_ = false;
    changes_.assign(input.changes.begin(), input.changes.end());
    kept_.resize(std::max(kept_.size(), static_cast<size_t>(keeps_ ? spec_.layers : 1)));
    const int64_t first_kept = keeps_ ? first_layer_ : 0, end_kept = keeps_ ? spec_.layers : 1;
    KeptLayer::Sizes sizes;
    sizes.rows = all_rows_;
    sizes.source_rows = source_copies_ * source_rows_;
    if (keeps_) {
        sizes.keys = rows_;
        sizes.source_keys = source_rows_;
    }
    const int64_t of_layer = KeptLayer().lay_out(nullptr, spec_, sizes);
    float* memory = kept_memory_.reserve((end_kept - first_kept) * of_layer);
    for (int64_t l = first_kept; l < end_kept; ++l, memory += of_layer) kept(l).lay_out(memory, spec_, sizes);
    const int64_t state = all_rows_ * spec_.hidden;
    const int64_t back = keeps_ ? all_rows_ * (spec_.is_gated ? 2 * spec_.intermediate + row_padding : 0) : 0;
    share_out(memory_, {{&entry_, packed_->entry_norm.is_there ? state : 0},
                        {&state_, state},
                        {&normed_, state},
                        {&change_, state},
                        {&context_, all_rows_ * query_stride(spec_)},
                        {&inner_, all_rows_ * inner_stride(spec_)},
                        {&gradient_, keeps_ ? state : 0},
                        {&projected_, keeps_ ? std::max(back, all_rows_ * projected_stride(spec_)) : 0}});
    if (spec_.attention.rotary.width == 0) return;
    angles_ = rotary_table(spec_.attention.rotary, 0, rows_, rows_);
    back_sin_ = angles_.sin;
    for (float& value : back_sin_) value = -value;
}

const LayerChange* KernelPass::change_of(int64_t layer, bool is_cross) const {
    for (const LayerChange& change : changes_)
        if (change.layer == layer && change.is_cross == is_cross) return &change;
    return nullptr;
}

float* KernelPass::entering(int64_t layer) {
    return norms_first() && layer < spec_.layers ? kept(layer).self.state : state_;
}

bool KernelPass::forward(const PassInput& input, const std::function<bool()>& stop) {
    begin(input);
    const int64_t count = all_rows_ * spec_.hidden;
    float* x = entering(first_layer_);
    std::copy_n(input.states, count, x);
    if (first_layer_ == 0 && packed_->entry_norm.is_there) {
        std::copy_n(x, count, entry_);
        normalise(x, nullptr, nullptr, x, packed_->entry_norm, nullptr);
    }
    for (int64_t l = first_layer_; l < spec_.layers; ++l) {
        if (input.layer_states) std::copy_n(entering(l), count, input.layer_states + l * count);
        run_layer(l, input.picture);
        if (stop && stop()) return false;
    }
    if (input.layer_states) std::copy_n(state_, count, input.layer_states + spec_.layers * count);
    is_done_ = true;
    return true;
}

void KernelPass::copy_output(float* output) const {
    std::copy_n(state_, all_rows_ * spec_.hidden, output);
    if (packed_->final_norm.is_there)
        run_norm(*pool_, pool_->threads(), kernels_, packed_->final_norm, output, all_rows_);
}

void KernelPass::run_layer(int64_t layer, PictureTarget* picture) {
    const PackedLayer& packed = packed_->layer(layer);
    KeptLayer& to = kept(layer);
    const int64_t hidden = spec_.hidden;
    float *x = entering(layer), *next = entering(layer + 1), *input = x;
    const auto change_for = [&](float* kept_change) { return kept_change ? kept_change : change_; };
    if (norms_first()) {
        input = normed_;
        normalise(x, nullptr, nullptr, input, packed.attention.norm, nullptr);
    }
    project_self(packed.attention, input, to.self);
    Operands operands = self_operands(layer);
    if (picture) operands.shown = picture->attention[static_cast<size_t>(layer)];
    const double row_error = attend(operands);
    if (picture) picture->row_errors[static_cast<size_t>(layer)] = row_error;
    float* change = change_for(to.self.change);
    linear(packed.attention.output, context_, query_stride(spec_), change, hidden, all_rows_, {});
    if (spec_.is_parallel) {
        normalise(x, nullptr, nullptr, normed_, packed.mlp.norm, nullptr);
        normalise(x, change, nullptr, nullptr, {}, to.mlp.state);
        run_mlp(packed.mlp, normed_, to.mlp, change);
        normalise(to.mlp.state, change, nullptr, nullptr, {}, next);
        return;
    }
    const PackedAttention& cross = packed.cross;
    const bool has_cross = spec_.has_cross_attention;
    float* y = norms_first() ? (has_cross ? to.cross.state : to.mlp.state) : x;
    join(packed.attention.norm, packed.attention.norm_behind, scale_of(packed.attention), change, x,
         to.self.state, y, has_cross ? cross.norm : packed.mlp.norm);
    if (has_cross) {
        x = y;
        y = norms_first() ? to.mlp.state : x;
        project_cross(cross, norms_first() ? normed_ : x, to.cross);
        attend(cross_operands(layer));
        change = change_for(to.cross.change);
        linear(cross.output, context_, query_stride(spec_), change, hidden, all_rows_, {});
        join(cross.norm, cross.norm_behind, scale_of(cross), change, x, to.cross.state, y, packed.mlp.norm);
    }
    change = change_for(to.mlp.change);
    run_mlp(packed.mlp, norms_first() ? normed_ : y, to.mlp, change);
    join(packed.mlp.norm, packed.mlp.norm_behind,
         packed.mlp.has_layer_scale ? packed.mlp.layer_scale.get() : nullptr, change, y, to.mlp.state, next,
         {});
}

void KernelPass::join(const OwnNorm& norm, const OwnNorm& norm_behind, const float* layer_scale,
                      const float* change, float* x, float* kept_state, float* y, const OwnNorm& next) {
    if (spec_.placement == NormPlacement::after) {
        normalise(x, change, nullptr, y, norm, kept_state);
        return;
    }
    if (spec_.placement == NormPlacement::around) {
        normalise(const_cast<float*>(change), nullptr, nullptr, change_, norm_behind, nullptr);
        change = change_;
    }
    normalise(x, change, layer_scale, normed_, next, y);
}

void KernelPass::project_self(const PackedAttention& part, const float* input, KeptAttention& to) {
    const AttentionSpec& spec = spec_.attention;
    const int64_t stride = projected_stride(spec_);
    linear(part.query_key_value, input, spec_.hidden, to.projected, stride, all_rows_, {});
    if (part.query_norm.is_there) {
        std::copy_n(to.projected, all_rows_ * stride, to.raw);
        normalise_heads(to.projected, spec.heads, part.query_norm);
        normalise_heads(to.projected + spec.query_size(), spec.key_value_heads, part.key_norm);
    }
    rotate(to.projected, stride, false);
}

void KernelPass::project_cross(const PackedAttention& part, const float* input, KeptAttention& to) {
    linear(part.query, input, spec_.hidden, to.projected, query_stride(spec_), all_rows_, {});
    linear(part.key_value, source_.get(), spec_.hidden, to.key_value, key_value_stride(spec_),
           source_copies_ * source_rows_, {});
}

// A norm over each head of `heads` in rows of the projection.
void KernelPass::normalise_heads(float* x, int64_t heads, const OwnNorm& norm) const {
    share(all_rows_, [&](int64_t i, int64_t) {
        float* row = x + i * projected_stride(spec_);
        kernels_.normalise({row, nullptr, nullptr, row, heads, norm.width, norm.gain.get(),
                            norm.bias_or_null(), norm.epsilon, norm.is_rms});
    });
}

// Queries and the keys behind them.
void KernelPass::rotate(float* queries, int64_t stride, bool back) const {
    const AttentionSpec& spec = spec_.attention;
    const int64_t half = spec.rotary.width / 2;
    if (half == 0) return;
    const float* sines = back ? back_sin_.data() : angles_.sin.data();
    share(all_rows_, [&](int64_t i, int64_t) {
        const int64_t angle = i % rows_ * half;
        kernels_.rotate(queries + i * stride, 1, 0, spec.heads + spec.key_value_heads, spec.head_width, half,
                        angles_.cos.data() + angle, sines + angle);
    });
}

KernelPass::Operands KernelPass::self_operands(int64_t layer) const {
    const AttentionSpec& spec = spec_.attention;
    Operands to;
    to.query = kept(layer).self.projected;
    to.key = to.query + spec.query_size();
    to.value = to.key + spec.key_value_size();
    to.query_stride = to.key_stride = projected_stride(spec_);
    to.keys = rows_;
    to.kept = kept(layer).self.weights;
    to.change = change_of(layer, false);
    bias_.prepare(packed_->weights(), layer, 0, rows_);
    return to;
}

KernelPass::Operands KernelPass::cross_operands(int64_t layer) const {
    Operands to;
    to.query = kept(layer).cross.projected;
    to.key = kept(layer).cross.key_value;
    to.value = to.key + spec_.attention.key_value_size();
    to.query_stride = query_stride(spec_);
    to.key_stride = key_value_stride(spec_);
    to.keys = source_rows_;
    to.kept = kept(layer).cross.weights;
    to.keys_are_shared = source_copies_ == 1;
    to.is_cross = true;
    to.change = change_of(layer, true);
    return to;
}

void KernelPass::run_mlp(const PackedMlp& mlp, const float* input, KeptMlp& to, float* change) {
    const int64_t hidden = spec_.hidden, stride = inner_stride(spec_);
    LinearEnds ends;
    ends.activation = spec_.activation;
    ends.slope = keeps_ ? to.slope : nullptr;
    if (!spec_.is_gated) {
        linear(mlp.up, input, hidden, inner_, stride, all_rows_, ends, true);
    } else {
        linear(mlp.gate, input, hidden, to.gate, stride, all_rows_, ends);
        linear(mlp.up, input, hidden, inner_, stride, all_rows_, {});
        share(all_rows_, [&](int64_t i, int64_t) {
            float* row = inner_ + i * stride;
            if (keeps_) kernels_.multiply(to.slope + i * stride, row, spec_.intermediate);
            kernels_.multiply(row, to.gate + i * stride, spec_.intermediate);
        });
    }
    linear(mlp.down, inner_, stride, change, hidden, all_rows_, {});
}

void KernelPass::linear(const PackedLinear& weights, const float* x, int64_t x_stride, float* y,
                        int64_t y_stride, int64_t rows, const LinearEnds& ends, bool feeds) const {
    const LinearRows through{x, x_stride, y, y_stride, rows};
    if (is_split_) return split_.run(*pool_, kernels_, weights, false, through, ends, feeds);
    run_linear(*pool_, pool_->threads(), kernels_, weights, weights.outer, through, ends);
}

void KernelPass::normalise(float* x, const float* y, const float* scale, float* out, const OwnNorm& norm,
                           float* sum) const {
    run_normalise(*pool_, pool_->threads(), kernels_,
                  {x, y, scale, out, all_rows_, spec_.hidden, norm.is_there ? norm.gain.get() : nullptr,
                   norm.bias_or_null(), norm.epsilon, norm.is_rms, sum},
                  is_split_ && out ? split_.announce(out, all_rows_, spec_.hidden) : nullptr);
}

std::unique_ptr<StackPass> make_kernel_pass(const std::shared_ptr<const ModelWeights>& weights,
                                            size_t stack) {
    return std::make_unique<KernelPass>(PackedStack::of(weights, stack));
}

std::unique_ptr<StackPass> make_stack_pass(std::shared_ptr<const ModelWeights> weights, size_t stack,
                                           const std::string& device) {
    if (device == "cpu" && kernels_fit(weights->stacks[stack])) return make_kernel_pass(weights, stack);
    return make_plain_pass(std::move(weights), stack, device);
}

}  // namespace weft::torch_part
