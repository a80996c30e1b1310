// The pass by our own kernels: linear maps over all copies' rows together, attention per copy and head.
// Attention is never kept: going back computes it once more from queries and keys, which costs less than
// writing and reading it. The same bytes for the same input, whatever the threads do: each number is summed
// by one task in one order. Private to analysis/torch.
#pragma once

#include <vector>

#include "analysis/family/positions.h"
#include "analysis/torch/float_arena.h"
#include "analysis/torch/kept_layer.h"
#include "analysis/torch/packed_stack.h"
#include "analysis/torch/score_bias.h"
#include "analysis/torch/shared_rows.h"
#include "analysis/torch/split_linear.h"
#include "analysis/torch/stack_pass.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

class KernelPass final : public StackPass {
  public:
    explicit KernelPass(std::shared_ptr<const PackedStack> packed, const Kernels& kernels = cpu_kernels());

    const StackSpec& spec() const override { return spec_; }
    bool embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, float* states) override;
    void set_source(const float* states, int64_t copies, int64_t rows) override;
    bool forward(const PassInput& input, const std::function<bool()>& stop) override;
    void copy_output(float* output) const override;
    void copy_attention(int64_t layer, int64_t copy, bool is_cross, float* attention) const override;
    bool backward(const Back& back, const std::function<bool()>& stop) override;

  private:
    // Queries, keys and values of one attention as rows of all copies.
    struct Operands {
        const float *query = nullptr, *key = nullptr, *value = nullptr;
        int64_t query_stride = 0, key_stride = 0;
        int64_t keys = 0;              // rows of one copy
        bool keys_are_shared = false;  // by all copies
        bool is_cross = false;
        const LayerChange* change = nullptr;
        float* shown = nullptr;  // where A goes [H, rows, keys], of the first copy; null: it is not shown
        float* kept = nullptr;   // likewise of all copies, for the way back; null: not kept

        int64_t key_row(int64_t copy) const { return keys_are_shared ? 0 : copy * keys; }
    };
    // Where their gradients go, likewise.
    struct OperandGradients {
        float *query = nullptr, *key = nullptr, *value = nullptr;
        int64_t query_stride = 0, key_stride = 0;
    };
    // One head of one copy: what its task computes with, in the thread's own memory.
    struct Head {
        int64_t copy = 0, head = 0;
        float *keys = nullptr, *values = nullptr, *values_across = nullptr;  // panels
        float *weights = nullptr, *score_gradient = nullptr, *scratch = nullptr, *mean = nullptr;
    };
    // What LayerGradient shows of one copy.
    struct Shown {
        float *attention = nullptr, *attention_gradient = nullptr, *context = nullptr;
    };

    // kernel_pass.cpp
    void begin(const PassInput& input);
    const LayerChange* change_of(int64_t layer, bool is_cross) const;
    KeptLayer& kept(int64_t layer) { return kept_[keeps_ ? static_cast<size_t>(layer) : 0]; }
    const KeptLayer& kept(int64_t layer) const { return kept_[keeps_ ? static_cast<size_t>(layer) : 0]; }
    bool norms_first() const { return spec_.placement != NormPlacement::after; }
    float* entering(int64_t layer);  // where what enters the layer lies
    void run_layer(int64_t layer, PictureTarget* picture);
    void project_self(const PackedAttention& part, const float* input, KeptAttention& to);
    void project_cross(const PackedAttention& part, const float* input, KeptAttention& to);
    Operands self_operands(int64_t layer) const;
    Operands cross_operands(int64_t layer) const;
    double attend(const Operands& operands);  // PictureTarget::row_errors
    void run_mlp(const PackedMlp& mlp, const float* input, KeptMlp& to, float* change);
    // What the part's change makes of the state `x`: to `y`, and normed_ is what `next` makes of that.
    void join(const OwnNorm& norm, const OwnNorm& norm_behind, const float* layer_scale, const float* change,
              float* x, float* kept_state, float* y, const OwnNorm& next);
    // `feeds`: y is what linear() is called with next, unchanged.
    void linear(const PackedLinear& weights, const float* x, int64_t x_stride, float* y, int64_t y_stride,
                int64_t rows, const LinearEnds& ends, bool feeds = false) const;
    // The way back through what linear() computes with `weights`; `transposed` is that of its layer.
    void linear_back(int64_t layer, const PackedLinear& weights, PackedLinear TransposedLayer::*transposed,
                     const float* x, int64_t x_stride, float* y, int64_t y_stride, int64_t rows,
                     const LinearEnds& ends, bool feeds = false) const;
    void normalise(float* x, const float* y, const float* scale, float* out, const OwnNorm& norm,
                   float* sum) const;
    void normalise_heads(float* x, int64_t heads, const OwnNorm& norm) const;
    void rotate(float* queries, int64_t stride, bool back) const;

    // kernel_pass_heads.cpp
    int64_t block_rows(int64_t keys) const;
    int64_t head_floats(int64_t keys) const;
    void reserve_heads(int64_t keys) const { heads_.reserve(pool_->threads() * head_floats(keys)); }
    enum class HeadTask { there, back, back_with_weights };
    // Lays out the keys and values; for the way back `values_across` too, and with weights that were kept
    // only what the kernel still reads.
    Head begin_head(const Operands& operands, int64_t task, int64_t thread, HeadTask for_task) const;
    float* kept_weights(const Operands& operands, const Head& of, int64_t row) const {
        return operands.kept + ((of.copy * spec_.attention.heads + of.head) * rows_ + row) * operands.keys;
    }
    // Rows [begin, end) of A to `weights`, and of A V if `context` is not null. Returns the largest
    // |row sum - 1|, not a number if some are none.
    float weigh(const Operands& operands, const Head& of, int64_t begin, int64_t end, float* weights,
                float* context, int64_t context_stride) const;
    float attend_head(const Operands& operands, const Head& of);
    void head_back(const Operands& operands, const OperandGradients& to, const Head& of, const Shown& shown);

    // kernel_pass_back.cpp
    void layer_back(int64_t layer, const Back& back);
    void mlp_back(int64_t layer, const float* from, float* to, bool adds);
    void self_back(int64_t layer, const Back& back, const float* from, float* to, bool adds);
    void cross_back(int64_t layer, const Back& back, const float* from, float* to, bool adds);
    void heads_back(int64_t layer, const Back& back, const Operands& operands, const OperandGradients& to);
    void show(int64_t layer, int64_t copy, const Operands& operands, const OperandGradients& to,
              const Shown& shown, const Back& back);
    template <typename Part>
    void part_back(const float* state, const float* change, const OwnNorm& norm, const OwnNorm& norm_behind,
                   const float* layer_scale, const Part& part);
    void normalise_back(const float* x, const float* gradient, float* to, bool adds,
                        const OwnNorm& norm) const;
    void normalise_heads_back(const float* raw, float* gradient, int64_t heads, const OwnNorm& norm) const;
    int64_t group() const { return spec_.attention.heads / spec_.attention.key_value_heads; }

    template <typename Task>
    void share(int64_t tasks, const Task& task) const {
        pool_->run(tasks, pool_->threads(), task);
    }

    const std::shared_ptr<const PackedStack> packed_;
    const StackSpec& spec_;
    const Kernels& kernels_;
    const std::unique_ptr<TaskPool> pool_;

    // Of the pass under way.
    int64_t copies_ = 0, rows_ = 0, all_rows_ = 0, first_layer_ = 0;
    bool keeps_ = false, is_split_ = false, is_done_ = false;
    std::vector<LayerChange> changes_;
    std::vector<KeptLayer> kept_;  // of each layer, or one for all where nothing is kept
    RotaryTable angles_;
    std::vector<float> back_sin_;  // of the negative angles
    mutable ScoreBias bias_;
    AlignedFloats kept_memory_, memory_;  // of kept_, and of what follows
    // [copies rows, ...]
    float *entry_ = nullptr, *state_ = nullptr, *normed_ = nullptr, *change_ = nullptr;
    float *context_ = nullptr, *inner_ = nullptr;
    float *gradient_ = nullptr, *projected_ = nullptr;  // on the way back
    AlignedFloats source_;                              // [source copies, S, D]
    int64_t source_copies_ = 0, source_rows_ = 0;
    mutable AlignedFloats heads_;  // of each thread
    mutable SplitLinear split_;
    AlignedFloats embedding_scratch_;

    AlignedFloats key_value_, per_head_;  // on the way back
    AlignedFloats shown_, shown_values_;
    float* source_gradient_ = nullptr;
};

}  // namespace weft::torch_part
