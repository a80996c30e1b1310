// What one backward pass gives, reduced layer by layer as the gradients come and go (METHODS):
//   gradient_flow       A[l,h,i,j] * |dy/dV[l,h,j]|_2                        [L, H, Q, K]
//   gradient_attention  A * dy/dA                                            [L, H, Q, K]
//   grad_cam            max(0, mean_h(A * mean_ij dy/dA)), last layer, one row  [K]
//   relevance           from mean_h max(0, dy/dA * A) of each layer          [N, N], or [T, S]
//   head_importance     |sum_i <dy/dctx_i, ctx_i>|; per_token: mean_i |...|   [L, H]
// One thread at a time. Private to analysis/torch.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/relevance.h"
#include "analysis/torch/stack_pass.h"

namespace weft::torch_part {

// The methods that share a pass, by the names of the table.
const std::set<std::string>& shared_pass_methods();

class GradientReductions {
  public:
    // Of `blocks` (one, or encoder, decoder and cross); `row` of the last stack is where y is read.
    GradientReductions(const std::vector<AttentionBlock>& blocks, std::set<std::string> methods,
                       int64_t target_row);

    // One layer of blocks[block]. `ablation` holds gates and means [H] that the pass had there.
    void reduce(size_t block, const LayerGradient& layer, const LayerChange& ablation);

    // Writes the tensors into the blocks' quantities, and what each method took into `timings_ms`. Throws
    // weft::Error for numbers that are not finite. False: stopped.
    bool finish(std::vector<AttentionBlock>& blocks, std::map<std::string, double>& timings_ms,
                const std::function<bool()>& stop);

  private:
    struct Block {
        int64_t layers = 0, heads = 0, queries = 0, keys = 0, row = 0;
        std::shared_ptr<std::vector<float>> flow, attention;        // [L, H, Q, K]
        std::shared_ptr<std::vector<float>> importance, per_token;  // [L, H]
        std::shared_ptr<std::vector<float>> grad_cam;               // [K]
        LayerMatrices positive;                                     // [L] of [Q, K]
    };
    template <class Work>
    void timed(const std::string& method, const Work& work);
    bool finish_relevance(std::vector<AttentionBlock>& blocks, const std::function<bool()>& stop);

    std::set<std::string> methods_;
    std::vector<Block> blocks_;
    std::map<std::string, double> timings_ms_;
};

}  // namespace weft::torch_part
