#include "analysis/method/rollout.h"

#include <algorithm>
#include <atomic>

#include "analysis/method/method_kernels.h"
#include "analysis/method/residual_layers.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

constexpr size_t rows_at_once = 96, inner_at_once = 256;  // so that both factors stay in the caches
constexpr size_t most_threads = 16;
constexpr double work_of_a_thread = 4e6;  // multiplications that are worth a thread of their own

// Columns of R_l come from the same columns of R_{l-1} alone: so many of them in all layers are one task.
class Columns {
  public:
    Columns(size_t size, size_t first)
        : size_(size), first_(first), count_(std::min(product_columns, size - first)) {}

    void read(const float* layer) {
        now_.assign(size_ * product_columns, 0.0f);
        for (size_t i = 0; i < size_; ++i)
            std::copy_n(layer + i * size_ + first_, count_, &now_[i * product_columns]);
    }

    // R_l = S_l R_{l-1}. False: it was stopped.
    bool multiply(const std::vector<float>& step, const ShouldStop& should_stop,
                  std::atomic<size_t>& rows_done) {
        next_.assign(now_.size(), 0.0f);
        for (size_t row = 0; row < size_; row += rows_at_once) {
            if (should_stop()) return false;
            for (size_t k = 0; k < size_; k += inner_at_once)
                method_kernels().add_product(&step[row * size_ + k], size_, &now_[k * product_columns],
                                             std::min(rows_at_once, size_ - row),
                                             std::min(inner_at_once, size_ - k),
                                             &next_[row * product_columns]);
            rows_done += std::min(rows_at_once, size_ - row);
        }
        std::swap(now_, next_);
        return true;
    }

    void write(float* layer) const {
        for (size_t i = 0; i < size_; ++i)
            std::copy_n(&now_[i * product_columns], count_, layer + i * size_ + first_);
    }

  private:
    size_t size_, first_, count_;
    std::vector<float> now_, next_;  // [N, product_columns]
};

}  // namespace

FrameTensor rollout(const AttentionBlock& attention, const RolloutOptions& options, const Watch& watch) {
    check_rollout_options(attention, options, "rollout");
    const size_t size = attention.keys, entries = size * size, layers = attention.layers;
    const size_t first = static_cast<size_t>(options.first_layer);
    std::vector<std::vector<float>> steps(layers);  // S_l
    if (!share_out_layers(layers, attention.heads * entries, watch.stop, [&](size_t l) {
            if (l >= first) steps[l] = residual_layer(attention, options, l);
        }))
        return {};

    auto result = std::make_shared<std::vector<float>>(layers * entries, 0.0f);
    for (size_t l = 0; l < first; ++l)
        for (size_t i = 0; i < size; ++i) (*result)[l * entries + i * size + i] = 1.0f;
    std::ranges::copy(steps[first], result->data() + first * entries);
    const double work =
        static_cast<double>(layers - first - 1) * static_cast<double>(entries) * static_cast<double>(size);
    const size_t threads =
        std::min(processors(most_threads), static_cast<size_t>(1 + work / work_of_a_thread));
    const size_t tasks = (size + product_columns - 1) / product_columns;
    const auto rows = static_cast<float>(std::max<size_t>(tasks * size * (layers - first - 1), 1));
    std::atomic<size_t> rows_done{0};
    const auto pulse = [&] { return watch(static_cast<float>(rows_done) / rows); };
    const bool done = share_out(tasks, threads, pulse, [&](size_t task, const ShouldStop& should_stop) {
        Columns columns(size, task * product_columns);
        columns.read(steps[first].data());
        for (size_t l = first + 1; l < layers; ++l) {
            if (!columns.multiply(steps[l], should_stop, rows_done)) return;
            columns.write(result->data() + l * entries);
        }
    });
    if (!done) return {};
    const int64_t n = attention.keys;
    return {{attention.layers, n, n}, std::move(result)};
}

}  // namespace weft
