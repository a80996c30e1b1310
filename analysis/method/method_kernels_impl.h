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

// x ln x of x >= 0. With x = 2^e m and 1 <= m < 2, ln x = ln 2 (e + m - 1) + c(m); e + m - 1 is the bits of
// x as a number. c is a minimax polynomial in m - 1.5. At 0 the logarithm is finite, so that the product is
// 0.
inline Floats x_ln_x_of(Floats x) {
    Ints bits;
    std::memcpy(&bits, &x, sizeof bits);
    const Ints from_one = bits - 0x3f800000;
    const Ints mantissa = (bits & 0x007fffff) | 0x3f800000;
    Floats m;
    std::memcpy(&m, &mantissa, sizeof m);
    const Floats t = m - 1.5f;
    Floats c = -1.780769788e-02f + Floats{};
    c = c * t + 3.044924326e-02f;
    c = c * t - 4.878143594e-02f;
    c = c * t + 9.823146462e-02f;
    c = c * t - 2.222592384e-01f;
    c = c * t - 2.646350302e-02f;
    c = c * t + 5.889189243e-02f;
    constexpr float ln_2_per_bit = 0.693147181f / (1 << 23);
    return x * (__builtin_convertvector(from_one, Floats) * ln_2_per_bit + c);
}

inline float total(Floats x) {
    float sum = 0;
    for (size_t k = 0; k < lanes; ++k) sum += x[k];
    return sum;
}

inline void store(float* to, Floats x) {
    std::memcpy(to, &x, sizeof x);
}

// `rows` rows q at once, so that p is loaded once for them.
template <size_t rows>
inline void sum_rows(const float* p, const float* q, size_t stride, size_t size, float* sums) {
    Floats parts[rows] = {};
    size_t k = 0;
    for (; k + lanes <= size; k += lanes) {
        const Floats x = p ? load(p + k) : Floats{};
        for (size_t r = 0; r < rows; ++r) parts[r] += x_ln_x_of(x + load(q + r * stride + k));
    }
    if (k < size) {
        const size_t rest = (size - k) * sizeof(float);
        Floats x = {};
        if (p) std::memcpy(&x, p + k, rest);
        for (size_t r = 0; r < rows; ++r) {
            Floats y = {};
            std::memcpy(&y, q + r * stride + k, rest);
            parts[r] += x_ln_x_of(x + y);
        }
    }
    for (size_t r = 0; r < rows; ++r) sums[r] = total(parts[r]);
}

void x_ln_x(const float* p, const float* q, size_t stride, size_t count, size_t size, float* sums) {
    size_t r = 0;
    for (; r + 4 <= count; r += 4) sum_rows<4>(p, q + r * stride, stride, size, sums + r);
    for (; r < count; ++r) sum_rows<1>(p, q + r * stride, stride, size, sums + r);
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
