#include "analysis/torch/kept_rows.h"

#include <algorithm>
#include <cmath>

namespace weft::torch_part {

namespace {

// Sums in lanes, so that the compiler may use vectors.
float copy_and_sum(const float* from, float* to, int64_t count) {
    constexpr int64_t lanes = 16;
    float sums[lanes] = {};
    int64_t j = 0;
    for (; j + lanes <= count; j += lanes)
        for (int64_t lane = 0; lane < lanes; ++lane) {
            to[j + lane] = from[j + lane];
            sums[lane] += from[j + lane];
        }
    float sum = 0;
    for (; j < count; ++j) sum += to[j] = from[j];
    for (const float of_lane : sums) sum += of_lane;
    return sum;
}

}  // namespace

double copy_kept_rows(const float* old, int64_t old_count, float* rows, int64_t count, int64_t kept) {
    double worst = 0;
    for (int64_t i = 0; i < kept; ++i) {
        float* row = rows + i * count;
        const float sum = copy_and_sum(old + i * old_count, row, i + 1);
        std::fill(row + i + 1, row + count, 0.0f);
        worst = std::max(worst, std::abs(double{sum} - 1));
    }
    return worst;
}

}  // namespace weft::torch_part
