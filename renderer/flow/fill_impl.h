// Included by one source for each instruction set; everything here is its own.
#include <bit>
#include <cmath>

#include "renderer/flow/fill.h"

namespace {

constexpr int lanes = 8;
static_assert(lanes <= weft::FlowBand::spare);

// exp(-x), 0 <= x; 2e-4 at most from it. For x above 80: some 1e-35.
inline float exp_of_minus(float x) {
    const float power = std::max(-1.442695f * x, -115.0f);
    const auto whole = int32_t(power - 1.0f);  // power < 0: towards minus infinity, or one below
    const float part = power - float(whole);   // 0 to 2
    const float half = 0.5f * part;
    // 2^half by its series, squared
    const float two =
        1.0f + half * (0.693147f + half * (0.240227f + half * (0.0555041f + half * 0.00961813f)));
    return two * two * std::bit_cast<float>((whole + 127) << 23);
}

inline float clamped(float x) {
    return std::min(std::max(x, 0.0f), 1.0f);
}

// `count` pixels from `first_column` of the picture; the sums' pointers are at the first one.
template <bool pulses, bool dashes>
void add_row(const weft::FlowPiece& piece, const weft::FlowEffects& effects, float* __restrict red,
             float* __restrict green, float* __restrict blue, float* __restrict weight,
             float* __restrict transmittance, int row, int first_column, int count) {
    const float x_0 = float(first_column) + 0.5f, y = float(row) + 0.5f;
    const float across_0 = piece.across.at(x_0, y), half_0 = piece.half_px.at(x_0, y),
                end_0 = piece.end_px.at(x_0, y), opacity_0 = piece.opacity.at(x_0, y),
                t_0 = piece.t.at(x_0, y);
    const float dash_soft = std::max(effects.dash_count * (std::abs(piece.t.x) + std::abs(piece.t.y)), 1e-4f);
    const float dash_low = 0.3f - 0.5f * dash_soft, inverse_soft = 1.0f / dash_soft;
    for (int at = 0; at < count; at += lanes) {
        for (int lane = 0; lane < lanes; ++lane) {
            const int i = at + lane;
            const auto x = float(i);
            const float across = std::abs(across_0 + piece.across.x * x);
            const float half = half_0 + piece.half_px.x * x;
            // The part of this pixel that the ribbon covers, exact also below one pixel.
            const float coverage =
                std::max(std::min(half, across + 0.5f) - std::max(-half, across - 0.5f), 0.0f) *
                clamped(end_0 + piece.end_px.x * x);
            float a = (opacity_0 + piece.opacity.x * x) * coverage;
            float r = piece.red, g = piece.green, b = piece.blue;
            if (pulses) {
                const float from_bead =
                    (t_0 + piece.t.x * x - effects.pulse_phase) * effects.pulse_inverse_sigma;
                const float bead = exp_of_minus(0.5f * from_bead * from_bead);
                a *= effects.pulse_base + effects.pulse_gain * bead;
                const float white = effects.pulse_white * bead;
                r += white * (1.0f - r);
                g += white * (1.0f - g);
                b += white * (1.0f - b);
            }
            if (dashes) {
                // Three fifths of each period are there, with ends as soft as a pixel.
                const float period = (t_0 + piece.t.x * x) * effects.dash_count;
                const float from_middle = std::abs(period - float(int32_t(period)) - 0.5f);
                const float gap = clamped((from_middle - dash_low) * inverse_soft);
                a *= 1.0f - gap * gap * (3.0f - 2.0f * gap);
            }
            a = i < count ? clamped(a) : 0.0f;
            const float w = a * a * std::sqrt(a) * piece.weight;
            red[i] += r * w;
            green[i] += g * w;
            blue[i] += b * w;
            weight[i] += w;
            transmittance[i] *= 1.0f - a;
        }
    }
}

template <bool pulses, bool dashes>
void add_rows(const weft::FlowPiece& piece, const weft::FlowEffects& effects, weft::FlowBand& band) {
    const int first_row = std::max(piece.first_row, band.first_row),
              end_row = std::min(piece.end_row, band.first_row + band.rows);
    for (int row = first_row; row < end_row; ++row) {
        const float y = float(row) + 0.5f;
        auto low = float(band.first_column), high = float(band.first_column + band.columns);
        for (int i = 0; i < piece.low_count; ++i)
            low = std::max(low, std::ceil(piece.lows[i].at_row_0 + piece.lows[i].per_row * y - 0.5f));
        for (int i = 0; i < piece.high_count; ++i)
            high = std::min(high, std::ceil(piece.highs[i].at_row_0 + piece.highs[i].per_row * y - 0.5f));
        if (!(low < high)) continue;
        const int first = int(low) - band.first_column, end = int(high) - band.first_column;
        const int in_band = row - band.first_row;
        auto& touched = band.touched[size_t(in_band)];
        touched.low = std::min(touched.low, first);
        touched.high = std::max(touched.high, end);
        const size_t start = size_t(in_band) * size_t(band.stride) + size_t(first);
        add_row<pulses, dashes>(piece, effects, &band.red[start], &band.green[start], &band.blue[start],
                                &band.weight[start], &band.transmittance[start], row, int(low), end - first);
    }
}

void add(const weft::FlowPiece& piece, const weft::FlowEffects& effects, weft::FlowBand& band) {
    if (effects.pulses)
        return effects.dashes ? add_rows<true, true>(piece, effects, band)
                              : add_rows<true, false>(piece, effects, band);
    return effects.dashes ? add_rows<false, true>(piece, effects, band)
                          : add_rows<false, false>(piece, effects, band);
}

// Rounded half up, 0 <= x < 65504; the multiplication moves the exponent, down to half's denormals.
inline uint64_t half_of(float x) {
    return (std::bit_cast<uint32_t>(x * 0x1p-112f) + 0x1000u) >> 13;
}

void take_row(float* __restrict red, float* __restrict green, float* __restrict blue,
              float* __restrict weight, float* __restrict transmittance, int count,
              uint64_t* __restrict rgba) {
    for (int i = 0; i < count; ++i) {
        const float cover = 1.0f - transmittance[i];
        const float scale = cover / std::max(weight[i], 1.25e-8f);
        rgba[i] = half_of(red[i] * scale) | half_of(green[i] * scale) << 16 | half_of(blue[i] * scale) << 32 |
                  half_of(cover) << 48;
        red[i] = green[i] = blue[i] = weight[i] = 0.0f;
        transmittance[i] = 1.0f;
    }
}

void take(weft::FlowBand& band, uint16_t* rgba) {
    for (int row = 0; row < band.rows; ++row) {
        auto* const to = reinterpret_cast<uint64_t*>(rgba + size_t(row) * size_t(band.columns) * 4);
        auto& touched = band.touched[size_t(row)];
        const int low = std::min(touched.low, band.columns), high = std::max(touched.high, low);
        std::fill(to, to + low, uint64_t(0));
        std::fill(to + high, to + band.columns, uint64_t(0));
        const size_t start = size_t(row) * size_t(band.stride) + size_t(low);
        take_row(&band.red[start], &band.green[start], &band.blue[start], &band.weight[start],
                 &band.transmittance[start], high - low, to + low);
        touched = {band.columns, 0};
    }
}

}  // namespace
