// What words become on the way into a stack, and the way back, where that is to be scaled, added to and
// normed: by the kernels of the CPU, for the many copies of a path. As PlainEmbedding has it. Private to
// analysis/torch.
#pragma once

#include <vector>

#include "analysis/torch/kernels.h"
#include "analysis/torch/packed_layer.h"

namespace weft::torch_part {

class WordStates {
  public:
    explicit WordStates(const StackWeights& weights);

    // Whether it is no more than that, of whole panels.
    bool fits() const { return fits_; }

    // states [copies, rows, width] of words of that shape; added [rows, width]: positions and segments.
    void states(const float* words, const float* added, int64_t copies, int64_t rows, float* states) const;
    // dy/dwords of dy/dstates. `gradient` is not state_gradient.
    void gradient(const float* words, const float* added, int64_t copies, int64_t rows,
                  const float* state_gradient, float* gradient) const;

  private:
    // What is normed, of one copy.
    void sum(const float* words, const float* added, int64_t rows, float* sums) const;

    bool fits_ = false;
    int64_t width_ = 0;
    float scale_ = 1;
    OwnNorm norm_;
    const Kernels& kernels_ = cpu_kernels();
};

}  // namespace weft::torch_part
