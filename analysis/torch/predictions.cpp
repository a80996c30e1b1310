#include "analysis/torch/predictions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weft::torch_part {

std::vector<Prediction> most_probable(std::span<const float> logits, int64_t count,
                                      const std::function<std::string(int32_t)>& text_of) {
    if (logits.empty()) return {};
    std::vector<int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    const auto end = order.begin() + std::min<int64_t>(count, static_cast<int64_t>(order.size()));
    std::partial_sort(order.begin(), end, order.end(), [&](int32_t a, int32_t b) {
        return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
    });
    const double top = logits[order.front()];
    double sum = 0;
    for (const float logit : logits) sum += std::exp(double{logit} - top);
    std::vector<Prediction> best;
    for (auto at = order.begin(); at != end; ++at)
        best.push_back(
            {*at, text_of(*at), logits[*at], static_cast<float>(std::exp(double{logits[*at]} - top) / sum)});
    return best;
}

std::string class_text(const HeadSpec& head, int32_t id) {
    const size_t at = static_cast<size_t>(id);
    return at < head.labels.size() ? head.labels[at] : "class " + std::to_string(id);
}

}  // namespace weft::torch_part
