#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "analysis/torch/aligned_floats.h"
#include "analysis/torch/bert_forward.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

namespace {

// Rows of the wide buffers are one cache line longer than needed: a stride of 2^k bytes would put the rows of
// a tile into the same few cache sets.
constexpr int64_t row_padding = 16;
constexpr int64_t most_threads = 16;
constexpr int64_t short_tokens = 24;  // up to here memory, not arithmetic, is the limit

struct PackedLinear {
    AlignedFloats weight;  // [outer / 16, inner, 16]
    AlignedFloats bias;    // [outer]
    int64_t inner = 0, outer = 0;

    PackedLinear(int64_t in, int64_t out) : inner(in), outer(out) {
        weight.reserve(in * out);
        bias.reserve(out);
    }
    void place(const LinearWeights& part, int64_t first, int64_t count, float scale) {
        pack_panels(part.weight, count, inner, scale, weight.get() + first * inner);
        for (int64_t n = 0; n < count; ++n) bias.get()[first + n] = part.bias[n] * scale;
    }
};

// Query, key and value in one product; the attention's 1 / sqrt(d) is in the query's weights.
struct PackedLayer {
    PackedLinear query_key_value, output, up, down;
};

class KernelForward final : public BertForward {
  public:
    explicit KernelForward(std::shared_ptr<const BertWeights> weights)
        : weights_(std::move(weights)),
          shape_(weights_->shape),
          kernels_(cpu_kernels()),
          pool_(std::make_unique<TaskPool>(usable_processors(most_threads))) {
        const int64_t hidden = shape_.hidden;
        const float scale = 1.0f / std::sqrt(static_cast<float>(shape_.head_width()));
        layers_.reserve(weights_->layers.size());
        for (size_t l = 0; l < weights_->layers.size(); ++l)
            layers_.push_back({PackedLinear(hidden, 3 * hidden), PackedLinear(hidden, hidden),
                               PackedLinear(hidden, shape_.intermediate),
                               PackedLinear(shape_.intermediate, hidden)});
        threads_ = pool_->threads();
        share(shape_.layers, [&](int64_t l, int64_t) {
            const BertLayerWeights& from = weights_->layers[l];
            PackedLayer& to = layers_[l];
            to.query_key_value.place(from.query, 0, hidden, scale);
            to.query_key_value.place(from.key, hidden, hidden, 1);
            to.query_key_value.place(from.value, 2 * hidden, hidden, 1);
            to.output.place(from.output, 0, hidden, 1);
            to.up.place(from.up, 0, shape_.intermediate, 1);
            to.down.place(from.down, 0, hidden, 1);
        });
        choose_short_threads();
    }

    void embed(const std::vector<int32_t>& ids, const std::vector<uint8_t>& segments) override {
        count_ = static_cast<int64_t>(ids.size());
        threads_ = count_ <= short_tokens ? short_threads_ : pool_->threads();
        const int64_t hidden = shape_.hidden;
        padded_ = (count_ + panel_width - 1) / panel_width * panel_width;
        // Of each thread: one head's keys and values in panels, and a tile of scores.
        scratch_stride_ = (2 * shape_.head_width() + scratch_rows) * padded_;
        state_.reserve(count_ * hidden);
        change_.reserve(count_ * hidden);
        projected_.reserve(count_ * (3 * hidden + row_padding));
        context_.reserve(count_ * (hidden + row_padding));
        inner_.reserve(count_ * (shape_.intermediate + row_padding));
        scratch_.reserve(threads_ * scratch_stride_);
        for (int64_t i = 0; i < count_; ++i) {
            const float* word = weights_->words + ids[i] * hidden;
            const float* position = weights_->positions + i * hidden;
            const float* type = weights_->types + segments[i] * hidden;
            for (int64_t d = 0; d < hidden; ++d) {
                state_.get()[i * hidden + d] = word[d] + type[d];
                change_.get()[i * hidden + d] = position[d];
            }
        }
        add_and_normalise(weights_->norm);
    }

    double run_layer(int64_t layer, float* attention, bool advance) override {
        const int64_t hidden = shape_.hidden;
        const PackedLayer& packed = layers_[layer];
        const BertLayerWeights& plain = weights_->layers[layer];
        // Without `advance` the values are of no use to anybody: query and key are the first two thirds.
        linear(packed.query_key_value, advance ? 3 * hidden : 2 * hidden, state_.get(), hidden,
               projected_.get(), 3 * hidden + row_padding, Activation::none);
        const double worst = attend(attention, advance);
        if (!advance) return worst;
        linear(packed.output, hidden, context_.get(), hidden + row_padding, change_.get(), hidden,
               Activation::none);
        add_and_normalise(plain.attention_norm);
        linear(packed.up, shape_.intermediate, state_.get(), hidden, inner_.get(),
               shape_.intermediate + row_padding, shape_.activation);
        linear(packed.down, hidden, inner_.get(), shape_.intermediate + row_padding, change_.get(), hidden,
               Activation::none);
        add_and_normalise(plain.output_norm);
        return worst;
    }

    void copy_hidden(float* hidden) const override {
        std::copy_n(state_.get(), count_ * shape_.hidden, hidden);
    }

  private:
    template <typename Task>
    void share(int64_t tasks, const Task& task) const {
        pool_->run(tasks, threads_, task);
    }

    void linear(const PackedLinear& weights, int64_t columns, const float* x, int64_t x_stride, float* y,
                int64_t y_stride, Activation activation) const {
        const int64_t panels = columns / panel_width, together = kernels_.panels_together;
        share((panels + together - 1) / together, [&](int64_t task, int64_t) {
            kernels_.linear({x, weights.weight.get(), weights.bias.get(), y, count_, weights.inner, x_stride,
                             y_stride, task * together, std::min((task + 1) * together, panels), activation});
        });
    }

    double attend(float* attention, bool advance) const {
        const int64_t heads = shape_.heads, width = shape_.head_width(), hidden = shape_.hidden;
        const int64_t stride = 3 * hidden + row_padding;
        const int64_t splits = std::clamp((2 * threads_ + heads - 1) / heads, int64_t{1},
                                          (count_ + scratch_rows - 1) / scratch_rows);
        std::vector<float> worst(heads * splits);
        share(heads * splits, [&](int64_t task, int64_t thread) {
            const int64_t head = task / splits, split = task % splits;
            const float* query = projected_.get() + head * width;
            float* keys = scratch_.get() + thread * scratch_stride_;
            float* values = keys + width * padded_;
            kernels_.arrange(query + hidden, advance ? query + 2 * hidden : nullptr, stride, count_, width,
                             keys, values);
            worst[task] = kernels_.attention(
                {query, keys, values, attention + head * count_ * count_,
                 advance ? context_.get() + head * width : nullptr, values + width * padded_, count_, width,
                 stride, hidden + row_padding, split * count_ / splits, (split + 1) * count_ / splits});
        });
        double largest = 0;
        for (const float error : worst)
            if (error > largest || std::isnan(error)) largest = error;
        return largest;
    }

    void add_and_normalise(const NormWeights& norm) const {
        constexpr int64_t rows = 16;
        const int64_t hidden = shape_.hidden;
        share((count_ + rows - 1) / rows, [&](int64_t task, int64_t) {
            const int64_t row = task * rows;
            kernels_.add_and_normalise(state_.get() + row * hidden, change_.get() + row * hidden,
                                       std::min(rows, count_ - row), hidden, norm.gain, norm.bias,
                                       shape_.epsilon);
        });
    }

    // For few tokens more threads can be slower: measured, doubling from one, while it gets at least 5 %
    // faster. The same runs start the thread pool and touch the weights, so that the first key press finds
    // both warm.
    void choose_short_threads() {
        const std::vector<int32_t> ids(std::min<int64_t>(8, shape_.positions), 0);
        const std::vector<uint8_t> segments(ids.size(), 0);
        std::vector<float> attention(shape_.heads * ids.size() * ids.size());
        double best_s = std::numeric_limits<double>::infinity();
        int64_t best_threads = 1;
        for (int64_t threads = 1; threads <= pool_->threads(); threads *= 2) {
            short_threads_ = threads;
            double fastest_s = std::numeric_limits<double>::infinity();
            for (int repeat = 0; repeat < 3; ++repeat) {
                const auto start = std::chrono::steady_clock::now();
                embed(ids, segments);
                for (int64_t l = 0; l < shape_.layers; ++l) run_layer(l, attention.data(), true);
                const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
                fastest_s = std::min(fastest_s, taken.count());
            }
            if (fastest_s > 0.95 * best_s) break;
            best_s = fastest_s;
            best_threads = threads;
        }
        short_threads_ = best_threads;
    }

    std::shared_ptr<const BertWeights> weights_;
    const BertShape shape_;
    const Kernels& kernels_;
    const std::unique_ptr<TaskPool> pool_;
    std::vector<PackedLayer> layers_;
    int64_t short_threads_ = 1;

    // Of the pass under way.
    int64_t count_ = 0, threads_ = 1, padded_ = 0, scratch_stride_ = 0;
    AlignedFloats state_, change_, projected_, context_,
        inner_;              // [N, ...], rows padded by row_padding where wide
    AlignedFloats scratch_;  // [threads, scratch_stride_]
};

}  // namespace

bool kernels_fit(const BertShape& shape) {
    return shape.hidden % panel_width == 0 && shape.head_width() % panel_width == 0 &&
           shape.intermediate % panel_width == 0;
}

std::unique_ptr<BertForward> make_kernel_forward(std::shared_ptr<const BertWeights> weights) {
    return std::make_unique<KernelForward>(std::move(weights));
}

}  // namespace weft::torch_part
