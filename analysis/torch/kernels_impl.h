// The one source of all builds of the kernels. Included by kernels_*.cpp only (through kernels_back_impl.h),
// each with its own compiler flags, so nothing in here may be an inline function that another file has too:
// no standard library, all in an anonymous namespace. `lanes` and `tile_rows` come from the including file.
#include "analysis/torch/kernels.h"

namespace weft::torch_part {
namespace {

#define WEFT_INLINE inline __attribute__((always_inline))

constexpr int vector_bytes = lanes * 4;
constexpr int panel_vectors = panel_width / lanes;  // registers of one panel row
constexpr int tile_panels = lanes == 16 ? 2 : 1;    // panels of one tile
constexpr int tile_vectors = panel_vectors * tile_panels;
static_assert(tile_rows <= scratch_rows);

typedef float Vector __attribute__((vector_size(vector_bytes)));
typedef float Unaligned __attribute__((vector_size(vector_bytes), aligned(4), may_alias));
typedef int32_t Integers __attribute__((vector_size(vector_bytes)));

WEFT_INLINE Vector load(const float* p) {
    return *reinterpret_cast<const Unaligned*>(p);
}
WEFT_INLINE void store(float* p, Vector v) {
    *reinterpret_cast<Unaligned*>(p) = v;
}
WEFT_INLINE Vector splat(float value) {
    return value - Vector{};
}
WEFT_INLINE Vector larger(Vector a, Vector b) {
    return a > b ? a : b;
}

// v with lane i where lane i ^ step was.
template <int step>
WEFT_INLINE Vector swapped(Vector v) {
    Integers from = {};
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) from[i] = i ^ step;
    return __builtin_shuffle(v, from);
}

// join of all lanes, half by half: one lane after the other waits for each result.
template <typename Join>
WEFT_INLINE float fold(Vector v, Join join) {
    if constexpr (lanes > 8) v = join(v, swapped<8 % lanes>(v));
    if constexpr (lanes > 4) v = join(v, swapped<4 % lanes>(v));
    v = join(v, swapped<2>(v));
    return join(v, swapped<1>(v))[0];
}

WEFT_INLINE float sum_of(Vector v) {
    return fold(v, [](Vector a, Vector b) { return a + b; });
}

WEFT_INLINE float largest_of(Vector v) {
    return fold(v, [](Vector a, Vector b) { return larger(a, b); });
}

// e^x: x = n ln 2 + r with |r| <= ln 2 / 2, then the Taylor series of e^r up to r^7 (2e-9 of the value).
// Below -87 the result stays at e^-87, which is nothing beside 1. A NaN stays one.
WEFT_INLINE Vector exponential(Vector x) {
    const Vector clamped = x < -87.0f ? splat(-87.0f) : x > 88.0f ? splat(88.0f) : x;
    const Vector shifted =
        clamped * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: the sum's low bits are round(x / ln 2)
    const Vector n = shifted - 12582912.0f;
    const Vector r =
        (clamped - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts: the first is exact
    Vector p = splat(1.0f / 5040.0f);
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    const Integers exponent = (reinterpret_cast<Integers>(shifted) - 0x4B400000 + 127) << 23;
    return p * reinterpret_cast<Vector>(exponent);
}

// erf(x) as x P(x^2) / Q(x^2), fitted by us to the relative error over |x| <= 3.92, where float32 reaches 1.
WEFT_INLINE Vector error_function(Vector x) {
    const Vector c = x < -3.92f ? splat(-3.92f) : x > 3.92f ? splat(3.92f) : x;
    const Vector t = c * c;
    Vector p = splat(2.050158492e-6f);
    p = p * t + 0.0002848591692f;
    p = p * t + 0.003764813824f;
    p = p * t + 0.05274625448f;
    p = p * t + 0.1903885534f;
    p = p * t + 1.128379147f;
    Vector q = splat(3.809120806e-5f);
    q = q * t + 0.001162329884f;
    q = q * t + 0.01496762267f;
    q = q * t + 0.1141016148f;
    q = q * t + 0.5020602084f;
    q = q * t + 1.0f;
    return c * p / q;
}

// 1 - 2 / (1 + e^2x); near 0, where that loses digits, x - x^3/3 + 2 x^5/15.
WEFT_INLINE Vector hyperbolic_tangent(Vector x) {
    const Vector far = 1.0f - 2.0f / (1.0f + exponential(2.0f * x)), square = x * x;
    const Vector near = x * (1.0f - square * (0.33333333f - square * 0.13333333f));
    return square < 0.005f ? near : far;
}

// The derivative of an activation at x, whose value goes to `value`: of the same bytes, whether the
// derivative is wanted or not.
WEFT_INLINE Vector slope_of(Vector x, Activation activation, Vector& value) {
    // x s(x) with s' = s (1 - s) inner'
    const auto gated = [&](Vector s, Vector inner_slope) {
        value = x * s;
        return s + x * s * (1.0f - s) * inner_slope;
    };
    value = x;
    switch (activation) {
        case Activation::none:
            return splat(1.0f);
        case Activation::relu:
            value = x < 0.0f ? Vector{} : x;
            return x > 0.0f ? splat(1.0f) : Vector{};
        case Activation::gelu_erf: {
            const Vector normal = 0.5f * (1.0f + error_function(x * 0.70710678f));
            value = x * normal;
            return normal + x * (0.39894228f * exponential(-0.5f * x * x));
        }
        case Activation::gelu_tanh: {
            // 0.5 (1 + tanh u) = 1 / (1 + e^-2u)
            const Vector u = 0.79788456f * (x + 0.044715f * x * x * x);
            return gated(1.0f / (1.0f + exponential(-2.0f * u)), 1.59576912f * (1.0f + 0.134145f * x * x));
        }
        case Activation::quick_gelu:
            return gated(1.0f / (1.0f + exponential(-1.702f * x)), splat(1.702f));
        case Activation::silu:
            return gated(1.0f / (1.0f + exponential(-x)), splat(1.0f));
        case Activation::tanh:
            value = hyperbolic_tangent(x);
            return 1.0f - value * value;
    }
    return x;
}

// acc[r][v] += sum_k a[r, k] b[k, v]; `vectors` registers of b lie at b + k * b_stride, and those of the
// tile's second panel at panel_stride after the first. each() is called before each k.
template <int rows, int vectors, typename Each>
WEFT_INLINE void multiply(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                          int64_t panel_stride, int64_t inner, Vector (&acc)[rows][vectors], Each each) {
    for (int64_t k = 0; k < inner; ++k) {
        each();
        Vector row[vectors];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v)
            row[v] =
                load(b + k * b_stride + (v / panel_vectors) * panel_stride + (v % panel_vectors) * lanes);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            const float factor = a[r * a_stride + k];
#pragma GCC unroll 8
            for (int v = 0; v < vectors; ++v) acc[r][v] += factor * row[v];
        }
    }
}

template <int rows, int vectors>
WEFT_INLINE void multiply(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                          int64_t panel_stride, int64_t inner, Vector (&acc)[rows][vectors]) {
    multiply<rows, vectors>(a, a_stride, b, b_stride, panel_stride, inner, acc, [] {});
}

// Into the second-level cache, so that it is there when it is wanted.
WEFT_INLINE void fetch(const float* p) {
    __builtin_prefetch(p, 0, 2);
}

// What is left of a tile when the products are in y. The activation is chosen outside of the loop: within it
// a jump and the loads of constants took longer than the arithmetic.
template <int vectors, bool keeps_slope, Activation activation>
void activate_tile(float* y, float* slope, int64_t stride, int64_t rows) {
    for (int64_t r = 0; r < rows; ++r, y += stride, slope += keeps_slope ? stride : 0)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) {
            Vector value;
            const Vector derivative = slope_of(load(y + v * lanes), activation, value);
            if constexpr (keeps_slope) store(slope + v * lanes, derivative);
            store(y + v * lanes, value);
        }
}

template <int vectors>
WEFT_INLINE void finish_tile(float* y, float* slope, int64_t stride, int64_t rows, Activation activation) {
    const auto run = [&]<Activation of>() {
        if (slope)
            activate_tile<vectors, true, of>(y, slope, stride, rows);
        else
            activate_tile<vectors, false, of>(y, slope, stride, rows);
    };
    switch (activation) {
        case Activation::none:
            if (slope) run.template operator()<Activation::none>();
            return;
        case Activation::relu:
            return run.template operator()<Activation::relu>();
        case Activation::gelu_erf:
            return run.template operator()<Activation::gelu_erf>();
        case Activation::gelu_tanh:
            return run.template operator()<Activation::gelu_tanh>();
        case Activation::quick_gelu:
            return run.template operator()<Activation::quick_gelu>();
        case Activation::silu:
            return run.template operator()<Activation::silu>();
        case Activation::tanh:
            return run.template operator()<Activation::tanh>();
    }
}

// A tile of y. While it is computed, the part of the weights that comes next is fetched from `ahead` on, one
// row of the panels every `pause` steps: the processor's own prefetch comes too late for few rows.
template <int rows, int vectors>
void linear_tile(const LinearTask& task, int64_t row, int64_t panel, const float* ahead, int64_t pause) {
    Vector acc[rows][vectors];
    const int64_t column = panel * panel_width;
    const int64_t at = row * task.y_stride + column;
    float* y = task.y + at;
    const float* factor = task.factor ? task.factor + at : nullptr;
    float* slope = task.slope ? task.slope + at : nullptr;
    const auto over_tile = [&](auto run) {
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
            for (int v = 0; v < vectors; ++v) run(r, v, r * task.y_stride + v * lanes);
    };
    const float* beside = factor ? factor : slope;
    if (beside)
        for (int r = 0; r < rows; ++r)
            for (int v = 0; v < vectors; v += panel_vectors) fetch(beside + r * task.y_stride + v * lanes);
    over_tile([&](int r, int v, int64_t to) {
        acc[r][v] = load(task.adds ? y + to : task.bias + column + v * lanes);
    });
    multiply<rows, vectors>(
        task.x + row * task.x_stride, task.x_stride, task.packed + panel * task.inner * panel_width,
        panel_width, task.inner * panel_width, task.inner, acc, [ahead, pause, left = pause]() mutable {
            if (--left > 0) return;
            left = pause;
            for (int v = 0; v < vectors; v += panel_vectors) fetch(ahead + v * lanes);
            ahead += vectors * lanes;
        });
    if (factor) {
        over_tile([&](int r, int v, int64_t to) { store(y + to, acc[r][v] * load(factor + to)); });
        return;
    }
    over_tile([&](int r, int v, int64_t to) { store(y + to, acc[r][v]); });
    finish_tile<vectors>(y, slope, task.y_stride, rows, task.activation);
}

template <int rows, int vectors>
void scores_tile(const AttentionTask& task, int64_t row, int64_t column) {
    Vector acc[rows][vectors] = {};
    multiply<rows, vectors>(task.query + row * task.query_stride, task.query_stride,
                            task.keys + column * task.width, panel_width, task.width * panel_width,
                            task.width, acc);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v)
            store(task.scratch + r * task.padded() + column + v * lanes, acc[r][v]);
}

template <int rows, int vectors>
void context_tile(const AttentionTask& task, int64_t row, int64_t column, int64_t visible) {
    Vector acc[rows][vectors] = {};
    multiply<rows, vectors>(task.weights + row * task.count, task.count,
                            task.values + column * task.value_stride, panel_width,
                            task.value_stride * panel_width, visible, acc);
    float* context = task.context + row * task.context_stride + column;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) store(context + r * task.context_stride + v * lanes, acc[r][v]);
}

// Calls run.template operator()<rows, vectors>(first panel) over all panels, for a row count known at compile
// time.
template <int rows, typename Run>
WEFT_INLINE void over_panels(int64_t begin, int64_t end, Run run) {
    int64_t panel = begin;
    for (; panel + tile_panels <= end; panel += tile_panels)
        run.template operator()<rows, tile_vectors>(panel);
    if constexpr (tile_panels > 1)
        for (; panel < end; ++panel) run.template operator()<rows, panel_vectors>(panel);
}

template <int rows, typename Run>
WEFT_INLINE void with_rows(int64_t wanted, Run run) {
    if (wanted == rows)
        run.template operator()<rows>();
    else if constexpr (rows > 1)
        with_rows<rows - 1>(wanted, run);
}

// Rows in tiles as even as can be: 13 rows are 7 and 6, not 12 and 1.
WEFT_INLINE int64_t tiles_of(int64_t rows) {
    return (rows + tile_rows - 1) / tile_rows;
}

void linear(const LinearTask& task) {
    const int64_t tiles = tiles_of(task.rows);
    // Panels outside: a panel pair stays in the second-level cache while all rows pass by it. All tiles
    // together fetch the next one.
    for (int64_t panel = task.panel_begin; panel < task.panel_end; panel += tile_panels) {
        const int64_t end = panel + tile_panels < task.panel_end ? panel + tile_panels : task.panel_end;
        const float* next_panels = task.packed + end * task.inner * panel_width;
        for (int64_t tile = 0; tile < tiles; ++tile) {
            const int64_t row = tile * task.rows / tiles, next = (tile + 1) * task.rows / tiles;
            const float* ahead = next_panels + tile * task.inner / tiles * tile_panels * panel_width;
            with_rows<tile_rows>(next - row, [&]<int rows>() {
                over_panels<rows>(panel, end, [&]<int r, int v>(int64_t at) {
                    linear_tile<r, v>(task, row, at, ahead, tiles);
                });
            });
        }
    }
}

// What is done to the scores before the softmax, on whole panels.
WEFT_INLINE void adjust_row(float* scores, int64_t padded, const float* bias, float softcap) {
    if (softcap > 0)
        for (int64_t j = 0; j < padded; j += lanes)
            store(scores + j, softcap * hyperbolic_tangent(load(scores + j) * (1.0f / softcap)));
    if (bias)
        for (int64_t j = 0; j < padded; j += lanes) store(scores + j, load(scores + j) + load(bias + j));
}

// e^(x - top), and 0 for a key that the mask hides.
WEFT_INLINE Vector unnormalised(Vector x, float top) {
    return x < -1e30f ? Vector{} : exponential(x - top);
}

// weights = softmax(scores) over `count` entries; returns the sum of the weights as written.
WEFT_INLINE float softmax_row(float* scores, int64_t count, float* weights) {
    const int64_t whole = count / lanes * lanes;
    Vector largest = splat(scores[0]);
    for (int64_t j = 0; j < whole; j += lanes) largest = larger(load(scores + j), largest);
    float top = largest_of(largest);
    for (int64_t j = whole; j < count; ++j) top = scores[j] > top ? scores[j] : top;
    // The row in scratch is padded to whole vectors: what lies behind the last key is made to count as
    // nothing.
    Vector sums = {};
    for (int64_t j = 0; j < whole; j += lanes) {
        const Vector e = unnormalised(load(scores + j), top);
        store(scores + j, e);
        sums += e;
    }
    float total = sum_of(sums);
    if (whole < count) {
        store(scores + whole, unnormalised(load(scores + whole), top));
        for (int64_t j = whole; j < count; ++j) total += scores[j];
    }
    const float factor = 1.0f / total;
    Vector check = {};
    for (int64_t j = 0; j < whole; j += lanes) {
        const Vector w = load(scores + j) * factor;
        store(weights + j, w);
        check += w;
    }
    float sum = sum_of(check);
    for (int64_t j = whole; j < count; ++j) {
        weights[j] = scores[j] * factor;
        sum += weights[j];
    }
    return sum;
}

float attention(const AttentionTask& task) {
    float worst = 0;
    const int64_t all_rows = task.row_end - task.row_begin, tiles = tiles_of(all_rows);
    for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t row = task.row_begin + tile * all_rows / tiles;
        const int64_t next = task.row_begin + (tile + 1) * all_rows / tiles;
        const int64_t visible =
            task.first_row < 0 || task.first_row + next > task.count ? task.count : task.first_row + next;
        const int64_t panels = (visible + panel_width - 1) / panel_width, padded = task.padded();
        with_rows<tile_rows>(next - row, [&]<int rows>() {
            over_panels<rows>(0, panels, [&]<int r, int v>(int64_t panel) {
                scores_tile<r, v>(task, row, panel * panel_width);
            });
            for (int r = 0; r < rows; ++r) {
                float* scores = task.scratch + r * padded;
                float* weights = task.weights + (row + r) * task.count;
                adjust_row(scores, panels * panel_width, task.bias ? task.bias + (row + r) * padded : nullptr,
                           task.softcap);
                // Of a row's own keys, so that no number depends on which rows make a tile.
                const int64_t own = task.first_row + row + r + 1;
                const int64_t seen = task.first_row < 0 || own > task.count ? task.count : own;
                const float sum = softmax_row(scores, seen, weights);
                for (int64_t j = seen; j < task.count; ++j) weights[j] = 0.0f;
                const float error = sum > 1.0f ? sum - 1.0f : 1.0f - sum;
                if (error > worst || error != error) worst = error;
            }
            if (task.context)
                over_panels<rows>(0, task.width / panel_width, [&]<int r, int v>(int64_t panel) {
                    context_tile<r, v>(task, row, panel * panel_width, visible);
                });
        });
        if (worst != worst) return worst;
    }
    return worst;
}

void arrange(const float* key, const float* value, int64_t stride, int64_t first, int64_t rows, int64_t width,
             int64_t value_stride, float* keys, float* values) {
    for (int64_t j = first; j < first + rows; ++j, key += stride) {
        float* column = keys + j / panel_width * panel_width * width + j % panel_width;
        for (int64_t d = 0; d < width; ++d) column[d * panel_width] = key[d];
    }
    // What lies behind the last key is read with it, and must be a number.
    const int64_t end = first + rows, padded = (end + panel_width - 1) / panel_width * panel_width;
    for (int64_t j = end; j < padded; ++j) {
        float* column = keys + j / panel_width * panel_width * width + j % panel_width;
        for (int64_t d = 0; d < width; ++d) column[d * panel_width] = 0.0f;
    }
    if (!value) return;
    for (int64_t panel = 0; panel < width / panel_width; ++panel)
        for (int64_t j = 0; j < rows; ++j)
            for (int64_t v = 0; v < panel_width; v += lanes)
                store(values + (panel * value_stride + first + j) * panel_width + v,
                      load(value + j * stride + panel * panel_width + v));
}

void normalise(const NormTask& task) {
    const int64_t width = task.width;
    const float* from = task.x;
    float* x = task.sum ? task.sum : task.x;
    const float* y = task.y;
    float* out = task.out;
    for (int64_t i = 0; i < task.rows; ++i, from += width, x += width, out += width) {
        Vector sums = {}, squares = {};
        for (int64_t d = 0; d < width; d += lanes) {
            Vector value = load(from + d);
            if (y) {
                value += task.scale ? load(y + d) * load(task.scale + d) : load(y + d);
                store(x + d, value);
            }
            sums += value;
            squares += value * value;
        }
        if (y) y += width;
        if (!task.gain) continue;
        float mean = 0;
        if (!task.is_rms) {
            mean = sum_of(sums) / static_cast<float>(width);
            squares = Vector{};
            for (int64_t d = 0; d < width; d += lanes) {
                const Vector distance = load(x + d) - mean;
                squares += distance * distance;
            }
        }
        const float variance = sum_of(squares) / static_cast<float>(width);
        const float factor = 1.0f / __builtin_sqrtf(variance + task.epsilon);
        for (int64_t d = 0; d < width; d += lanes) {
            const Vector value = (load(x + d) - mean) * factor * load(task.gain + d);
            store(out + d, task.bias ? value + load(task.bias + d) : value);
        }
    }
}

void multiply_by(float* x, const float* y, int64_t count) {
    for (int64_t d = 0; d < count; d += lanes) store(x + d, load(x + d) * load(y + d));
}

void rotate(float* x, int64_t rows, int64_t stride, int64_t heads, int64_t width, int64_t half,
            const float* cos, const float* sin) {
    for (int64_t i = 0; i < rows; ++i, cos += half, sin += half)
        for (int64_t h = 0; h < heads; ++h) {
            float* a = x + i * stride + h * width;
            float* b = a + half;
            for (int64_t d = 0; d < half; ++d) {
                const float left = a[d], right = b[d];
                a[d] = left * cos[d] - right * sin[d];
                b[d] = right * cos[d] + left * sin[d];
            }
        }
}

constexpr int double_lanes = lanes / 2;
typedef double Doubles __attribute__((vector_size(vector_bytes)));
typedef double UnalignedDoubles __attribute__((vector_size(vector_bytes), aligned(8), may_alias));
typedef float UnalignedHalf __attribute__((vector_size(vector_bytes / 2), aligned(4), may_alias));

WEFT_INLINE Doubles wide(const float* p) {
    return __builtin_convertvector(*reinterpret_cast<const UnalignedHalf*>(p), Doubles);
}
WEFT_INLINE Doubles load_wide(const double* p) {
    return *reinterpret_cast<const UnalignedDoubles*>(p);
}

// products[h, g] of one key, g from `first` on: rows of `count` heads g at a time, so that head h is read
// once.
template <int count>
WEFT_INLINE void head_products(const float* of, const float* others, int64_t stride, int64_t width,
                               double* products, int64_t product_stride) {
    Doubles sums[count] = {};
    for (int64_t d = 0; d < width; d += double_lanes) {
        const Doubles own = wide(of + d);
#pragma GCC unroll 4
        for (int g = 0; g < count; ++g) sums[g] += own * wide(others + g * stride + d);
    }
    for (int g = 0; g < count; ++g) {
        double sum = 0;
        for (int i = 0; i < double_lanes; ++i) sum += sums[g][i];
        products[g * product_stride] = sum;
    }
}

void contribution(const ContributionTask& task) {
    const int64_t heads = task.heads, padded = task.padded(), stride = task.keys * task.width;
    double* weights = task.scratch + heads * (heads + 1) / 2 * padded;
    for (int64_t i = 0; i < task.row_begin; ++i)
        for (int64_t j = 0; j < task.keys; ++j) task.norms[i * task.row_stride + j] = 0.0f;
    for (int64_t h = 0; h < heads; ++h)
        for (int64_t j = 0; j < padded; ++j) {
            weights[h * padded + j] = 0;
            double* products = task.scratch + h * (h + 1) / 2 * padded + j;
            if (j >= task.keys) {
                for (int64_t g = 0; g <= h; ++g) products[g * padded] = 0;
                continue;
            }
            const float *of = task.parts + h * stride + j * task.width, *others = task.parts + j * task.width;
            int64_t g = 0;
            for (; g + 4 <= h + 1; g += 4)
                head_products<4>(of, others + g * stride, stride, task.width, products + g * padded, padded);
            for (; g <= h; ++g)
                head_products<1>(of, others + g * stride, stride, task.width, products + g * padded, padded);
        }
    for (int64_t i = task.row_begin; i < task.row_end; ++i) {
        for (int64_t h = 0; h < heads; ++h) {
            const float* from = task.weights + h * task.weight_stride + i * task.row_stride;
            for (int64_t j = 0; j < task.keys; ++j) weights[h * padded + j] = from[j];
        }
        float* norms = task.norms + i * task.row_stride;
        for (int64_t block = 0; block < padded; block += double_lanes) {
            Doubles squares = {};
            const double* products = task.scratch + block;
            for (int64_t h = 0; h < heads; ++h) {
                Doubles others = {};
                for (int64_t g = 0; g < h; ++g, products += padded)
                    others += load_wide(weights + g * padded + block) * load_wide(products);
                const Doubles own = load_wide(weights + h * padded + block);
                squares += own * (own * load_wide(products) + 2.0 * others);
                products += padded;
            }
            const int64_t end = task.keys - block < double_lanes ? task.keys - block : double_lanes;
            for (int64_t j = 0; j < end; ++j)
                norms[block + j] = static_cast<float>(__builtin_sqrt(squares[j] > 0 ? squares[j] : 0.0));
        }
    }
}

}  // namespace
}  // namespace weft::torch_part
