#include "tests/bench/matrix_products.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/rand.h>
#include <c10/core/InferenceMode.h>

#include <chrono>
#include <vector>

namespace weft_bench {

struct MatrixProducts::Weights {
    struct Linear {
        at::Tensor weight, bias;
    };
    std::vector<Linear> square, up, down;
};

MatrixProducts::MatrixProducts(const EncoderShape& shape)
    : shape_(shape), weights_(std::make_unique<Weights>()) {
    const c10::InferenceMode inference;
    const auto linear = [](int64_t outer, int64_t inner) {
        return Weights::Linear{at::rand({outer, inner}).t(), at::rand({outer})};
    };
    for (int64_t l = 0; l < shape.layers; ++l) {
        for (int i = 0; i < 4; ++i) weights_->square.push_back(linear(shape.hidden, shape.hidden));
        weights_->up.push_back(linear(shape.intermediate, shape.hidden));
        weights_->down.push_back(linear(shape.hidden, shape.intermediate));
    }
}

MatrixProducts::~MatrixProducts() = default;

double MatrixProducts::run_ms(int64_t tokens) {
    const c10::InferenceMode inference;
    const int64_t width = shape_.hidden / shape_.heads;
    const at::Tensor x = at::rand({tokens, shape_.hidden}), inner = at::rand({tokens, shape_.intermediate});
    const at::Tensor query = at::rand({shape_.heads, tokens, width}),
                     key = at::rand({shape_.heads, width, tokens});
    const at::Tensor attention = at::rand({shape_.heads, tokens, tokens});
    const auto start = std::chrono::steady_clock::now();
    for (int64_t l = 0; l < shape_.layers; ++l) {
        for (int64_t i = 0; i < 4; ++i)
            at::addmm(weights_->square[4 * l + i].bias, x, weights_->square[4 * l + i].weight);
        at::bmm(query, key);
        at::bmm(attention, query);
        at::addmm(weights_->up[l].bias, x, weights_->up[l].weight);
        at::addmm(weights_->down[l].bias, inner, weights_->down[l].weight);
    }
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace weft_bench
