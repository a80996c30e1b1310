#include "scenes/image_values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scenes/quantity.h"

namespace weft {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

// Adds rows [N] with equal weight; rows that are not computed are left out.
class MeanRow {
  public:
    explicit MeanRow(size_t size) : sums_(size, 0.0), counts_(size, 0) {}
    void add(std::span<const float> row) {
        for (size_t j = 0; j < sums_.size(); ++j) {
            if (!std::isfinite(row[j])) continue;
            sums_[j] += static_cast<double>(row[j]);
            ++counts_[j];
        }
    }
    std::vector<float> mean() const {
        std::vector<float> row(sums_.size(), missing);
        for (size_t j = 0; j < row.size(); ++j)
            if (counts_[j] > 0) row[j] = static_cast<float>(sums_[j] / static_cast<double>(counts_[j]));
        return row;
    }

  private:
    std::vector<double> sums_;
    std::vector<uint64_t> counts_;
};

// Rows of a map [Q, K] at `first`: one, or all.
void add_rows(MeanRow& mean, std::span<const float> map, const AttentionBlock& block,
              std::optional<int> query) {
    const size_t keys = block.keys;
    const size_t from = query ? static_cast<size_t>(*query) : 0, to = query ? from + 1 : block.queries;
    for (size_t i = from; i < to; ++i) mean.add(map.subspan(i * keys, keys));
}

}  // namespace

ImageNumbers image_numbers(const std::string& quantity) {
    switch (quantity_shape(quantity)) {
        case MethodShape::layer_weights:
            return ImageNumbers::input_to_layer;
        case MethodShape::weights:
            return ImageNumbers::input_to_end;
        case MethodShape::head_rows:
            return ImageNumbers::queries;
        case MethodShape::tokens:
            return ImageNumbers::input;
        default:
            return ImageNumbers::keys_of_layer;
    }
}

bool has_query(ImageNumbers numbers) {
    return numbers != ImageNumbers::queries && numbers != ImageNumbers::input;
}

bool has_heads(ImageNumbers numbers) {
    return numbers == ImageNumbers::keys_of_layer || numbers == ImageNumbers::queries;
}

bool has_layers(ImageNumbers numbers) {
    return numbers != ImageNumbers::input_to_end && numbers != ImageNumbers::input;
}

std::vector<float> image_row(const AttentionFrame& frame, const AttentionBlock& block, const ImageRow& row) {
    const size_t map_size = size_t{block.queries} * block.keys, layer = static_cast<size_t>(row.layer);
    const ImageNumbers numbers = image_numbers(row.quantity);
    if (numbers == ImageNumbers::input) return drawn_numbers(frame, block, row.quantity);
    MeanRow mean(numbers == ImageNumbers::queries ? block.queries : block.keys);
    if (row.quantity == "attention" || quantity_shape(row.quantity) == MethodShape::heads) {
        const std::span<const float> weights(*block.layer_weights.at(layer));
        for (const int head : row.heads)
            add_rows(mean, weights.subspan(static_cast<size_t>(head) * map_size, map_size), block, row.query);
        return mean.mean();
    }
    const FrameTensor* tensor = drawn_tensor(block, row.quantity);
    if (!tensor) return {};
    const std::span<const float> values(*tensor->values);
    for (const int head : row.heads) {
        const size_t lane = layer * block.heads + static_cast<size_t>(head);
        if (numbers == ImageNumbers::queries) mean.add(values.subspan(lane * block.queries, block.queries));
        if (numbers == ImageNumbers::keys_of_layer)
            add_rows(mean, values.subspan(lane * map_size, map_size), block, row.query);
    }
    if (numbers == ImageNumbers::input_to_layer)
        add_rows(mean, values.subspan(layer * map_size, map_size), block, row.query);
    if (numbers != ImageNumbers::input_to_end) return mean.mean();
    add_rows(mean, values, block, row.query);
    std::vector<float> result = mean.mean();
    if (row.quantity != "relevance") return result;
    // Relevance starts from the identity: beside that 1 nothing else would be seen.
    if (row.query) {
        result.at(static_cast<size_t>(*row.query)) -= 1.0f;
    } else {
        for (float& value : result) value -= 1.0f / static_cast<float>(block.queries);
    }
    return result;
}

float percentile(std::span<const float> values, double part) {
    std::vector<float> sorted;
    for (const float value : values)
        if (std::isfinite(value)) sorted.push_back(value);
    if (sorted.empty()) return 0.0f;
    const auto rank = static_cast<size_t>(std::ceil(part * static_cast<double>(sorted.size())));
    const size_t at = std::min(std::max<size_t>(rank, 1), sorted.size()) - 1;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(at), sorted.end());
    return sorted[at];
}

}  // namespace weft
