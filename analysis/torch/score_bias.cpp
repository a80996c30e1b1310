#include "analysis/torch/score_bias.h"

#include <limits>

#include "analysis/family/positions.h"
#include "analysis/torch/kernels.h"

namespace weft::torch_part {

void ScoreBias::prepare(const StackWeights& weights, int64_t layer, int64_t kept, int64_t count) {
    const StackSpec& spec = weights.spec;
    const RelativeBiasSpec& relative = spec.attention.relative_bias;
    if (!spec.is_causal && relative.buckets == 0) return;
    const int64_t window = spec.windows.empty() ? 0 : spec.windows[static_cast<size_t>(layer)];
    if (window == window_ && kept == kept_ && count == count_) return;
    window_ = window;
    kept_ = kept;
    count_ = count;
    const int64_t rows = count - kept, padded = (count + panel_width - 1) / panel_width * panel_width;
    per_head_ = relative.buckets > 0;
    head_size_ = static_cast<size_t>(rows * padded);
    const int64_t heads = per_head_ ? spec.attention.heads : 1;
    values_.assign(static_cast<size_t>(heads) * head_size_, 0.0f);
    if (per_head_) {
        std::vector<int64_t> bucket_of(static_cast<size_t>(2 * count - 1));  // by key - query + count - 1
        for (int64_t d = 1 - count; d < count; ++d)
            bucket_of[static_cast<size_t>(d + count - 1)] = relative_bucket(relative, d);
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t i = 0; i < rows; ++i) {
                float* row = values_.data() + static_cast<size_t>(h) * head_size_ + i * padded;
                const int64_t* buckets = bucket_of.data() + (count - 1 - (kept + i));
                for (int64_t j = 0; j < count; ++j) row[j] = weights.relative_bias[buckets[j] * heads + h];
            }
    }
    if (!spec.is_causal) return;
    constexpr float hidden = -std::numeric_limits<float>::infinity();
    for (int64_t h = 0; h < heads; ++h)
        for (int64_t i = 0; i < rows; ++i) {
            float* row = values_.data() + static_cast<size_t>(h) * head_size_ + i * padded;
            const int64_t query = kept + i;
            for (int64_t j = query + 1; j < count; ++j) row[j] = hidden;
            for (int64_t j = 0; window > 0 && j <= query - window; ++j) row[j] = hidden;
        }
}

}  // namespace weft::torch_part
