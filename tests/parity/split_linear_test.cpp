// What SplitLinear is given ahead of time changes no number.
#include "analysis/torch/split_linear.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace weft;
using namespace weft::torch_part;

namespace {

constexpr int64_t rows = 45, width = 80, inner = 208, inner_stride = inner + 16;

std::vector<float> random_floats(int64_t count, int seed) {
    std::mt19937 engine(static_cast<unsigned>(seed));
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> values(count);
    for (float& value : values) value = normal(engine);
    return values;
}

struct Map {
    std::vector<float> packed, bias;
    PackedLinear weights;

    Map(int64_t outer, int64_t from, int seed)
        : packed((outer + 15) / 16 * 16 * from), bias(random_floats((outer + 15) / 16 * 16, seed)) {
        pack_panels(random_floats(outer * from, seed + 1).data(), outer, from, 1, packed.data());
        weights.weight = packed.data();
        weights.bias = bias.data();
        weights.inner = from;
        weights.outer = outer;
    }
};

const Kernels* split_kernels() {
    for (const Kernels* const* kernels = all_cpu_kernels(); *kernels; ++kernels)
        if ((*kernels)->linear_split) return *kernels;
    return nullptr;
}

}  // namespace

TEST_CASE("Rows that were split by whoever made them give the bytes of rows that were not") {
    const Kernels* const kernels = split_kernels();
    if (!kernels) return;  // no matrix tiles
    TaskPool pool(2);
    const Map up(inner, width, 1), down(width, inner, 3);
    const std::vector<float> x = random_floats(rows * width, 5);
    LinearEnds activated;
    activated.activation = Activation::gelu_erf;
    const auto through_both = [&](bool announces, bool feeds, bool announces_others) {
        SplitLinear split;
        std::vector<float> between(rows * inner_stride), y(rows * width);
        if (announces) {
            uint16_t* const numbers = split.announce(x.data(), rows, width);
            for (int64_t row = 0; row < rows; row += split_rows_together)
                kernels->split_rows(x.data() + row * width, width, std::min(split_rows_together, rows - row),
                                    width, width, numbers + row / split_rows_together * split_block(width));
        }
        if (announces_others)
            std::fill_n(split.announce(y.data(), rows, width), 2 * split_block(width), uint16_t{0});
        split.run(pool, *kernels, up.weights, false, {x.data(), width, between.data(), inner_stride, rows},
                  activated, feeds);
        split.run(pool, *kernels, down.weights, false, {between.data(), inner_stride, y.data(), width, rows},
                  {}, false);
        return y;
    };
    const std::vector<float> expected = through_both(false, false, false);
    CHECK(std::ranges::any_of(expected, [](float value) { return value != 0; }));
    CHECK(through_both(true, false, false) == expected);
    CHECK(through_both(false, true, false) == expected);
    CHECK(through_both(true, true, false) == expected);
    CHECK(through_both(true, true, true) == expected);
}

TEST_CASE("Announced numbers are taken once, and forgotten when told") {
    const Kernels* const kernels = split_kernels();
    if (!kernels) return;
    TaskPool pool(2);
    const Map map(width, width, 7);
    std::vector<float> x = random_floats(rows * width, 9), first(rows * width), again(first), other(first);
    SplitLinear split;
    const auto run = [&](std::vector<float>& y) {
        split.run(pool, *kernels, map.weights, false, {x.data(), width, y.data(), width, rows}, {}, false);
    };
    const auto announce_zeros = [&] {
        std::fill_n(split.announce(x.data(), rows, width), 2 * split_block(width), uint16_t{0});
    };
    run(first);
    announce_zeros();
    run(other);
    CHECK(other != first);
    run(again);
    CHECK(again == first);
    announce_zeros();
    split.forget();
    run(again);
    CHECK(again == first);
}
