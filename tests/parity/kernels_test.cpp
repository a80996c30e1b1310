// Each build of the kernels that this processor runs, against loops in double.
#include "analysis/torch/kernels.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace weft;
using namespace weft::torch_part;

namespace {

std::vector<float> random_floats(int64_t count, float spread = 1) {
    static std::mt19937 engine(7);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> values(count);
    for (float& value : values) value = normal(engine);
    return values;
}

double exact(double x, Activation activation) {
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::relu:
            return std::max(0.0, x);
        case Activation::gelu_erf:
            return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
        case Activation::gelu_tanh:
            return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
        case Activation::quick_gelu:
            return x / (1 + std::exp(-1.702 * x));
        case Activation::silu:
            return x / (1 + std::exp(-x));
        case Activation::tanh:
            return std::tanh(x);
    }
    return x;
}

template <typename Check>
void with_all_kernels(const Check& check) {
    for (const Kernels* const* kernels = all_cpu_kernels(); *kernels; ++kernels) {
        INFO("kernels " << (*kernels)->name);
        check(**kernels);
    }
}

}  // namespace

TEST_CASE("A linear layer equals its sum for every number of rows and a part of the columns") {
    constexpr int64_t inner = 37, outer = 80, stride = inner + 3;
    with_all_kernels([&](const Kernels& kernels) {
        for (const int64_t rows : {1, 2, 3, 5, 11, 12, 13, 25, 63, 64, 65}) {
            const auto x = random_floats(rows * stride), weight = random_floats(outer * inner);
            const auto bias = random_floats(outer);
            std::vector<float> packed(outer * inner), y(rows * outer, -77.0f);
            pack_panels(weight.data(), outer, inner, 1, packed.data());
            for (const Activation activation :
                 {Activation::none, Activation::relu, Activation::gelu_erf, Activation::gelu_tanh,
                  Activation::quick_gelu, Activation::silu, Activation::tanh}) {
                kernels.linear({x.data(), packed.data(), bias.data(), y.data(), rows, inner, stride, outer, 1,
                                4, activation});
                double worst = 0;
                for (int64_t i = 0; i < rows; ++i)
                    for (int64_t n = 16; n < 64; ++n) {
                        double sum = bias[n];
                        for (int64_t k = 0; k < inner; ++k)
                            sum += double{x[i * stride + k]} * weight[n * inner + k];
                        worst = std::max(worst, std::abs(y[i * outer + n] - exact(sum, activation)));
                    }
                INFO("rows " << rows << ", activation " << static_cast<int>(activation));
                CHECK(worst < 2e-5);
                CHECK(y[0] == -77.0f);
                CHECK(y[64] == -77.0f);
            }
        }
    });
}

TEST_CASE("Split numbers give a linear layer and its transpose to some 1e-5 of each row") {
    with_all_kernels([&](const Kernels& kernels) {
        REQUIRE((kernels.split_rows == nullptr) == (kernels.linear_split == nullptr));
        if (!kernels.linear_split) return;
        struct Size {
            int64_t rows, inner, outer;
        };
        for (const auto& [rows, inner, outer] : {Size{1, 48, 48}, Size{2, 16, 16}, Size{31, 64, 80},
                                                 Size{33, 208, 112}, Size{64, 400, 224}, Size{97, 32, 432}})
            for (const bool across : {false, true})
                for (const int ends : {0, 1, 2}) {
                    const int64_t depth = across ? outer : inner, columns = across ? inner : outer;
                    const int64_t x_stride = depth + 5, y_stride = columns + 16;
                    const auto x = random_floats(rows * x_stride), weight = random_floats(outer * inner);
                    const auto bias = random_floats(columns), factor = random_floats(rows * y_stride);
                    std::vector<float> packed(outer * inner), y(rows * y_stride, 0.5f), slope(y.size());
                    pack_panels(weight.data(), outer, inner, 1, packed.data());
                    const int64_t blocks = (rows + split_rows_together - 1) / split_rows_together;
                    std::vector<uint16_t> split(blocks * split_block(depth));
                    for (int64_t block = 0; block < blocks; ++block) {
                        const int64_t row = block * split_rows_together;
                        kernels.split_rows(x.data() + row * x_stride, x_stride,
                                           std::min(split_rows_together, rows - row), depth, depth,
                                           split.data() + block * split_block(depth));
                    }
                    SplitTask task{};
                    task.x = split.data();
                    task.packed = packed.data();
                    task.bias = across ? nullptr : bias.data();
                    task.y = y.data();
                    task.rows = rows;
                    task.depth = depth;
                    task.inputs = inner;
                    task.y_stride = y_stride;
                    task.panel_begin = columns > panel_width ? 1 : 0;
                    task.panels = task.panel_end = columns / panel_width;
                    task.activation = ends == 1 ? Activation::gelu_erf : Activation::none;
                    task.slope = ends == 1 ? slope.data() : nullptr;
                    task.factor = ends == 2 ? factor.data() : nullptr;
                    task.adds = ends == 2;
                    task.across = across;
                    std::vector<float> scratch(task.scratch_floats());
                    task.scratch = scratch.data();
                    kernels.linear_split(task);
                    double worst = 0;
                    for (int64_t i = 0; i < rows; ++i)
                        for (int64_t c = task.panel_begin * panel_width; c < columns; ++c) {
                            double sum = task.adds ? 0.5 : across ? 0.0 : bias[c], sizes = 1e-3;
                            for (int64_t k = 0; k < depth; ++k) {
                                const double w = across ? weight[k * inner + c] : weight[c * inner + k];
                                sum += x[i * x_stride + k] * w;
                                sizes += std::abs(x[i * x_stride + k] * w);
                            }
                            const double by = ends == 2 ? factor[i * y_stride + c] : 1.0;
                            const double expected = ends == 1 ? exact(sum, Activation::gelu_erf) : by * sum;
                            worst = std::max(worst,
                                             std::abs(y[i * y_stride + c] - expected) /
                                                 (sizes * std::max(1e-3, std::abs(static_cast<double>(by)))));
                        }
                    // 2^-18 for each number of a product, and as much for what is left out.
                    INFO(rows << " x " << inner << " -> " << outer << (across ? " across" : "") << ", ends "
                              << ends);
                    CHECK(worst < 1.3e-5);
                    CHECK(y[columns] == 0.5f);
                    if (task.panel_begin > 0) CHECK(y[0] == 0.5f);
                }
    });
}

TEST_CASE("Attention equals softmax of its scores and its context for every number of tokens") {
    constexpr int64_t width = 32, stride = 3 * width + 16;
    with_all_kernels([&](const Kernels& kernels) {
        for (const int64_t count : {1, 2, 7, 15, 16, 17, 31, 33, 63, 64, 65, 130}) {
            auto all = random_floats(count * stride, 0.6f);
            const float* query = all.data();
            const int64_t padded = (count + 15) / 16 * 16;
            std::vector<float> keys(width * padded), values(width * count), weights(count * count);
            std::vector<float> context(count * width), scratch(scratch_rows * padded);
            kernels.arrange(query + width, query + 2 * width, stride, 0, count, width, count, keys.data(),
                            values.data());
            const float error =
                kernels.attention({query, keys.data(), values.data(), weights.data(), context.data(),
                                   scratch.data(), count, width, stride, width, count, 0, count});
            double worst = 0, worst_sum = 0;
            std::vector<double> row(count);
            for (int64_t i = 0; i < count; ++i) {
                double total = 0, top = -1e30, written = 0;
                for (int64_t j = 0; j < count; ++j) {
                    row[j] = 0;
                    for (int64_t d = 0; d < width; ++d)
                        row[j] += double{query[i * stride + d]} * query[j * stride + width + d];
                    top = std::max(top, row[j]);
                }
                for (double& value : row) total += value = std::exp(value - top);
                for (int64_t j = 0; j < count; ++j) {
                    worst = std::max(worst, std::abs(weights[i * count + j] - row[j] / total));
                    written += double{weights[i * count + j]};
                }
                worst_sum = std::max(worst_sum, std::abs(written - 1));
                for (int64_t d = 0; d < width; ++d) {
                    double sum = 0;
                    for (int64_t j = 0; j < count; ++j)
                        sum += row[j] / total * query[j * stride + 2 * width + d];
                    worst = std::max(worst, std::abs(context[i * width + d] - sum));
                }
            }
            INFO("tokens " << count);
            CHECK(worst < 2e-6);
            CHECK(error < 1e-6f);
            CHECK(std::abs(error - worst_sum) < 5e-7);
        }
    });
}

TEST_CASE("A score that is not a number makes the row error not a number") {
    constexpr int64_t width = 16, count = 20, padded = 32;
    with_all_kernels([&](const Kernels& kernels) {
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
            for (const int64_t row : {0, 13, 19}) {
                std::vector<float> query(count * width, 0.5f), weights(count * count);
                std::vector<float> keys(width * padded), scratch(scratch_rows * padded);
                kernels.arrange(query.data(), nullptr, width, 0, count, width, count, keys.data(), nullptr);
                query[row * width + 3] = bad;
                const float error =
                    kernels.attention({query.data(), keys.data(), nullptr, weights.data(), nullptr,
                                       scratch.data(), count, width, width, width, count, 0, count});
                INFO("row " << row);
                CHECK(std::isnan(error));
            }
    });
}

TEST_CASE("The sum of two rows is normalised to the gain and bias") {
    constexpr int64_t width = 48, rows = 5;
    with_all_kernels([&](const Kernels& kernels) {
        auto x = random_floats(rows * width, 3);
        const auto before = x, y = random_floats(rows * width), gain = random_floats(width),
                   bias = random_floats(width);
        kernels.normalise(
            {x.data(), y.data(), nullptr, x.data(), rows, width, gain.data(), bias.data(), 1e-5f, false});
        double worst = 0;
        for (int64_t i = 0; i < rows; ++i) {
            double mean = 0, variance = 0;
            const auto sum = [&](int64_t d) { return double{before[i * width + d]} + y[i * width + d]; };
            for (int64_t d = 0; d < width; ++d) mean += sum(d) / width;
            for (int64_t d = 0; d < width; ++d) variance += (sum(d) - mean) * (sum(d) - mean) / width;
            for (int64_t d = 0; d < width; ++d) {
                const double value = (sum(d) - mean) / std::sqrt(variance + 1e-5) * gain[d] + bias[d];
                worst = std::max(worst, std::abs(value - x[i * width + d]));
            }
        }
        CHECK(worst < 2e-6);
    });
}

TEST_CASE("The contribution of a block of keys is the norm of the heads' sum, also where heads cancel") {
    with_all_kernels([&](const Kernels& kernels) {
        for (const int64_t heads : {1, 2, 5, 12})
            for (const int64_t keys : {1, 7, 16, 17, 32}) {
                constexpr int64_t rows = 5, width = 48, all_keys = 40, first = 3;
                std::vector<float> parts = random_floats(heads * keys * width);
                std::vector<float> weights = random_floats(heads * rows * all_keys);
                for (float& weight : weights) weight = std::abs(weight);
                if (heads == 2)  // what one head brings the other takes away
                    for (int64_t i = 0; i < keys * width; ++i) parts[keys * width + i] = -parts[i];
                if (heads == 2)
                    std::copy_n(weights.begin(), rows * all_keys, weights.begin() + rows * all_keys);
                std::vector<float> norms(rows * all_keys, -77.0f);
                ContributionTask task{};
                task.parts = parts.data();
                task.weights = weights.data() + first;
                task.norms = norms.data() + first;
                task.heads = heads, task.keys = keys, task.width = width;
                task.row_begin = 1, task.row_end = rows;
                task.weight_stride = rows * all_keys, task.row_stride = all_keys;
                std::vector<double> scratch(task.doubles());
                task.scratch = scratch.data();
                kernels.contribution(task);
                double worst = 0;
                for (int64_t i = 0; i < rows; ++i)
                    for (int64_t j = 0; j < all_keys; ++j) {
                        const float got = norms[i * all_keys + j];
                        if (j < first || j >= first + keys) {
                            CHECK(got == -77.0f);
                            continue;
                        }
                        double squares = 0;
                        for (int64_t d = 0; d < width && i > 0; ++d) {
                            double sum = 0;
                            for (int64_t h = 0; h < heads; ++h)
                                sum += double{weights[(h * rows + i) * all_keys + j]} *
                                       parts[(h * keys + j - first) * width + d];
                            squares += sum * sum;
                        }
                        worst = std::max(worst, std::abs(got - std::sqrt(squares)));
                    }
                INFO("heads " << heads << ", keys " << keys);
                CHECK(worst < 1e-5);
            }
    });
}
