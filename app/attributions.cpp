#include "app/attributions.h"

#include <optional>

#include "analysis/method/method_table.h"
#include "app/quantity_values.h"

namespace weft {

namespace {

// Adds row `row` of the matrix [Q, K] that begins at `first`, or the mean of its rows.
void add_row(std::vector<double>& values, const float* first, const AttentionBlock& block, int row) {
    const uint32_t begin = row < 0 ? 0 : static_cast<uint32_t>(row);
    const uint32_t end = row < 0 ? block.queries : begin + 1;
    for (uint32_t i = begin; i < end; ++i)
        for (uint32_t j = 0; j < block.keys; ++j)
            values[j] += static_cast<double>(first[size_t{i} * block.keys + j]) / double(end - begin);
}

// `count` matrices [Q, K] at the end of the values: the last layer's.
std::optional<Attribution> last_matrices(const AttentionBlock& block, const std::string& name,
                                         const std::vector<float>& values, size_t count, size_t layers,
                                         int row, const char* of) {
    const size_t size = size_t{block.queries} * block.keys;
    if (size == 0 || values.size() != size * count * layers) return {};
    Attribution attribution{name, of, std::vector<double>(block.keys, 0.0)};
    const float* last = values.data() + size * count * (layers - 1);
    for (size_t h = 0; h < count; ++h) add_row(attribution.values, last + h * size, block, row);
    return attribution;
}

std::optional<Attribution> of_method(const AttentionFrame& frame, const AttentionBlock& block,
                                     const MethodRow& method, int row) {
    const FrameTensor* tensor = find_quantity(block, method.name);
    if (!tensor) return {};
    const std::vector<float>& values = *tensor->values;
    switch (method.shape) {
        case MethodShape::head_weights:
            return last_matrices(block, method.name, values, block.heads, block.layers, row,
                                 "last layer, sum over heads");
        case MethodShape::layer_weights:
            return last_matrices(block, method.name, values, 1, block.layers, row, "last layer");
        case MethodShape::weights:
            return last_matrices(block, method.name, values, 1, 1, row, "");
        case MethodShape::tokens: {
            if (values.size() != block.keys) return {};
            const bool is_change = method.name == "token_ablation";
            if (is_change && !frame.target) return {};
            Attribution attribution{method.name, is_change ? "y - y without it" : "", {}};
            for (const float value : values)
                attribution.values.push_back(is_change ? frame.target->value - static_cast<double>(value)
                                                       : static_cast<double>(value));
            return attribution;
        }
        case MethodShape::head_rows:
        case MethodShape::heads:
        case MethodShape::other:
            break;
    }
    return {};
}

}  // namespace

TargetRow target_row(const AttentionFrame& frame, const AttentionBlock& block) {
    const auto rows = static_cast<int64_t>(block.queries);
    if (!frame.target) return {-1, "mean over all rows: no target is computed yet"};
    const ExplainedTarget& target = *frame.target;
    if (target.position >= 0 && target.position < rows)
        return {static_cast<int>(target.position),
                "row " + std::to_string(target.position) + ", the target's"};
    if (target.kind == "class" && rows > 0) {
        const int row = block.causal ? static_cast<int>(rows) - 1 : 0;
        return {row, "row " + std::to_string(row) + ", which the classifier reads"};
    }
    return {-1, "mean over all rows: the target is of all positions"};
}

std::vector<Attribution> attributions(const AttentionFrame& frame, const AttentionBlock& block,
                                      const TargetRow& row) {
    std::vector<Attribution> found;
    if (row.row >= static_cast<int>(block.queries)) return found;
    for (const MethodRow& method : method_table()) {
        if (method.name == "attention") {
            if (block.layer_weights.empty() || !block.layer_weights.back()) continue;
            auto raw = last_matrices(block, method.name, *block.layer_weights.back(), block.heads, 1, row.row,
                                     "last layer, mean over heads");
            if (!raw) continue;
            for (double& value : raw->values) value /= block.heads;
            found.push_back(std::move(*raw));
        } else if (auto attribution = of_method(frame, block, method, row.row)) {
            found.push_back(std::move(*attribution));
        }
    }
    return found;
}

}  // namespace weft
