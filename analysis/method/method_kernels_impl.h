// The body of method_kernels_*.cpp: `lanes` floats wide. Included once by each; private to them.
#include <bit>
#include <cstdint>
#include <cstring>

#include "analysis/method/method_kernels.h"

namespace weft {
namespace {

using Floats = float __attribute__((vector_size(lanes * sizeof(float))));
using Ints = int32_t __attribute__((vector_size(lanes * sizeof(int32_t))));

inline Floats load(const float* from) {
    Floats x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

inline Ints bits_of(Floats x) {
    Ints bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

inline Floats floats_of(Ints bits) {
    Floats x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// Of many x >= 0 the sum of x ln x. With x = 2^e m and 1 <= m < 2, x ln x = ln 2 e x + 2^e m ln m. For m ln m
// stands the polynomial of degree 5 that is right at 1 and 2 and else least wrong, less its linear term: it
// makes `linear` times the sum of x, and without it three multiplications are enough. The last digits are
// such that x = 1 gives 0 exactly, with fused multiplications and without. x = 0 gives 0.
struct LogarithmSum {
    static constexpr float linear = 1.72679996f;

    void add(Floats x) {
        const Ints power = bits_of(x) & 0x7f800000;                        // 2^e
        const Floats t = x * floats_of(0x7f000000 - power) - 1.96263897f;  // of m = x 2^-e
        const Floats square = t * t + 2.13874006f;
        exponents += x * __builtin_convertvector(power - 0x3f800000, Floats);  // e, shifted by 23 bits
        mantissas += floats_of(power) * ((square * t - 22.0680943f) * square + 226.985687f);
    }

    Floats exponents = {}, mantissas = {};
};

inline float total(Floats x) {
    float sum = 0;
    for (size_t k = 0; k < lanes; ++k) sum += x[k];
    return sum;
}

inline float total(const LogarithmSum& sum) {
    constexpr float ln_2_per_bit = 0.693147181f / (1 << 23);
    return total(sum.exponents * ln_2_per_bit - sum.mantissas * 0.0114896223f);
}

inline Floats load_part(const float* from, size_t count) {
    Floats x = {};
    std::memcpy(&x, from, count * sizeof(float));
    return x;
}

inline void store(float* to, Floats x) {
    std::memcpy(to, &x, sizeof x);
}

void x_ln_x(const float* rows, size_t stride, size_t count, size_t size, float* sums) {
    for (size_t r = 0; r < count; ++r) {
        const float* row = rows + r * stride;
        LogarithmSum sum;
        Floats weight = {};
        const auto add = [&](Floats x) {
            sum.add(x);
            weight += x;
        };
        size_t k = 0;
        for (; k + lanes <= size; k += lanes) add(load(row + k));
        if (k < size) add(load_part(row + k, size - k));
        sums[r] = total(sum) + LogarithmSum::linear * total(weight);
    }
}

// `rows` rows q at once, so that p is loaded once for them.
template <size_t rows>
inline void sum_both(const float* p, const float* q, size_t stride, size_t size, float* sums) {
    LogarithmSum parts[rows];
    size_t k = 0;
    for (; k + lanes <= size; k += lanes) {
        const Floats x = load(p + k);
        for (size_t r = 0; r < rows; ++r) parts[r].add(x + load(q + r * stride + k));
    }
    if (k < size) {
        const Floats x = load_part(p + k, size - k);
        for (size_t r = 0; r < rows; ++r) parts[r].add(x + load_part(q + r * stride + k, size - k));
    }
    for (size_t r = 0; r < rows; ++r) sums[r] = total(parts[r]);
}

void both_ln_both(const float* p, const float* q, size_t stride, size_t count, size_t size, float* sums) {
    size_t r = 0;
    for (; r + 2 <= count; r += 2) sum_both<2>(p, q + r * stride, stride, size, sums + r);
    if (r < count) sum_both<1>(p, q + r * stride, stride, size, sums + r);
}

void add_scaled(float* out, const float* x, float scale, size_t count) {
    size_t k = 0;
    for (; k + lanes <= count; k += lanes) store(out + k, load(out + k) + load(x + k) * scale);
    for (; k < count; ++k) out[k] += scale * x[k];
}

// `rows` rows of the product, `vectors` registers wide.
template <size_t rows, size_t vectors>
inline void add_tile(const float* a, size_t stride, const float* b, size_t inner, float* out) {
    Floats sums[rows][vectors];
    for (size_t r = 0; r < rows; ++r)
        for (size_t v = 0; v < vectors; ++v) sums[r][v] = load(out + r * product_columns + v * lanes);
    for (size_t k = 0; k < inner; ++k) {
        Floats from[vectors];
        for (size_t v = 0; v < vectors; ++v) from[v] = load(b + k * product_columns + v * lanes);
        for (size_t r = 0; r < rows; ++r)
            for (size_t v = 0; v < vectors; ++v) sums[r][v] += from[v] * a[r * stride + k];
    }
    for (size_t r = 0; r < rows; ++r)
        for (size_t v = 0; v < vectors; ++v) store(out + r * product_columns + v * lanes, sums[r][v]);
}

// As many sums as stay in the registers beside what they are made of.
constexpr size_t tile_vectors = lanes < 16 ? 2 : product_columns / lanes, tile_rows = lanes < 8 ? 4 : 6;

void add_product(const float* a, size_t stride, const float* b, size_t rows, size_t inner, float* out) {
    for (size_t j = 0; j < product_columns; j += tile_vectors * lanes) {
        size_t i = 0;
        for (; i + tile_rows <= rows; i += tile_rows)
            add_tile<tile_rows, tile_vectors>(a + i * stride, stride, b + j, inner,
                                              out + i * product_columns + j);
        for (; i < rows; ++i)
            add_tile<1, tile_vectors>(a + i * stride, stride, b + j, inner, out + i * product_columns + j);
    }
}

}  // namespace
}  // namespace weft
