// A pass of a stack that can be changed on its way and gone back: several copies of one text at once, heads
// gated, and the gradient of whatever the caller makes of the output, layer by layer. What methods and
// ablations are computed from; the picture's own pass is StackForward. One thread at a time. Private to
// analysis/torch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

// What is other than in the model in one layer.
struct LayerChange {
    int64_t layer = 0;
    bool is_cross = false;       // of the cross-attention instead of the self-attention
    std::vector<float> gates;    // [copies, H] factors of a head's context; equally, of its weights. Empty: 1
    std::vector<uint8_t> means;  // [copies, H] 1: the gated context becomes its mean over rows. Empty: 0
};

// Where the self-attention of one copy goes as it is computed, for a picture.
struct PictureTarget {
    std::vector<float*> attention;   // [L] of [H, rows, rows]
    std::vector<double> row_errors;  // [L] the largest |row sum - 1|; not a number if the attention is none
};

struct PassInput {
    const float* states = nullptr;  // [copies, rows, D] what enters layer `first_layer`
    int64_t copies = 1, rows = 0;
    int64_t first_layer = 0;  // at 0 the stack's entry norm comes first; at L only the final norm
    std::span<const LayerChange> changes;  // at most one of each attention
    bool keeps = false;                    // what backward() needs
    bool is_split = false;             // products by SplitTask, there and back, where the processor has it
    float* layer_states = nullptr;     // [L + 1, copies, rows, D] what enters each layer and leaves the last;
                                       // null: not wanted. Layers before `first_layer` are left alone
    PictureTarget* picture = nullptr;  // of one copy; null: not wanted
};

// Numbers of the heads of one layer: that of head h, row i, dimension k is data[h head_stride + i row_stride
// + k].
struct HeadRows {
    const float* data = nullptr;
    int64_t head_stride = 0, row_stride = 0;
};

// One layer of one copy on the way back. The arrays live as long as the call that shows them.
struct LayerGradient {
    int64_t layer = 0, copy = 0;
    bool is_cross = false;
    int64_t heads = 0, queries = 0, keys = 0, head_width = 0;
    const float* attention = nullptr;  // A [H, Q, K], before a gate
    // dy/d(gate A) [H, Q, K]: by the weights as they were used. With the gate g, dy/dA is g times that. Of a
    // masked key too: what y would gain if the row read it.
    const float* attention_gradient = nullptr;
    HeadRows context;           // A V, before gate and mean
    HeadRows context_gradient;  // dy/d(what was used of it)
    HeadRows values;            // V, per query head
    HeadRows value_gradient;    // dy/dV, likewise
};

class StackPass {
  public:
    virtual ~StackPass() = default;

    virtual const StackSpec& spec() const = 0;

    // What enters the stack for these tokens [rows, D], before the entry norm, as StackForward computes it;
    // false: this path leaves that to PlainEmbedding.
    virtual bool embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, float* states) {
        static_cast<void>(ids), static_cast<void>(segments), static_cast<void>(states);
        return false;
    }

    // What the cross-attention reads: [copies, rows, D], or one copy for all.
    virtual void set_source(const float* states, int64_t copies, int64_t rows) = 0;

    // Returns false if `stop` (may be empty, asked after each layer) ended it.
    virtual bool forward(const PassInput& input, const std::function<bool()>& stop) = 0;
    // Behind the final norm, [copies, rows, D].
    virtual void copy_output(float* output) const = 0;
    // A of the last forward(), if it kept, before backward(); [H, Q, K] of one copy.
    virtual void copy_attention(int64_t layer, int64_t copy, bool is_cross, float* attention) const = 0;

    struct Back {
        const float* output_gradient = nullptr;  // [copies, rows, D] of y by copy_output()
        float* state_gradient = nullptr;         // [copies, rows, D] by PassInput::states; null: not wanted
        float* source_gradient = nullptr;        // [copies, source rows, D]; null: not wanted
        // From the last layer to `first_layer`; of each copy the cross-attention before the self-attention.
        // May be empty.
        std::function<void(const LayerGradient&)> visit;
    };
    // Of the last forward() that kept. Once for each. Returns false if `stop` ended it.
    virtual bool backward(const Back& back, const std::function<bool()>& stop) = 0;
};

// By plain ATen with autograd, one layer at a time, on any device.
std::unique_ptr<StackPass> make_plain_pass(std::shared_ptr<const ModelWeights> weights, size_t stack,
                                           const std::string& device);
// By our own kernels, from the same packed weights as make_kernel_forward(); for a stack that `kernels_fit`.
std::unique_ptr<StackPass> make_kernel_pass(const std::shared_ptr<const ModelWeights>& weights, size_t stack);
// The faster one of them that fits.
std::unique_ptr<StackPass> make_stack_pass(std::shared_ptr<const ModelWeights> weights, size_t stack,
                                           const std::string& device);

}  // namespace weft::torch_part
