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
inline void multiply_tile(const float* a, const float* b, float* out, size_t size) {
    Floats sums[rows][vectors] = {};
    for (size_t k = 0; k < size; ++k)
        for (size_t v = 0; v < vectors; ++v) {
            const Floats from = load(b + k * size + v * lanes);
            for (size_t r = 0; r < rows; ++r) sums[r][v] += from * a[r * size + k];
        }
    for (size_t r = 0; r < rows; ++r)
        for (size_t v = 0; v < vectors; ++v) store(out + r * size + v * lanes, sums[r][v]);
}

template <size_t rows>
inline void multiply_rows(const float* a, const float* b, float* out, size_t size) {
    size_t j = 0;
    for (; j + 2 * lanes <= size; j += 2 * lanes) multiply_tile<rows, 2>(a, b + j, out + j, size);
    for (; j + lanes <= size; j += lanes) multiply_tile<rows, 1>(a, b + j, out + j, size);
    for (size_t r = 0; r < rows && j < size; ++r)
        for (size_t rest = j; rest < size; ++rest) {
            float sum = 0;
            for (size_t k = 0; k < size; ++k) sum += a[r * size + k] * b[k * size + rest];
            out[r * size + rest] = sum;
        }
}

void multiply(const float* a, const float* b, float* out, size_t size) {
    size_t i = 0;
    for (; i + 4 <= size; i += 4) multiply_rows<4>(a + i * size, b, out + i * size, size);
    for (; i < size; ++i) multiply_rows<1>(a + i * size, b, out + i * size, size);
}

}  // namespace
}  // namespace weft
