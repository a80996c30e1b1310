#include "analysis/torch/kernel_embedding.h"

#include <algorithm>
#include <vector>

#include "analysis/error.h"
#include "analysis/family/positions.h"
#include "analysis/torch/kept_layer.h"
#include "analysis/torch/shared_rows.h"

namespace weft::torch_part {

namespace {

void add(float* x, const float* y, int64_t width) {
    for (int64_t d = 0; d < width; ++d) x[d] += y[d];
}

}  // namespace

void embed_tokens(const EmbeddingMeans& means, std::span<const int32_t> ids,
                  std::span<const uint8_t> segments, int64_t kept, float* states) {
    const PackedStack& packed = means.packed;
    const EmbeddingSpec& spec = packed.weights().embedding_spec;
    const EmbeddingWeights& from = packed.weights().embedding;
    const int64_t width = spec.width, count = static_cast<int64_t>(ids.size()) - kept;
    const bool is_projected = packed.projection.outer > 0;
    float* const first = is_projected ? means.scratch.reserve(count * width) : states;
    const std::vector<int64_t> rows = position_rows(spec, ids);
    std::vector<float> sinusoid(static_cast<size_t>(width));
    float* x = first;
    for (int64_t i = 0; i < count; ++i, x += width) {
        const size_t token = static_cast<size_t>(kept + i);
        const float* word = from.words + ids[token] * width;
        const float scale = static_cast<float>(spec.scale);
        for (int64_t d = 0; d < width; ++d) x[d] = word[d] * scale;
        if (from.types) add(x, from.types + (segments.empty() ? 0 : segments[token]) * width, width);
        if (from.positions) {
            add(x, from.positions + rows[token] * width, width);
        } else if (spec.positions != EmbeddingSpec::Positions::none) {
            sinusoid_row(spec, rows[token], sinusoid.data());
            add(x, sinusoid.data(), width);
        }
    }
    if (packed.embedding_norm.is_there)
        run_norm(means.pool, means.threads, means.kernels, packed.embedding_norm, first, count);
    if (is_projected)
        run_linear(means.pool, means.threads, means.kernels, packed.projection, packed.projection.outer,
                   {first, width, states, packed.spec().hidden, count}, {});
}

void embed_image(const EmbeddingMeans& means, const ImageInput& image, float* states) {
    const PackedLinear& projection = means.packed.patches;
    WEFT_ASSERT(projection.inner == image.patch_size(), std::to_string(image.patch_size()));
    const int64_t across = image.columns(), count = image.rows() * across,
                  hidden = means.packed.spec().hidden;
    const int64_t stride = projection.inner + row_padding;
    float* patches = means.scratch.reserve(count * stride);
    means.pool.run(image.rows(), means.threads, [&](int64_t row, int64_t) {
        float* to = patches + row * across * stride;
        for (int64_t c = 0, at = 0; c < image.channels; ++c)
            for (int64_t y = 0; y < image.patch_height; ++y, at += image.patch_width) {
                const float* from =
                    image.pixels + (c * image.height + row * image.patch_height + y) * image.width;
                for (int64_t column = 0; column < across; ++column)
                    std::copy_n(from + column * image.patch_width, image.patch_width,
                                to + column * stride + at);
            }
    });
    float* const behind = states + image.first * hidden;
    run_linear(means.pool, means.threads, means.kernels, projection, projection.outer,
               {patches, stride, behind, hidden, count}, {});
    std::copy_n(image.added, image.first * hidden, states);
    add(behind, image.added + image.first * hidden, count * hidden);
}

}  // namespace weft::torch_part
