#include "app/quantity_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace weft {

namespace {

double mean_of(std::span<const float> values) {
    double sum = 0.0;
    for (const float value : values) sum += static_cast<double>(value);
    return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                          : sum / static_cast<double>(values.size());
}

}  // namespace

const FrameTensor* find_quantity(const AttentionBlock& block, const std::string& name) {
    const auto found = block.quantities.find(name);
    if (found == block.quantities.end() || !found->second.values) return nullptr;
    size_t size = 1;
    for (const int64_t extent : found->second.shape)
        size *= static_cast<size_t>(std::max<int64_t>(extent, 0));
    return size == found->second.values->size() ? &found->second : nullptr;
}

std::vector<double> head_means(const AttentionBlock& block, const std::string& name) {
    const FrameTensor* tensor = find_quantity(block, name);
    const size_t heads = size_t{block.layers} * block.heads;
    if (!tensor || heads == 0 || tensor->values->size() % heads != 0) return {};
    const size_t size = tensor->values->size() / heads;
    std::vector<double> means;
    for (size_t h = 0; h < heads; ++h)
        means.push_back(mean_of(std::span(*tensor->values).subspan(h * size, size)));
    return means;
}

double row_sum_error(const FrameTensor& tensor) {
    const size_t columns = tensor.shape.empty() ? 0 : static_cast<size_t>(tensor.shape.back());
    double largest = 0.0;
    for (size_t first = 0; columns > 0 && first + columns <= tensor.values->size(); first += columns) {
        double sum = 0.0;
        for (size_t j = 0; j < columns; ++j) sum += static_cast<double>((*tensor.values)[first + j]);
        largest = std::max(largest, std::abs(sum - 1.0));
    }
    return largest;
}

}  // namespace weft
