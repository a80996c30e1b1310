#include "analysis/family/positions.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft {
namespace {

// The dimension at which a wavelength makes `rotations` turns over the original length (Peng et al. 2023).
double yarn_dimension(double rotations, const RotarySpec& spec) {
    return static_cast<double>(spec.width) *
           std::log(static_cast<double>(spec.original_positions) / (rotations * 2 * std::numbers::pi)) /
           (2 * std::log(spec.theta));
}

double yarn_mscale(double factor, double mscale) {
    return factor <= 1 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

double attention_factor(const RotarySpec& spec) {
    if (spec.scaling != RotarySpec::Scaling::yarn) return 1;
    if (spec.attention_factor > 0) return spec.attention_factor;
    if (spec.mscale > 0 && spec.mscale_all_dim > 0)
        return yarn_mscale(spec.factor, spec.mscale) / yarn_mscale(spec.factor, spec.mscale_all_dim);
    return yarn_mscale(spec.factor, 1);
}

// [width / 2]
std::vector<float> frequencies(const RotarySpec& spec, int64_t length) {
    using Scaling = RotarySpec::Scaling;
    const int64_t half = spec.width / 2;
    float theta = static_cast<float>(spec.theta);
    if (spec.scaling == Scaling::dynamic && length > spec.original_positions) {
        const double width = static_cast<double>(spec.width);
        const double stretch =
            spec.factor * static_cast<double>(length) / static_cast<double>(spec.original_positions) -
            (spec.factor - 1);
        theta = static_cast<float>(spec.theta * std::pow(stretch, width / (width - 2)));
    }
    std::vector<float> result(static_cast<size_t>(half));
    for (int64_t i = 0; i < half; ++i) {
        const float exponent = static_cast<float>(2 * i) / static_cast<float>(spec.width);
        result[static_cast<size_t>(i)] = 1.0f / std::pow(theta, exponent);
    }
    const float factor = static_cast<float>(spec.factor);
    if (spec.scaling == Scaling::linear)
        for (float& frequency : result) frequency /= factor;
    if (spec.scaling == Scaling::yarn) {
        double low = yarn_dimension(spec.beta_fast, spec), high = yarn_dimension(spec.beta_slow, spec);
        if (spec.truncate) low = std::floor(low), high = std::ceil(high);
        low = std::max(low, 0.0);
        high = std::min(high, static_cast<double>(spec.width - 1));
        if (low == high) high += 0.001;
        for (int64_t i = 0; i < half; ++i) {
            const float ramp =
                std::clamp((static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low),
                           0.0f, 1.0f);
            float& frequency = result[static_cast<size_t>(i)];
            frequency = frequency / factor * ramp + frequency * (1 - ramp);
        }
    }
    if (spec.scaling == Scaling::llama3) {
        const double original = static_cast<double>(spec.original_positions);
        const double low_wavelength = original / spec.low_frequency_factor;
        const double high_wavelength = original / spec.high_frequency_factor;
        for (float& frequency : result) {
            const double wavelength = 2 * std::numbers::pi / static_cast<double>(frequency);
            if (wavelength > low_wavelength) {
                frequency /= factor;
            } else if (wavelength >= high_wavelength) {
                const float smooth =
                    static_cast<float>((original / wavelength - spec.low_frequency_factor) /
                                       (spec.high_frequency_factor - spec.low_frequency_factor));
                frequency = (1 - smooth) * frequency / factor + smooth * frequency;
            }
        }
    }
    return result;
}

}  // namespace

std::vector<int64_t> position_rows(const EmbeddingSpec& spec, std::span<const int32_t> ids, int64_t first,
                                   int64_t padding_before) {
    std::vector<int64_t> rows(ids.size());
    int64_t counted = first - padding_before;
    for (size_t i = 0; i < ids.size(); ++i) {
        if (!spec.positions_skip_padding)
            rows[i] = first + static_cast<int64_t>(i) + spec.position_offset;
        else if (ids[i] == spec.padding_id)
            rows[i] = spec.padding_id;
        else
            rows[i] = spec.padding_id + ++counted;
    }
    return rows;
}

int64_t last_token_row(std::span<const int32_t> ids, const std::optional<int64_t>& padding_id) {
    int64_t row = static_cast<int64_t>(ids.size()) - 1;
    while (row > 0 && padding_id && ids[static_cast<size_t>(row)] == *padding_id) --row;
    return row;
}

void sinusoid_row(const EmbeddingSpec& spec, int64_t row, float* values) {
    const int64_t half = spec.width / 2;
    if (spec.positions == EmbeddingSpec::Positions::sinusoid_halves) {
        // Sines of the even dimensions, then cosines of the odd ones; an odd width has one more sine.
        const int64_t sines = spec.width % 2 == 0 ? half : half + 1;
        for (int64_t d = 0; d < spec.width; ++d) {
            const double angle =
                static_cast<double>(row) /
                std::pow(10000.0, 2.0 * static_cast<double>(d / 2) / static_cast<double>(spec.width));
            if (d % 2 == 0)
                values[d / 2] = static_cast<float>(std::sin(angle));
            else
                values[sines + d / 2] = static_cast<float>(std::cos(angle));
        }
        return;
    }
    std::fill_n(values, spec.width, 0.0f);
    if (row == spec.padding_id) return;
    const float step = static_cast<float>(-std::log(10000.0) / static_cast<double>(half - 1));
    for (int64_t d = 0; d < half; ++d) {
        const float angle = static_cast<float>(row) * std::exp(static_cast<float>(d) * step);
        values[d] = std::sin(angle);
        values[half + d] = std::cos(angle);
    }
}

RotaryTable rotary_table(const RotarySpec& spec, int64_t first, int64_t count, int64_t length) {
    RotaryTable table;
    table.half = spec.width / 2;
    const std::vector<float> frequency = frequencies(spec, length);
    const float factor = static_cast<float>(attention_factor(spec));
    table.cos.reserve(static_cast<size_t>(count * table.half));
    table.sin.reserve(static_cast<size_t>(count * table.half));
    for (int64_t position = first; position < first + count; ++position)
        for (const float f : frequency) {
            const float angle = static_cast<float>(position) * f;
            table.cos.push_back(std::cos(angle) * factor);
            table.sin.push_back(std::sin(angle) * factor);
        }
    return table;
}

int64_t relative_bucket(const RelativeBiasSpec& spec, int64_t distance) {
    int64_t buckets = spec.buckets, bucket = 0;
    if (spec.is_bidirectional) {
        buckets /= 2;
        if (distance > 0) bucket += buckets;
        distance = std::abs(distance);
    } else {
        distance = distance < 0 ? -distance : 0;
    }
    const int64_t exact = buckets / 2;
    if (distance < exact) return bucket + distance;
    const float ratio =
        std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
        static_cast<float>(std::log(static_cast<double>(spec.max_distance) / static_cast<double>(exact)));
    const int64_t far = exact + static_cast<int64_t>(ratio * static_cast<float>(buckets - exact));
    return bucket + std::min(far, buckets - 1);
}

}  // namespace weft
