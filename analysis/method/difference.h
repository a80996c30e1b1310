// What an ablation changes in the attention: the ablated pass's weights minus the unablated one's, signed.
// Pure, any thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

using AttentionLayers = std::vector<std::shared_ptr<const std::vector<float>>>;  // [L] of [H, Q, K]

// [L, H, Q, K]; all 0 where `unablated` is empty, which says that nothing was ablated. `stop` (may be empty)
// is asked between layers; when it says true the result is empty.
FrameTensor attention_difference(const AttentionBlock& ablated, const AttentionLayers& unablated,
                                 const std::function<bool()>& stop = {});

}  // namespace weft
