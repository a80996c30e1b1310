#include "analysis/method/difference.h"

#include "analysis/error.h"

namespace weft {

FrameTensor attention_difference(const AttentionBlock& ablated, const AttentionLayers& unablated,
                                 const std::function<bool()>& stop) {
    const size_t of_layer = size_t{ablated.heads} * ablated.queries * ablated.keys;
    auto values = std::make_shared<std::vector<float>>(ablated.layers * of_layer);
    WEFT_ASSERT(unablated.empty() || unablated.size() == ablated.layers, std::to_string(unablated.size()));
    for (size_t l = 0; l < unablated.size(); ++l) {
        const std::vector<float>&with = *ablated.layer_weights[l], &without = *unablated[l];
        WEFT_ASSERT(without.size() == of_layer, std::to_string(without.size()));
        float* to = values->data() + l * of_layer;
        for (size_t i = 0; i < of_layer; ++i) to[i] = with[i] - without[i];
        if (stop && stop()) return {};
    }
    return {{ablated.layers, ablated.heads, ablated.queries, ablated.keys}, std::move(values)};
}

}  // namespace weft
