#include "analysis/torch/plain_embedding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/from_blob.h>

#include <vector>

#include "analysis/family/positions.h"
#include "analysis/torch/plain_indices.h"

namespace weft::torch_part {

PlainEmbedding::PlainEmbedding(std::shared_ptr<const ModelWeights> weights, size_t stack,
                               const at::TensorOptions& options)
    : storage_(std::move(weights)), weights_(&storage_->stacks[stack]), options_(options) {
    const EmbeddingWeights& from = weights_->embedding;
    words_ = plain_tensor(from.words, {spec().vocabulary, spec().width}, options_);
    positions_ = plain_tensor(from.positions, {spec().position_rows, spec().width}, options_);
    types_ = plain_tensor(from.types, {spec().types, spec().width}, options_);
    if (from.norm.gain) norm_ = plain_norm(from.norm, spec().norm, options_);
    if (from.projection.weight) projection_ = plain_linear(from.projection, options_);
}

at::Tensor PlainEmbedding::words(std::span<const int32_t> ids, int64_t first) const {
    return at::embedding(words_, indices(ids.subspan(static_cast<size_t>(first)), options_.device()));
}

at::Tensor PlainEmbedding::states(const at::Tensor& words, std::span<const int32_t> ids,
                                  std::span<const uint8_t> segments, int64_t first) const {
    at::Tensor x = sums(words, ids, segments, first);
    if (norm_) x = norm_(x);
    return projection_ ? projection_(x) : x;
}

at::Tensor PlainEmbedding::sums(const at::Tensor& words, std::span<const int32_t> ids,
                                std::span<const uint8_t> segments, int64_t first) const {
    using Positions = EmbeddingSpec::Positions;
    at::Tensor x = spec().scale == 1 ? words : words * spec().scale;
    std::vector<int64_t> rows = position_rows(spec(), ids);
    rows.erase(rows.begin(), rows.begin() + first);
    if (spec().types > 0) {
        const std::vector<uint8_t> none(ids.size(), 0);
        const std::span<const uint8_t> of = segments.empty() ? std::span<const uint8_t>(none) : segments;
        x = x + at::embedding(types_, indices(of.subspan(static_cast<size_t>(first)), options_.device()));
    }
    if (positions_.defined()) {
        x = x + at::embedding(positions_, indices(std::span<const int64_t>(rows), options_.device()));
    } else if (spec().positions != Positions::none) {
        std::vector<float> table(rows.size() * static_cast<size_t>(spec().width));
        for (size_t i = 0; i < rows.size(); ++i)
            sinusoid_row(spec(), rows[i], table.data() + i * static_cast<size_t>(spec().width));
        x = x + at::from_blob(table.data(), {static_cast<int64_t>(rows.size()), spec().width}, at::kFloat)
                    .to(options_, /*non_blocking=*/false, /*copy=*/true);
    }
    return x;
}

}  // namespace weft::torch_part
