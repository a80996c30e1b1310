// convert_to_float32 of safetensors.h. Loops of plain integer operations that the compiler turns into
// vectors; x86 processors with F16C convert halves in hardware, chosen at run time.
#include <bit>
#include <cstring>

#include "analysis/checkpoint/other_weights.h"
#include "analysis/checkpoint/safetensors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace weft {
namespace {

// By moving the bits: the exponent's offset by a multiplication with 2^112, which is exact and takes
// subnormals along; infinity and NaN get their exponent filled up.
inline float float_of_half(uint16_t half) {
    const uint32_t magnitude = static_cast<uint32_t>(half & 0x7fffu) << 13;
    const float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;
    const uint32_t special = magnitude >= (0x7c00u << 13) ? 0x7f800000u : 0u;
    const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | special | sign);
}

void convert_halves(const std::byte* in, int64_t count, float* out) {
    for (int64_t i = 0; i < count; ++i) {
        uint16_t half;
        std::memcpy(&half, in + i * 2, 2);
        out[i] = float_of_half(half);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx,f16c"))) void convert_halves_f16c(const std::byte* in, int64_t count, float* out) {
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm256_storeu_ps(out + i,
                         _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i * 2))));
    convert_halves(in + i * 2, count - i, out + i);
}
#endif

void convert_halves_fastest(const std::byte* in, int64_t count, float* out) {
#if defined(__x86_64__)
    static const bool has_f16c = __builtin_cpu_supports("avx") && __builtin_cpu_supports("f16c");
    if (has_f16c) return convert_halves_f16c(in, count, out);
#endif
    convert_halves(in, count, out);
}

void convert_brain_floats(const std::byte* in, int64_t count, float* out) {
    for (int64_t i = 0; i < count; ++i) {
        uint16_t brain;
        std::memcpy(&brain, in + i * 2, 2);
        out[i] = std::bit_cast<float>(static_cast<uint32_t>(brain) << 16);
    }
}

void convert_doubles(const std::byte* in, int64_t count, float* out) {
    for (int64_t i = 0; i < count; ++i) {
        double value;
        std::memcpy(&value, in + i * 8, 8);
        out[i] = static_cast<float>(value);
    }
}

bool is_float(Dtype dtype) {
    return dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16 || dtype == Dtype::f64;
}

}  // namespace

void convert_to_float32(const SafetensorsTensor& tensor, float* out, const std::string& source) {
    const std::byte* in = tensor.data.data();
    switch (tensor.dtype) {
        case Dtype::f32:
            if (tensor.elements > 0) std::memcpy(out, in, tensor.data.size());
            return;
        case Dtype::f64:
            return convert_doubles(in, tensor.elements, out);
        case Dtype::f16:
            return convert_halves_fastest(in, tensor.elements, out);
        case Dtype::bf16:
            return convert_brain_floats(in, tensor.elements, out);
        default:
            throw not_float(tensor, source);
    }
}

std::vector<float> to_float32(const SafetensorsTensor& tensor, const std::string& source) {
    if (!is_float(tensor.dtype)) throw not_float(tensor, source);  // before memory is taken
    std::vector<float> values(static_cast<size_t>(tensor.elements));
    convert_to_float32(tensor, values.data(), source);
    return values;
}

}  // namespace weft
