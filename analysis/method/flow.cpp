#include "analysis/method/flow.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>

#include "analysis/error.h"
#include "analysis/method/residual_layers.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_partials{100};
constexpr size_t most_threads = 16;

// Each once, the nearest to `first` in front; of two as near the lower.
std::vector<size_t> rows_in_order(const FlowOptions& options, size_t size) {
    std::vector<size_t> rows;
    for (const int64_t row : options.rows.value_or(std::vector<int64_t>())) {
        if (row < 0 || row >= static_cast<int64_t>(size))
            throw Error("flow: row " + std::to_string(row) + " is not there",
                        "Rows run from 0 to " + std::to_string(size - 1) + ".");
        rows.push_back(static_cast<size_t>(row));
    }
    if (!options.rows)
        for (size_t row = 0; row < size; ++row) rows.push_back(row);
    std::ranges::sort(rows);
    rows.erase(std::ranges::unique(rows).begin(), rows.end());
    if (!options.first_row) return rows;
    const int64_t first = *options.first_row;
    std::ranges::stable_sort(rows, [first](size_t a, size_t b) {
        return std::abs(static_cast<int64_t>(a) - first) < std::abs(static_cast<int64_t>(b) - first);
    });
    return rows;
}

// The rows as they come, each written by one task before it says that it is there.
class Rows {
  public:
    Rows(size_t size, size_t wanted)
        : size_(size),
          wanted_(wanted),
          values_(size * size, std::numeric_limits<float>::quiet_NaN()),
          is_there_(size) {}

    float* row(size_t index) { return values_.data() + index * size_; }
    void finish(size_t index) {
        is_there_[index].store(true, std::memory_order_release);
        ++count_;
    }
    float share() const { return static_cast<float>(count_) / static_cast<float>(wanted_); }

    FrameTensor copy() const {
        auto values =
            std::make_shared<std::vector<float>>(size_ * size_, std::numeric_limits<float>::quiet_NaN());
        for (size_t row = 0; row < size_; ++row)
            if (is_there_[row].load(std::memory_order_acquire))
                std::copy_n(values_.begin() + static_cast<ptrdiff_t>(row * size_), size_,
                            values->begin() + static_cast<ptrdiff_t>(row * size_));
        return {{static_cast<int64_t>(size_), static_cast<int64_t>(size_)}, std::move(values)};
    }

  private:
    size_t size_, wanted_;
    std::vector<float> values_;
    std::vector<std::atomic<bool>> is_there_;
    std::atomic<size_t> count_{0};
};

}  // namespace

FlowCapacities flow_capacities(const AttentionBlock& attention, const RolloutOptions& options) {
    check_rollout_options(attention, options, "flow");
    FlowCapacities capacities{attention.keys, {}};
    const size_t size = attention.keys;
    for (size_t l = static_cast<size_t>(options.first_layer); l < attention.layers; ++l) {
        const std::vector<float> step = residual_layer(attention, options, l);
        std::vector<double>& layer = capacities.layers.emplace_back(step.begin(), step.end());
        for (size_t i = 0; i < size; ++i) {
            double sum = 0;
            for (size_t j = 0; j < size; ++j) sum += layer[i * size + j];
            for (size_t j = 0; j < size; ++j) layer[i * size + j] /= sum;
        }
    }
    return capacities;
}

FrameTensor flow(const AttentionBlock& attention, const FlowOptions& options, const FlowWatch& watch) {
    const size_t size = attention.keys;
    const FlowCapacities capacities = flow_capacities(attention, options.capacities);
    const std::vector<size_t> order = rows_in_order(options, size);
    Rows rows(size, order.size());
    Clock::time_point posted = Clock::now();
    float told = 0;
    const auto pulse = [&] {
        if (watch.stop && watch.stop()) return true;
        const float share = rows.share();
        if (watch.progress && share > told) watch.progress(share);
        told = share;
        if (watch.partial && share > 0 && share < 1 && Clock::now() - posted >= between_partials) {
            watch.partial(rows.copy());
            posted = Clock::now();
        }
        return false;
    };
    // One task a thread, so that each has its network once; they take the rows one by one.
    const size_t threads =
        std::min(options.threads > 0 ? options.threads : processors(most_threads), order.size());
    std::atomic<size_t> next{0};
    const bool done = share_out(threads, threads, pulse, [&](size_t, const ShouldStop& should_stop) {
        FlowNetwork network(capacities);
        for (size_t index = next++; index < order.size(); index = next++) {
            const size_t i = order[index], support = attention.causal ? i + 1 : size;
            float* row = rows.row(i);
            network.begin(i, support);
            for (size_t j = 0; j < support; ++j) {
                if (should_stop()) return;
                row[j] = static_cast<float>(network.flow_to(j));
            }
            std::fill(row + support, row + size, 0.0f);
            rows.finish(i);
        }
    });
    return done ? rows.copy() : FrameTensor{};
}

}  // namespace weft
