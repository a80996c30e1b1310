// The way back through norms and attention, on the arithmetic of kernels_impl.h, by its rules. Included by
// kernels_*.cpp only.
#include "analysis/torch/kernels_impl.h"

namespace weft::torch_part {
namespace {

// multiply() with a transposed: acc[r][v] += sum_k a[k, r] b[k, v].
template <int rows, int vectors>
WEFT_INLINE void multiply_transposed(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                                     int64_t inner, Vector (&acc)[rows][vectors]) {
    for (int64_t k = 0; k < inner; ++k) {
        Vector row[vectors];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) row[v] = load(b + k * b_stride + v * lanes);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            const float factor = a[k * a_stride + r];
#pragma GCC unroll 8
            for (int v = 0; v < vectors; ++v) acc[r][v] += factor * row[v];
        }
    }
}

// to[r, v] = x[r] . panels[v], rows of `padded`.
template <int rows, int vectors>
void product_tile(const float* x, int64_t x_stride, const float* panels, int64_t width, int64_t column,
                  float* to, int64_t padded) {
    Vector acc[rows][vectors] = {};
    multiply<rows, vectors>(x, x_stride, panels + column * width, panel_width, width * panel_width, width,
                            acc);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) store(to + r * padded + column + v * lanes, acc[r][v]);
}

// to[j, :] = factor sum_i a[i, j] b[i, :] for `rows` rows j.
template <int rows, int vectors>
void gather_tile(const float* a, int64_t a_stride, const float* b, int64_t b_stride, int64_t inner,
                 float factor, bool adds, float* to, int64_t to_stride) {
    Vector acc[rows][vectors] = {};
    multiply_transposed<rows, vectors>(a, a_stride, b, b_stride, inner, acc);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) {
            float* at = to + r * to_stride + v * lanes;
            store(at, adds ? load(at) + factor * acc[r][v] : factor * acc[r][v]);
        }
}

// The same for all rows j < count, of which row j has entries from a row of `a` on that first_row says.
void gather(const AttentionBackTask& task, const float* a, const float* b, int64_t b_stride, float factor,
            float* to, int64_t to_stride) {
    const int64_t tiles = tiles_of(task.count);
    for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t row = tile * task.count / tiles, next = (tile + 1) * task.count / tiles;
        int64_t begin = task.first_row < 0 || row < task.first_row ? 0 : row - task.first_row;
        if (begin > task.rows) begin = task.rows;
        with_rows<tile_rows>(next - row, [&]<int rows>() {
            over_panels<rows>(0, task.width / panel_width, [&]<int r, int v>(int64_t panel) {
                gather_tile<r, v>(a + begin * task.count + row, task.count,
                                  b + begin * b_stride + panel * panel_width, b_stride, task.rows - begin,
                                  factor, task.adds, to + row * to_stride + panel * panel_width, to_stride);
            });
        });
    }
}

// scores' gradient of one row: factor * weights * (gradient - sum_j weights gradient), times 1 - tanh^2(score
// / softcap) where there are scores.
WEFT_INLINE void softmax_back(const float* weights, const float* gradient, const float* scores, float softcap,
                              int64_t count, float factor, float* to) {
    const int64_t whole = count / lanes * lanes;
    Vector sums = {};
    for (int64_t j = 0; j < whole; j += lanes) sums += load(weights + j) * load(gradient + j);
    float sum = sum_of(sums);
    for (int64_t j = whole; j < count; ++j) sum += weights[j] * gradient[j];
    for (int64_t j = 0; j < whole; j += lanes)
        store(to + j, factor * load(weights + j) * (load(gradient + j) - sum));
    for (int64_t j = whole; j < count; ++j) to[j] = factor * weights[j] * (gradient[j] - sum);
    if (!scores) return;
    for (int64_t j = 0; j < count; j += lanes) {
        const Vector capped = hyperbolic_tangent(load(scores + j) * (1.0f / softcap));
        const Vector slope = 1.0f - capped * capped;
        if (j < whole)
            store(to + j, load(to + j) * slope);
        else
            for (int64_t k = j; k < count; ++k) to[k] *= slope[k - j];
    }
}

void attention_back(const AttentionBackTask& task) {
    const int64_t tiles = tiles_of(task.rows), padded = task.padded(), count = task.count;
    float* const scores = task.softcap > 0 ? task.scratch + scratch_rows * padded : nullptr;
    for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t row = tile * task.rows / tiles, next = (tile + 1) * task.rows / tiles;
        const int64_t visible =
            task.first_row < 0 || task.first_row + next > count ? count : task.first_row + next;
        const int64_t panels = (visible + panel_width - 1) / panel_width;
        const int64_t shown_panels = task.shown ? padded / panel_width : panels;
        const float* query = task.query + row * task.query_stride;
        const float* gradient = task.context_gradient + row * task.context_gradient_stride;
        float* score_gradient = task.score_gradient + row * count;
        with_rows<tile_rows>(next - row, [&]<int rows>() {
            over_panels<rows>(0, shown_panels, [&]<int r, int v>(int64_t panel) {
                product_tile<r, v>(gradient, task.context_gradient_stride, task.value_panels, task.width,
                                   panel * panel_width, task.scratch, padded);
            });
            if (scores)
                over_panels<rows>(0, panels, [&]<int r, int v>(int64_t panel) {
                    product_tile<r, v>(query, task.query_stride, task.key_panels, task.width,
                                       panel * panel_width, scores, padded);
                });
            for (int r = 0; r < rows; ++r) {
                const float* by_weights = task.scratch + r * padded;
                if (task.shown)
                    for (int64_t j = 0; j < count; ++j) task.shown[(row + r) * count + j] = by_weights[j];
                float* to = score_gradient + r * count;
                softmax_back(task.weights + (row + r) * count, by_weights,
                             scores ? scores + r * padded : nullptr, task.softcap, visible, task.gate, to);
                for (int64_t j = visible; j < count; ++j) to[j] = 0.0f;
            }
            over_panels<rows>(0, task.width / panel_width, [&]<int r, int v>(int64_t panel) {
                Vector acc[r][v] = {};
                multiply<r, v>(score_gradient, count, task.keys + panel * panel_width, task.key_stride,
                               panel_width, visible, acc);
                float* to = task.query_gradient + row * task.query_gradient_stride + panel * panel_width;
#pragma GCC unroll 16
                for (int i = 0; i < r; ++i)
#pragma GCC unroll 8
                    for (int k = 0; k < v; ++k)
                        store(to + i * task.query_gradient_stride + k * lanes, acc[i][k]);
            });
        });
    }
    gather(task, task.score_gradient, task.query, task.query_stride, 1.0f, task.key_gradient,
           task.key_gradient_stride);
    gather(task, task.weights, task.context_gradient, task.context_gradient_stride, task.gate,
           task.value_gradient, task.value_gradient_stride);
}

// With n = (v - mean) / deviation and h = gain * gradient: (h - mean(h) - n mean(h n)) / deviation; without
// means taken off, (h - n mean(h n)) / deviation.
void normalise_back(const NormBackTask& task) {
    const int64_t width = task.width;
    const float whole = 1.0f / static_cast<float>(width);
    const float *x = task.x, *gradient = task.gradient;
    float* to = task.to;
    for (int64_t i = 0; i < task.rows; ++i, x += width, gradient += width, to += width) {
        float mean = 0;
        if (!task.is_rms) {
            Vector sums = {};
            for (int64_t d = 0; d < width; d += lanes) sums += load(x + d);
            mean = sum_of(sums) * whole;
        }
        Vector squares = {}, gradients = {}, products = {};
        for (int64_t d = 0; d < width; d += lanes) {
            const Vector distance = load(x + d) - mean, of = load(gradient + d) * load(task.gain + d);
            squares += distance * distance;
            gradients += of;
            products += of * distance;
        }
        const float variance = sum_of(squares) * whole;
        const float factor = 1.0f / __builtin_sqrtf(variance + task.epsilon);
        const float of_mean = task.is_rms ? 0.0f : sum_of(gradients) * whole;
        const float of_product = sum_of(products) * whole * factor * factor;
        for (int64_t d = 0; d < width; d += lanes) {
            const Vector distance = load(x + d) - mean, of = load(gradient + d) * load(task.gain + d);
            const Vector by = (of - of_mean - distance * of_product) * factor;
            store(to + d, task.adds ? load(to + d) + by : by);
        }
    }
}

}  // namespace
}  // namespace weft::torch_part
