// Linear maps by SplitTask, shared out between the threads of a pool. The same numbers however many there
// are. Private to analysis/torch.
#pragma once

#include "analysis/torch/shared_rows.h"

namespace weft::torch_part {

// Splits what enters a map, unless whoever computed it did so in time: then it was still in the cache of the
// core that made it. For kernels that have linear_split; used by one thread at a time.
class SplitLinear {
  public:
    // y = x W^T + b of `weights`, or across them y = x W without b, with ends as in LinearTask. `feeds`: the
    // next run() is of y.
    void run(TaskPool& pool, const Kernels& kernels, const PackedLinear& weights, bool across,
             const LinearRows& rows, const LinearEnds& ends, bool feeds);

    // Where the split numbers of x [rows, width] belong, split_block(width) for each 32 rows, when they are
    // put there before the next run(). That takes them if it is of x, which must not have changed by then.
    uint16_t* announce(const float* x, int64_t rows, int64_t width);

    void forget() { of_ = nullptr; }  // what was announced

  private:
    AlignedFloats rows_, next_, scratch_;
    const float* of_ = nullptr;  // what rows_ is of
    int64_t width_ = 0;
};

}  // namespace weft::torch_part
