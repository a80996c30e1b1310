// The arithmetic of the methods that come with every key; built three times (any x86-64, AVX2, AVX-512) and
// chosen at run time. Pure, any thread.
#pragma once

#include <cstddef>

namespace weft {

inline constexpr size_t x_ln_x_size = 1024;
inline constexpr size_t product_columns = 32;

struct MethodKernels {
    // sum_k x ln x, with 0 ln 0 = 0, of each of `count` rows x >= 0 of `size` <= x_ln_x_size numbers,
    // `stride` apart, into sums[count]. The logarithm is wrong by less than 3e-6.
    void (*x_ln_x)(const float* rows, size_t stride, size_t count, size_t size, float* sums);
    // The same of the sums p + q with each of `count` rows q, up to a multiple of sum_k (p + q) that is the
    // same in every call: it falls out of a divergence.
    void (*both_ln_both)(const float* p, const float* q, size_t stride, size_t count, size_t size,
                         float* sums);
    // out[k] += scale * x[k]
    void (*add_scaled)(float* out, const float* x, float scale, size_t count);
    // out[rows, product_columns] += a[rows, inner] b[inner, product_columns]; rows of a are `stride` apart.
    void (*add_product)(const float* a, size_t stride, const float* b, size_t rows, size_t inner, float* out);
};

const MethodKernels& method_kernels();  // the fastest of this machine

// All that this machine runs, the fastest first, null behind the last: for tests.
const MethodKernels* const* all_method_kernels();

}  // namespace weft
