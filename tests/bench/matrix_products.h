// The physical limit that a forward pass is measured against: its matrix products and nothing else.
#pragma once

#include <cstdint>
#include <memory>

namespace weft_bench {

struct EncoderShape {
    int64_t layers, heads, hidden, intermediate;
};

// LibTorch's float32 products of all layers: query, key, value and output, scores and context of every head,
// both halves of the feed-forward net. All layers in full, each with weights of its own, as in a real pass.
class MatrixProducts {
  public:
    explicit MatrixProducts(const EncoderShape& shape);
    ~MatrixProducts();
    double run_ms(int64_t tokens);

  private:
    struct Weights;
    EncoderShape shape_;
    std::unique_ptr<Weights> weights_;
};

}  // namespace weft_bench
