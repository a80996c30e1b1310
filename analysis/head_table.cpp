#include "analysis/head_table.h"

#include <algorithm>
#include <cmath>

#include "analysis/method/entropy.h"

namespace weft {

std::vector<HeadRow> head_table(const AttentionBlock& attention) {
    const EntropyResult entropies = entropy(attention);
    const size_t queries = attention.queries, keys = attention.keys;
    const bool same_tokens = attention.query_stack == attention.key_stack && queries == keys;
    std::vector<HeadRow> rows;
    rows.reserve(size_t{attention.layers} * attention.heads);
    for (uint32_t l = 0; l < attention.layers; ++l)
        for (uint32_t h = 0; h < attention.heads; ++h) {
            HeadRow row{l, h};
            const size_t index = size_t{l} * attention.heads + h;
            const float* weights = attention.layer_weights[l]->data() + size_t{h} * queries * keys;
            for (size_t i = 0; i < queries; ++i) {
                const float* to = weights + i * keys;
                const double largest =
                    keys == 0 ? 0.0 : static_cast<double>(*std::max_element(to, to + keys));
                double sum = 0;
                for (size_t j = 0; j < keys; ++j) sum += static_cast<double>(to[j]);
                row.entropy += static_cast<double>((*entropies.entropy.values)[index * queries + i]);
                row.entropy_normalised +=
                    static_cast<double>((*entropies.normalised.values)[index * queries + i]);
                row.max_weight = std::max(row.max_weight, largest);
                row.mean_max_weight += largest;
                if (same_tokens) row.self += static_cast<double>(to[i]);
                if (i > 0 && keys > 0) row.first += static_cast<double>(to[0]);
                row.max_row_sum_error = std::max(row.max_row_sum_error, std::abs(sum - 1.0));
            }
            const double count = static_cast<double>(std::max<size_t>(queries, 1));
            for (double* mean : {&row.entropy, &row.entropy_normalised, &row.mean_max_weight, &row.self})
                *mean /= count;
            row.first /= std::max(count - 1.0, 1.0);
            rows.push_back(row);
        }
    return rows;
}

}  // namespace weft
