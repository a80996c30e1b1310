#include "analysis/method/attention_distance.h"

#include <cmath>
#include <cstdlib>

#include "analysis/error.h"
#include "analysis/method/lane_sums.h"
#include "analysis/method/share_out.h"

namespace weft {
namespace {

// Of keys [first_key, first_key + key_count) to rows [first_row, ...): one row of distances each.
struct DistanceTable {
    size_t first = 0, count = 0;   // rows and keys that have a place
    std::vector<float> distances;  // [count, count]
    bool rescales = false;         // what falls on other keys is left out
};

DistanceTable of_text(size_t size) {
    DistanceTable table{0, size, std::vector<float>(size * size), false};
    for (size_t i = 0; i < size; ++i)
        for (size_t j = 0; j < size; ++j)
            table.distances[i * size + j] = static_cast<float>(i > j ? i - j : j - i);
    return table;
}

DistanceTable of_patches(const PatchGrid& grid) {
    const size_t count = size_t{grid.rows} * grid.columns;
    DistanceTable table{grid.first_token, count, std::vector<float>(count * count), true};
    double width = grid.patch_width, height = grid.patch_height;
    if (grid.patch_width == 0 || grid.patch_height == 0) {
        width = grid.image_width > 0 ? grid.patches_in_image.width / grid.columns : 1.0;
        height = grid.image_height > 0 ? grid.patches_in_image.height / grid.rows : 1.0;
    }
    const auto apart = [](size_t a, size_t b) { return static_cast<double>(a > b ? a - b : b - a); };
    for (size_t i = 0; i < count; ++i)
        for (size_t j = 0; j < count; ++j)
            table.distances[i * count + j] =
                static_cast<float>(std::hypot(height * apart(i / grid.columns, j / grid.columns),
                                              width * apart(i % grid.columns, j % grid.columns)));
    return table;
}

}  // namespace

FrameTensor attention_distance(const AttentionBlock& attention, const TokenStack& stack,
                               const std::function<bool()>& superseded) {
    const size_t layers = attention.layers, heads = attention.heads, size = attention.keys;
    if (attention.queries != size || stack.tokens.size() != size)
        throw Error("attention distance needs self-attention, this has " + std::to_string(attention.queries) +
                    " queries, " + std::to_string(size) + " keys and " + std::to_string(stack.tokens.size()) +
                    " tokens");
    const DistanceTable table = stack.grid ? of_patches(*stack.grid) : of_text(size);
    WEFT_ASSERT(table.first + table.count <= size, std::to_string(table.first + table.count));
    auto result = std::make_shared<std::vector<float>>(layers * heads * size, 0.0f);
    const bool done = share_out_layers(layers, heads * size * size, superseded, [&](size_t l) {
        for (size_t h = 0; h < heads; ++h)
            for (size_t i = 0; i < table.count; ++i) {
                const size_t row = (l * heads + h) * size + table.first + i;
                const float* weights =
                    attention.layer_weights[l]->data() + (h * size + table.first + i) * size + table.first;
                float value = lane_dot(weights, table.distances.data() + i * table.count, table.count);
                if (table.rescales) {
                    const float sum = lane_sum(weights, table.count);
                    value = sum > 0 ? value / sum : 0.0f;
                }
                (*result)[row] = value;
            }
    });
    if (!done) return {};
    return {{attention.layers, attention.heads, attention.queries}, std::move(result)};
}

}  // namespace weft
