// A pass by our own kernels on the CPU.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

#include "analysis/error.h"
#include "analysis/family/positions.h"
#include "analysis/method/head_ablations.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/head_cache.h"
#include "analysis/torch/kept_rows.h"
#include "analysis/torch/kernel_embedding.h"
#include "analysis/torch/packed_stack.h"
#include "analysis/torch/score_bias.h"
#include "analysis/torch/shared_rows.h"
#include "analysis/torch/stack_forward.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

namespace {

// Rows of the wide buffers are one cache line longer than needed: a stride of 2^k bytes would put the rows of
// a tile into the same few cache sets.
constexpr int64_t row_padding = 16;
constexpr int64_t most_threads = 16;
constexpr int64_t contribution_keys = 32;  // so many keys' parts of all heads stay in the second-level cache
constexpr int64_t short_rows = 24;         // up to here memory, not arithmetic, is the limit

class KernelForward final : public StackForward {
  public:
    KernelForward(std::shared_ptr<const ModelWeights> weights, size_t stack)
        : storage_(std::move(weights)),
          packed_(PackedStack::of(storage_, stack)),
          weights_(storage_->stacks[stack]),
          spec_(weights_.spec),
          kernels_(cpu_kernels()),
          pool_(std::make_unique<TaskPool>(usable_processors(most_threads))) {
        threads_ = pool_->threads();
        caches_.resize(spec_.is_causal ? static_cast<size_t>(spec_.layers) : 1);
        sources_.resize(spec_.has_cross_attention ? static_cast<size_t>(spec_.layers) : 0);
        choose_short_threads();
    }

    void set_ablations(std::vector<HeadAblation> ablations) override { ablations_ = std::move(ablations); }

    void embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, int64_t kept) override {
        WEFT_ASSERT(kept == 0 || (spec_.is_causal && !has_mean(ablations_)), std::to_string(kept));
        begin(static_cast<int64_t>(ids.size()), kept);
        embed_tokens(embedding_means(), ids, segments, kept, state_);
        enter_stack();
    }

    void enter(const float* states, int64_t rows) override {
        begin(rows, 0);
        std::copy_n(states, rows * spec_.hidden, state_);
        enter_stack();
    }

    bool enter_image(const ImageInput& image) override {
        begin(image.first + image.rows() * image.columns(), 0);
        embed_image(embedding_means(), image, state_);
        enter_stack();
        return true;
    }

    void set_source(const float* states, int64_t rows) override {
        source_rows_ = rows;
        std::copy_n(states, rows * spec_.hidden, source_.reserve(rows * spec_.hidden));
        has_source_.assign(static_cast<size_t>(spec_.layers), false);
    }

    void keep_values(bool keeps) override {
        keeps_values_ = keeps;
        if (!spec_.is_causal) caches_.resize(keeps ? static_cast<size_t>(spec_.layers) : 1);
    }

    void write_contribution(int64_t layer, bool is_cross, const float* weights, int64_t queries, int64_t keys,
                            float* norms) override {
        WEFT_ASSERT(is_cross || spec_.is_causal || keeps_values_, std::to_string(layer));
        const PackedLayer& packed = packed_->layer(layer);
        const HeadCache& cache = is_cross ? sources_[static_cast<size_t>(layer)] : cache_of(layer);
        const PackedLinear& output = (is_cross ? packed.cross : packed.attention).output;
        const int64_t block =
            std::clamp((keys + pool_->threads() - 1) / pool_->threads(), int64_t{1}, contribution_keys);
        contributions_.resize(static_cast<size_t>(pool_->threads()));
        pool_->run((keys + block - 1) / block, pool_->threads(), [&](int64_t task, int64_t thread) {
            ContributionTask of{};
            of.keys = std::min(block, keys - task * block);
            // A mean over rows reaches those before the key, too.
            const bool is_causal = spec_.is_causal && !is_cross && !has_mean(ablations_);
            of.row_begin = is_causal ? std::min(queries, task * block) : 0;
            of.row_end = queries;
            of.weights = weights + task * block;
            of.norms = norms + task * block;
            of.weight_stride = queries * keys;
            of.row_stride = keys;
            contribute(of, output, cache, task * block, contributions_[static_cast<size_t>(thread)]);
        });
    }

    RowErrors run_layer(int64_t layer, const AttentionTarget& target, bool advance) override {
        const PackedLayer& packed = packed_->layer(layer);
        const bool norms_first = spec_.placement != NormPlacement::after;
        const bool goes_on = advance || spec_.has_cross_attention;
        RowErrors errors;
        float* input = state_;
        if (norms_first) {
            normalise(state_, nullptr, nullptr, normed_, packed.attention.norm, rows_);
            input = normed_;
        }
        const double kept_error = keep_rows(target);
        errors.self = attend_self(layer, packed.attention, input, target.self, goes_on);
        if (kept_error > errors.self) errors.self = kept_error;  // a NaN stays
        if (!goes_on) return errors;
        ablate(layer, false);
        linear(packed.attention.output, spec_.hidden, context_, context_stride(), change_, spec_.hidden, {});
        if (spec_.is_parallel) {
            normalise(state_, nullptr, nullptr, normed_, packed.mlp.norm, rows_);
            normalise(state_, change_, nullptr, nullptr, {}, rows_);
            run_mlp(packed.mlp, normed_);
            normalise(state_, change_, nullptr, nullptr, {}, rows_);
            return errors;
        }
        const PackedAttention& cross = packed.cross;
        join(packed.attention.norm, packed.attention.norm_behind,
             packed.attention.has_layer_scale ? packed.attention.layer_scale.get() : nullptr,
             spec_.has_cross_attention ? cross.norm : packed.mlp.norm);
        if (spec_.has_cross_attention) {
            errors.cross = attend_cross(layer, cross, norms_first ? normed_ : state_, target.cross, advance);
            if (!advance) return errors;
            ablate(layer, true);
            linear(cross.output, spec_.hidden, context_, context_stride(), change_, spec_.hidden, {});
            join(cross.norm, cross.norm_behind, cross.has_layer_scale ? cross.layer_scale.get() : nullptr,
                 packed.mlp.norm);
        }
        run_mlp(packed.mlp, norms_first ? normed_ : state_);
        join(packed.mlp.norm, packed.mlp.norm_behind,
             packed.mlp.has_layer_scale ? packed.mlp.layer_scale.get() : nullptr, {});
        return errors;
    }

    void set_stop(std::function<bool()> stop) override { pool_->set_stop(std::move(stop)); }
    bool is_stopped() const override { return pool_->is_stopped(); }

    void copy_hidden(float* hidden) const override { std::copy_n(state_, rows_ * spec_.hidden, hidden); }
    void copy_output(float* output) const override {
        copy_hidden(output);
        if (packed_->final_norm.is_there)
            normalise(output, nullptr, nullptr, output, packed_->final_norm, rows_);
    }
    int64_t rows() const override { return rows_; }
    int64_t layer_parameters() const override { return packed_->parameters(); }

  private:
    template <typename Task>
    void share(int64_t tasks, const Task& task) const {
        pool_->run(tasks, threads_, task);
    }

    EmbeddingMeans embedding_means() { return {*packed_, kernels_, *pool_, threads_, embedding_scratch_}; }

    int64_t context_stride() const { return spec_.attention.query_size() + row_padding; }
    int64_t projected_stride() const {
        return spec_.attention.query_size() + 2 * spec_.attention.key_value_size() + row_padding;
    }
    int64_t inner_stride() const { return spec_.intermediate + row_padding; }

    void begin(int64_t count, int64_t kept) {
        count_ = count;
        kept_ = kept;
        rows_ = count - kept;
        threads_ = rows_ <= short_rows ? short_threads_ : pool_->threads();
        share_out(memory_, {{&state_, rows_ * spec_.hidden},
                            {&normed_, rows_ * spec_.hidden},
                            {&change_, rows_ * spec_.hidden},
                            {&projected_, rows_ * projected_stride()},
                            {&context_, rows_ * context_stride()},
                            {&inner_, rows_ * inner_stride()},
                            {&gate_, spec_.is_gated ? rows_ * inner_stride() : 0}});
        const RotarySpec& rotary = spec_.attention.rotary;
        if (rotary.width == 0) return;
        // What a dynamic scaling makes of the keys before depends on the whole length.
        angles_ = rotary_table(rotary, kept, rows_, count);
    }

    void enter_stack() {
        if (packed_->entry_norm.is_there)
            normalise(state_, nullptr, nullptr, state_, packed_->entry_norm, rows_);
    }

    void linear(const PackedLinear& weights, int64_t columns, const float* x, int64_t x_stride, float* y,
                int64_t y_stride, Activation activation, int64_t rows = -1) const {
        LinearEnds ends;
        ends.activation = activation;
        run_linear(*pool_, threads_, kernels_, weights, columns,
                   {x, x_stride, y, y_stride, rows < 0 ? rows_ : rows}, ends);
    }

    void normalise(float* x, const float* y, const float* scale, float* out, const OwnNorm& norm,
                   int64_t rows) const {
        run_normalise(
            *pool_, threads_, kernels_,
            {x, y, scale, out, rows, norm.is_there ? norm.width : spec_.hidden,
             norm.is_there ? norm.gain.get() : nullptr, norm.bias_or_null(), norm.epsilon, norm.is_rms});
    }

    // state <- state joined with change, as the placement says; where norms come first, normed <-
    // next(state).
    void join(const OwnNorm& norm, const OwnNorm& norm_behind, const float* layer_scale,
              const OwnNorm& next) {
        if (spec_.placement == NormPlacement::after) {
            normalise(state_, change_, nullptr, state_, norm, rows_);
            return;
        }
        if (spec_.placement == NormPlacement::around)
            normalise(change_, nullptr, nullptr, change_, norm_behind, rows_);
        normalise(state_, change_, layer_scale, normed_, next, rows_);
    }

    void run_mlp(const PackedMlp& mlp, const float* input) {
        const int64_t inner = spec_.intermediate, stride = inner_stride();
        if (!spec_.is_gated) {
            linear(mlp.up, inner, input, spec_.hidden, inner_, stride, spec_.activation);
        } else {
            linear(mlp.gate, inner, input, spec_.hidden, gate_, stride, spec_.activation);
            linear(mlp.up, inner, input, spec_.hidden, inner_, stride, Activation::none);
            share(rows_, [&](int64_t i, int64_t) {
                kernels_.multiply(inner_ + i * stride, gate_ + i * stride, inner);
            });
        }
        linear(mlp.down, spec_.hidden, inner_, stride, change_, spec_.hidden, Activation::none);
    }

    // A norm over each head of `heads` in rows of the projection.
    void normalise_heads(float* x, int64_t heads, const OwnNorm& norm) const {
        share(rows_, [&](int64_t i, int64_t) {
            float* row = x + i * projected_stride();
            kernels_.normalise({row, nullptr, nullptr, row, heads, norm.width, norm.gain.get(),
                                norm.bias_or_null(), norm.epsilon, norm.is_rms});
        });
    }

    // A NaN in them would have ended the pass that made them.
    double keep_rows(const AttentionTarget& target) const {
        if (!target.before || kept_ == 0) return 0;
        const int64_t heads = spec_.attention.heads;
        std::vector<double> worst(static_cast<size_t>(heads));
        pool_->run(heads, pool_->threads(), [&](int64_t h, int64_t) {
            worst[static_cast<size_t>(h)] =
                copy_kept_rows(target.before + h * target.before_count * target.before_count,
                               target.before_count, target.self + h * count_ * count_, count_, kept_);
        });
        return *std::ranges::max_element(worst);
    }

    double attend_self(int64_t layer, const PackedAttention& part, const float* input, float* attention,
                       bool goes_on) {
        const AttentionSpec& spec = spec_.attention;
        const int64_t query = spec.query_size(), shared = spec.key_value_size(), width = spec.head_width;
        // Values that nobody reads now, a causal stack's later rows may.
        const bool wants_values = goes_on || spec_.is_causal || keeps_values_;
        linear(part.query_key_value, query + (wants_values ? 2 : 1) * shared, input, spec_.hidden, projected_,
               projected_stride(), Activation::none);
        float* keys = projected_ + query;
        if (part.query_norm.is_there) normalise_heads(projected_, spec.heads, part.query_norm);
        if (part.key_norm.is_there) normalise_heads(keys, spec.key_value_heads, part.key_norm);
        if (const int64_t half = spec.rotary.width / 2; half > 0)
            share(rows_, [&](int64_t i, int64_t) {
                const float *cos = angles_.cos.data() + i * half, *sin = angles_.sin.data() + i * half;
                const int64_t at = i * projected_stride();
                kernels_.rotate(projected_ + at, 1, 0, spec.heads, width, half, cos, sin);
                kernels_.rotate(keys + at, 1, 0, spec.key_value_heads, width, half, cos, sin);
            });
        HeadCache& cache = cache_of(layer);
        cache.reserve(spec.key_value_heads, width, count_, kept_);
        const auto arrange = [&](int64_t h) {
            kernels_.arrange(keys + h * width, wants_values ? keys + shared + h * width : nullptr,
                             projected_stride(), kept_, rows_, width, cache.capacity(), cache.keys(h),
                             cache.values(h));
        };
        bias_.prepare(weights_, layer, kept_, count_);
        return attend(
            projected_, projected_stride(), cache, count_, attention, goes_on,
            [&](int64_t h) { return bias_.of_head(h); }, spec_.is_causal ? kept_ : -1, arrange);
    }

    HeadCache& cache_of(int64_t layer) {
        return caches_[caches_.size() > 1 ? static_cast<size_t>(layer) : 0];
    }

    struct ContributionScratch {
        AlignedFloats values, parts, no_bias;  // [keys, width], [H, keys, D], a panel of zeros
        std::vector<double> doubles;
    };

    // What each head moves of each key of the block, V W_O, then the norms.
    void contribute(ContributionTask& task, const PackedLinear& output, const HeadCache& cache, int64_t first,
                    ContributionScratch& scratch) const {
        const AttentionSpec& spec = spec_.attention;
        const int64_t width = spec.head_width, group = spec.heads / spec.key_value_heads;
        float* values = scratch.values.reserve(task.keys * width);
        float* parts = scratch.parts.reserve(spec.heads * task.keys * spec_.hidden);
        std::fill_n(scratch.no_bias.reserve(panel_width), panel_width, 0.0f);
        for (int64_t h = 0; h < spec.heads; ++h) {
            if (h % group == 0)
                for (int64_t panel = 0; panel < width / panel_width; ++panel)
                    for (int64_t j = 0; j < task.keys; ++j)
                        std::copy_n(
                            cache.values(h / group) + (panel * cache.capacity() + first + j) * panel_width,
                            panel_width, values + j * width + panel * panel_width);
            for (int64_t panel = 0; panel < spec_.hidden / panel_width; ++panel)
                kernels_.linear({values, output.weight + (panel * output.inner + h * width) * panel_width,
                                 scratch.no_bias.get(),
                                 parts + h * task.keys * spec_.hidden + panel * panel_width, task.keys, width,
                                 width, spec_.hidden, 0, 1, Activation::none});
        }
        task.parts = parts;
        task.heads = spec.heads;
        task.width = spec_.hidden;
        scratch.doubles.resize(static_cast<size_t>(task.doubles()));
        task.scratch = scratch.doubles.data();
        kernels_.contribution(task);
    }

    double attend_cross(int64_t layer, const PackedAttention& part, const float* input, float* attention,
                        bool goes_on) {
        const AttentionSpec& spec = spec_.attention;
        const int64_t shared = spec.key_value_size(), width = spec.head_width;
        HeadCache& cache = sources_[static_cast<size_t>(layer)];
        if (!has_source_[static_cast<size_t>(layer)]) {
            const int64_t stride = 2 * shared + row_padding;
            float* both = source_projected_.reserve(source_rows_ * stride);
            linear(part.key_value, 2 * shared, source_.get(), spec_.hidden, both, stride, Activation::none,
                   source_rows_);
            cache.reserve(spec.key_value_heads, width, source_rows_, 0);
            share(spec.key_value_heads, [&](int64_t h, int64_t) {
                kernels_.arrange(both + h * width, both + shared + h * width, stride, 0, source_rows_, width,
                                 cache.capacity(), cache.keys(h), cache.values(h));
            });
            has_source_[static_cast<size_t>(layer)] = true;
        }
        linear(part.query, spec.query_size(), input, spec_.hidden, projected_, projected_stride(),
               Activation::none);
        return attend(
            projected_, projected_stride(), cache, source_rows_, attention, goes_on,
            [](int64_t) { return nullptr; }, -1, [](int64_t) {});
    }

    // attention [H, count_, keys]: the rows from kept_ on are written. `arrange` puts the keys and values of
    // a key-value head into the cache: where one task reads them, just before it does.
    template <typename Bias, typename Arrange>
    double attend(const float* queries, int64_t query_stride, const HeadCache& cache, int64_t keys,
                  float* attention, bool goes_on, const Bias& bias, int64_t first_row,
                  const Arrange& arrange) {
        const AttentionSpec& spec = spec_.attention;
        const int64_t heads = spec.heads, width = spec.head_width, group = heads / spec.key_value_heads;
        const int64_t padded = (keys + panel_width - 1) / panel_width * panel_width;
        float* scratch = scratch_.reserve(pool_->threads() * scratch_rows * padded);
        const int64_t splits = std::clamp((2 * threads_ + heads - 1) / heads, int64_t{1},
                                          (rows_ + scratch_rows - 1) / scratch_rows);
        std::vector<float> worst(static_cast<size_t>(heads * splits));
        const bool arranges_itself = group == 1 && splits == 1;
        if (!arranges_itself) share(spec.key_value_heads, [&](int64_t h, int64_t) { arrange(h); });
        share(heads * splits, [&](int64_t task, int64_t thread) {
            const int64_t head = task / splits, split = task % splits;
            if (arranges_itself) arrange(head);
            AttentionTask of{};
            of.query = queries + head * width;
            of.keys = cache.keys(head / group);
            of.values = cache.values(head / group);
            of.weights = attention + (head * count_ + kept_) * keys;
            of.context = goes_on ? context_ + head * width : nullptr;
            of.scratch = scratch + thread * scratch_rows * padded;
            of.count = keys;
            of.width = width;
            of.query_stride = query_stride;
            of.context_stride = context_stride();
            of.value_stride = cache.capacity();
            of.row_begin = split * rows_ / splits;
            of.row_end = (split + 1) * rows_ / splits;
            of.bias = bias(head);
            of.softcap = static_cast<float>(spec.softcap);
            of.first_row = first_row;
            worst[static_cast<size_t>(task)] = kernels_.attention(of);
        });
        return largest_error(worst);
    }

    // The context of ablated heads, between attention and output projection.
    void ablate(int64_t layer, bool is_cross) {
        const int64_t width = spec_.attention.head_width, stride = context_stride();
        for (const HeadAblation& of : ablations_) {
            if (of.layer != layer || (of.kind == AttentionKind::cross) != is_cross) continue;
            float* context = context_ + of.head * width;
            for (int64_t d = 0; d < width; ++d) {
                double mean = 0;
                if (of.to_mean)
                    for (int64_t i = 0; i < rows_; ++i) mean += context[i * stride + d];
                const float value = static_cast<float>(mean / static_cast<double>(rows_));
                for (int64_t i = 0; i < rows_; ++i) context[i * stride + d] = value;
            }
        }
    }

    // For few tokens more threads can be slower: measured, doubling from one, while it gets at least 5 %
    // faster. The same runs start the thread pool and touch the weights, so that the first key press finds
    // both warm. Of a large model a few layers, more than any cache holds, say the same in less time.
    void choose_short_threads() {
        constexpr int64_t rows = 8, enough_numbers = int64_t{1} << 25;
        const int64_t of_layer = std::max<int64_t>(1, packed_->parameters() / packed_->layers());
        const int64_t measured = std::clamp<int64_t>(enough_numbers / of_layer, 1, spec_.layers);
        const std::vector<float> states(static_cast<size_t>(rows * spec_.hidden), 0.1f);
        std::vector<float> attention(static_cast<size_t>(spec_.attention.heads * rows * rows)),
            cross(attention);
        if (spec_.has_cross_attention) set_source(states.data(), rows);
        double best_s = std::numeric_limits<double>::infinity();
        int64_t best_threads = 1;
        for (int64_t threads = 1; threads <= pool_->threads(); threads *= 2) {
            short_threads_ = threads;
            double fastest_s = std::numeric_limits<double>::infinity();
            for (int repeat = 0; repeat < 3; ++repeat) {
                const auto start = std::chrono::steady_clock::now();
                enter(states.data(), rows);
                for (int64_t l = 0; l < measured; ++l) run_layer(l, {attention.data(), cross.data()}, true);
                const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
                fastest_s = std::min(fastest_s, taken.count());
                if (fastest_s > 0.2) break;  // so large that the difference is nothing to measure for long
            }
            if (fastest_s > 0.95 * best_s) break;
            best_s = fastest_s;
            best_threads = threads;
        }
        short_threads_ = best_threads;
    }

    std::shared_ptr<const ModelWeights> storage_;
    const std::shared_ptr<const PackedStack> packed_;
    const StackWeights& weights_;
    const StackSpec& spec_;
    const Kernels& kernels_;
    const std::unique_ptr<TaskPool> pool_;
    int64_t short_threads_ = 1;

    // Of the pass under way: rows [kept_, count_).
    int64_t count_ = 0, kept_ = 0, rows_ = 0, threads_ = 1, source_rows_ = 0;
    RotaryTable angles_;
    ScoreBias bias_;
    AlignedFloats memory_;  // of what follows
    // [R, ...], rows padded by row_padding where wide
    float *state_ = nullptr, *normed_ = nullptr, *change_ = nullptr, *projected_ = nullptr;
    float *context_ = nullptr, *inner_ = nullptr, *gate_ = nullptr;
    AlignedFloats source_, source_projected_, scratch_, embedding_scratch_;
    std::vector<HeadAblation> ablations_;
    bool keeps_values_ = false;
    std::vector<ContributionScratch> contributions_;  // of each thread
    std::vector<HeadCache> caches_, sources_;         // of each layer, or one for all where nothing is kept
    std::vector<bool> has_source_;
};

bool are_panels(int64_t width) {
    return width > 0 && width % panel_width == 0;
}

}  // namespace

bool kernels_fit(const StackWeights& weights) {
    const StackSpec& spec = weights.spec;
    return are_panels(spec.hidden) && are_panels(spec.attention.head_width) &&
           are_panels(spec.intermediate) && (weights.patch_spec || are_panels(weights.embedding_spec.width));
}

std::unique_ptr<StackForward> make_kernel_forward(std::shared_ptr<const ModelWeights> weights, size_t stack) {
    return std::make_unique<KernelForward>(std::move(weights), stack);
}

}  // namespace weft::torch_part
