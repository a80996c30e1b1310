#include "analysis/torch/predictions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weft::torch_part {

namespace {

// Probability of a logit, over all of them.
class Softmax {
  public:
    explicit Softmax(std::span<const float> logits) : top_(std::ranges::max(logits)) {
        for (const float logit : logits) sum_ += std::exp(double{logit} - top_);
    }
    float of(float logit) const { return static_cast<float>(std::exp(double{logit} - top_) / sum_); }

  private:
    double top_, sum_ = 0;
};

}  // namespace

std::vector<Prediction> most_probable(std::span<const float> logits, int64_t count,
                                      const std::function<std::string(int32_t)>& text_of) {
    if (logits.empty() || count <= 0) return {};
    std::vector<int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    const auto end = order.begin() + std::min<int64_t>(count, static_cast<int64_t>(order.size()));
    std::partial_sort(order.begin(), end, order.end(), [&](int32_t a, int32_t b) {
        return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
    });
    const Softmax softmax(logits);
    std::vector<Prediction> best;
    for (auto at = order.begin(); at != end; ++at)
        best.push_back({*at, text_of(*at), "", logits[*at], softmax.of(logits[*at])});
    return best;
}

std::string class_text(const HeadSpec& head, int32_t id) {
    const size_t at = static_cast<size_t>(id);
    return at < head.labels.size() ? head.labels[at] : "class " + std::to_string(id);
}

Prediction prediction_of(std::span<const float> logits, int32_t id,
                         const std::function<std::string(int32_t)>& text_of) {
    const float logit = logits[static_cast<size_t>(id)];
    return {id, text_of(id), "", logit, Softmax(logits).of(logit)};
}

}  // namespace weft::torch_part
