#include "analysis/image/resample.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr int fraction_bits = 22;  // 32 less 8 for the pixel, less 2 for sums beyond it

double sinc(double x) {
    if (x == 0.0) return 1.0;
    x *= M_PI;
    return std::sin(x) / x;
}

double weight_at(Resample filter, double x) {
    if (filter == Resample::lanczos) return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
    x = std::abs(x);
    if (filter == Resample::bilinear) return x < 1.0 ? 1.0 - x : 0.0;
    constexpr double a = -0.5;
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
}

double support_of(Resample filter) {
    return filter == Resample::lanczos ? 3.0 : filter == Resample::bicubic ? 2.0 : 1.0;
}

// For every output position the input positions that it sums over, [first, first + count).
struct Taps {
    std::vector<uint32_t> first, count;
    std::vector<int32_t> weights;  // [output size, stride], fixed point
    size_t stride = 0;
};

Taps create_taps(uint32_t input_size, uint32_t output_size, Resample filter) {
    const double scale = static_cast<double>(input_size) / output_size;
    const double stretch = std::max(scale, 1.0);
    const double support = support_of(filter) * stretch;
    Taps taps;
    taps.stride = static_cast<size_t>(std::ceil(support)) * 2 + 1;
    taps.first.resize(output_size);
    taps.count.resize(output_size);
    taps.weights.resize(taps.stride * output_size);
    std::vector<double> weights(taps.stride);
    for (uint32_t i = 0; i < output_size; ++i) {
        const double center = (i + 0.5) * scale;
        const int first = std::max(static_cast<int>(center - support + 0.5), 0);
        const int end = std::min(static_cast<int>(center + support + 0.5), static_cast<int>(input_size));
        const int count = end - first;
        double sum = 0;
        for (int k = 0; k < count; ++k) {
            weights[k] = weight_at(filter, (k + first - center + 0.5) * (1.0 / stretch));
            sum += weights[k];
        }
        for (int k = 0; k < count; ++k) {
            const double weight = sum != 0.0 ? weights[k] / sum : weights[k];
            taps.weights[i * taps.stride + k] =
                static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << fraction_bits));
        }
        taps.first[i] = static_cast<uint32_t>(first);
        taps.count[i] = static_cast<uint32_t>(count);
    }
    return taps;
}

uint8_t rounded(int32_t sum) {
    return static_cast<uint8_t>(std::clamp(sum >> fraction_bits, 0, 255));
}

template <int channels>
void resample_row(const uint8_t* in, const Taps& taps, uint8_t* out) {
    for (size_t x = 0; x < taps.first.size(); ++x) {
        const int32_t* weights = &taps.weights[x * taps.stride];
        const uint8_t* pixel = in + size_t{taps.first[x]} * channels;
        int32_t sums[channels];
        for (int32_t& sum : sums) sum = 1 << (fraction_bits - 1);
        for (uint32_t k = 0; k < taps.count[x]; ++k, pixel += channels)
            for (int c = 0; c < channels; ++c) sums[c] += pixel[c] * weights[k];
        for (int c = 0; c < channels; ++c) *out++ = rounded(sums[c]);
    }
}

Pixels resample_rows(const Pixels& image, const Taps& taps) {
    const auto width = static_cast<uint32_t>(taps.first.size());
    Pixels result{width, image.height, image.channels, {}};
    result.values.resize(size_t{width} * image.height * image.channels);
    for (size_t y = 0; y < image.height; ++y) {
        const uint8_t* in = &image.values[y * image.width * image.channels];
        uint8_t* out = &result.values[y * width * image.channels];
        if (image.channels == 1)
            resample_row<1>(in, taps, out);
        else
            resample_row<3>(in, taps, out);
    }
    return result;
}

Pixels resample_columns(const Pixels& image, const Taps& taps) {
    const auto height = static_cast<uint32_t>(taps.first.size());
    const size_t row_size = size_t{image.width} * image.channels;
    Pixels result{image.width, height, image.channels, {}};
    result.values.resize(row_size * height);
    std::vector<int32_t> sums(row_size);
    for (size_t y = 0; y < height; ++y) {
        std::fill(sums.begin(), sums.end(), 1 << (fraction_bits - 1));
        for (uint32_t k = 0; k < taps.count[y]; ++k) {
            const uint8_t* row = &image.values[(size_t{taps.first[y]} + k) * row_size];
            const int32_t weight = taps.weights[y * taps.stride + k];
            for (size_t i = 0; i < row_size; ++i) sums[i] += row[i] * weight;
        }
        for (size_t i = 0; i < row_size; ++i) result.values[y * row_size + i] = rounded(sums[i]);
    }
    return result;
}

// The input position of every output position. Adding up instead of multiplying decides some of them: as
// Pillow.
std::vector<uint32_t> nearest_positions(uint32_t input_size, uint32_t output_size) {
    const double scale = static_cast<double>(input_size) / output_size;
    std::vector<uint32_t> positions(output_size);
    double position = scale * 0.5;
    for (uint32_t& out : positions) {
        out = static_cast<uint32_t>(position);
        position += scale;
    }
    return positions;
}

// Pillow 13's order of the two passes. It shows in the result, since each rounds to 8 bit; Pillow up to 12
// always took the rows first.
bool shrinks_height_first(uint32_t width, uint32_t height, uint32_t to_width, uint32_t to_height) {
    const int64_t fewer_rows = int64_t{height} - to_height, fewer_columns = int64_t{width} - to_width;
    return fewer_rows > 0 && fewer_rows > 2 * fewer_columns;
}

Pixels resize_nearest(const Pixels& image, uint32_t width, uint32_t height) {
    const std::vector<uint32_t> columns = nearest_positions(image.width, width);
    const std::vector<uint32_t> rows = nearest_positions(image.height, height);
    Pixels result{width, height, image.channels, {}};
    result.values.resize(size_t{width} * height * image.channels);  // black where rounding leaves the image
    for (size_t y = 0; y < height; ++y)
        for (size_t x = 0; x < width; ++x) {
            if (rows[y] >= image.height || columns[x] >= image.width) continue;
            const uint8_t* in = &image.values[(size_t{rows[y]} * image.width + columns[x]) * image.channels];
            std::copy(in, in + image.channels, &result.values[(y * width + x) * image.channels]);
        }
    return result;
}

}  // namespace

uint64_t pixels_between_passes(uint32_t width, uint32_t height, uint32_t to_width, uint32_t to_height) {
    return shrinks_height_first(width, height, to_width, to_height) ? uint64_t{width} * to_height
                                                                    : uint64_t{to_width} * height;
}

Pixels resize(const Pixels& image, uint32_t width, uint32_t height, Resample filter) {
    WEFT_ASSERT(image.channels == 1 || image.channels == 3, std::to_string(image.channels));
    WEFT_ASSERT(width > 0 && height > 0 && !image.values.empty(), std::to_string(width));
    if (width == image.width && height == image.height) return image;
    if (filter == Resample::nearest) return resize_nearest(image, width, height);
    const auto columns = [&](const Pixels& pixels) {
        return height == pixels.height ? pixels
                                       : resample_columns(pixels, create_taps(pixels.height, height, filter));
    };
    const auto rows = [&](const Pixels& pixels) {
        return width == pixels.width ? pixels
                                     : resample_rows(pixels, create_taps(pixels.width, width, filter));
    };
    return shrinks_height_first(image.width, image.height, width, height) ? rows(columns(image))
                                                                          : columns(rows(image));
}

}  // namespace weft
