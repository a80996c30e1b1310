#include "analysis/torch/word_states.h"

namespace weft::torch_part {

WordStates::WordStates(const StackWeights& weights)
    : fits_(!weights.embedding.projection.weight && weights.embedding_spec.width % panel_width == 0),
      width_(weights.embedding_spec.width),
      scale_(static_cast<float>(weights.embedding_spec.scale)) {
    if (fits_ && weights.embedding.norm.gain)
        norm_ = OwnNorm(weights.embedding.norm, weights.embedding_spec.norm);
}

void WordStates::sum(const float* words, const float* added, int64_t rows, float* sums) const {
    for (int64_t i = 0; i < rows * width_; ++i) sums[i] = scale_ * words[i] + added[i];
}

void WordStates::states(const float* words, const float* added, int64_t copies, int64_t rows,
                        float* states) const {
    const int64_t size = rows * width_;
    for (int64_t copy = 0; copy < copies; ++copy, words += size, states += size) {
        sum(words, added, rows, states);
        if (norm_.is_there)
            kernels_.normalise({states, nullptr, nullptr, states, rows, width_, norm_.gain.get(),
                                norm_.bias_or_null(), norm_.epsilon, norm_.is_rms});
    }
}

void WordStates::gradient(const float* words, const float* added, int64_t copies, int64_t rows,
                          const float* state_gradient, float* gradient) const {
    const int64_t size = rows * width_;
    std::vector<float> sums(static_cast<size_t>(norm_.is_there ? size : 0));
    for (int64_t copy = 0; copy < copies; ++copy, words += size, state_gradient += size, gradient += size) {
        const float* by_sums = state_gradient;
        if (norm_.is_there) {
            sum(words, added, rows, sums.data());
            kernels_.normalise_back({sums.data(), state_gradient, gradient, false, rows, width_,
                                     norm_.gain.get(), norm_.epsilon, norm_.is_rms});
            by_sums = gradient;
        }
        for (int64_t i = 0; i < size; ++i) gradient[i] = scale_ * by_sums[i];
    }
}

}  // namespace weft::torch_part
