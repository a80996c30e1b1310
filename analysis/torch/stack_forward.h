// One forward pass of a stack of layers, layer by layer, so that the caller may stop between layers and owns
// the memory that the attention is written to. A pass belongs to one thread at a time. Private to
// analysis/torch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/method/method_options.h"
#include "analysis/torch/stack_weights.h"

namespace weft::torch_part {

// Where a layer's attention goes; all of it is row-major.
struct AttentionTarget {
    float* self = nullptr;   // [H, N, N]; the rows from `kept` on are written
    float* cross = nullptr;  // [H, N, S], likewise; null where the stack has no cross-attention
    // The same layer's attention of the pass before, [H, M, M] with M >= kept: its first `kept` rows become
    // those of `self`. Null: they are the caller's.
    const float* before = nullptr;
    int64_t before_count = 0;
};

// Largest |row sum - 1| of the rows written, kept ones included; not a number if the attention is not finite.
struct RowErrors {
    double self = 0, cross = 0;
};

// An image as what enters layer 0: token i is added[i], and from token `first` on the linear map of one patch
// more, row by row.
struct ImageInput {
    const float* pixels = nullptr;  // [channels, height, width]
    int64_t channels = 0, height = 0, width = 0, patch_height = 0, patch_width = 0;
    const float* added = nullptr;  // [N, D]
    int64_t first = 0;

    int64_t rows() const { return height / patch_height; }
    int64_t columns() const { return width / patch_width; }
    int64_t patch_size() const { return channels * patch_height * patch_width; }
};

class StackForward {
  public:
    virtual ~StackForward() = default;

    // The heads whose context becomes 0 or its mean over rows, from the next pass on. The kind `cross` means
    // the cross-attention, every other the stack's own. Rows that stay from one pass to the next were made
    // with the same ablations, and with a mean there are none: it changes with every row.
    virtual void set_ablations(std::vector<HeadAblation> ablations) = 0;

    // What enters layer 0 for tokens [kept, N) of a text whose first `kept` tokens are those of the pass
    // before: their keys and values are used again. Only causal stacks keep any. `ids` and `segments` [N] are
    // in range, not empty, kept < N; empty segments are all 0.
    virtual void embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, int64_t kept) = 0;

    // What enters layer 0 as numbers [rows, D], before the stack's entry norm.
    virtual void enter(const float* states, int64_t rows) = 0;

    // Likewise of an image; false: this path leaves the patches to PatchEmbedding.
    virtual bool enter_image(const ImageInput& image) {
        (void)image;
        return false;
    }

    // What the cross-attention reads, [rows, D]; before the first layer of a pass over another source.
    virtual void set_source(const float* states, int64_t rows) = 0;

    // Whether the next passes keep every layer's values for write_contribution().
    virtual void keep_values(bool keeps) = 0;

    // Asked within the layers of the next passes too; a layer that it ends leaves numbers without meaning.
    // Paths that do not ask it are stopped between layers alone. Empty: nobody is asked.
    virtual void set_stop(std::function<bool()> stop) { (void)stop; }
    virtual bool is_stopped() const { return false; }

    // Writes layer `layer`'s attention and, if `advance`, replaces x by the layer's output.
    virtual RowErrors run_layer(int64_t layer, const AttentionTarget& attention, bool advance) = 0;

    // | sum_h weights[h, i, j] V[h, j] W_O[h] | of the newest pass's values, [Q, K] of weights [H, Q, K].
    // `keys` are the first of the pass's, or of the source's.
    virtual void write_contribution(int64_t layer, bool is_cross, const float* weights, int64_t queries,
                                    int64_t keys, float* norms) = 0;

    // x [N - kept, D] as it is now; `copy_output` behind the final norm, if the stack has one.
    virtual void copy_hidden(float* hidden) const = 0;
    virtual void copy_output(float* output) const = 0;

    virtual int64_t rows() const = 0;              // of x, N - kept
    virtual int64_t layer_parameters() const = 0;  // how many different numbers the layers have
};

// While it lives, `stop` (may be empty) ends a pass within its layers too.
class StopWithinLayers {
  public:
    StopWithinLayers(StackForward& forward, std::function<bool()> stop) : forward_(forward) {
        forward_.set_stop(std::move(stop));
    }
    ~StopWithinLayers() { forward_.set_stop({}); }
    StopWithinLayers(const StopWithinLayers&) = delete;
    StopWithinLayers& operator=(const StopWithinLayers&) = delete;

  private:
    StackForward& forward_;
};

// Both read all layers, and throw weft::Error where the checkpoint lacks something.
// By our own kernels (kernels.h), on a copy of the matrices in their order; for a stack that `kernels_fit`.
std::unique_ptr<StackForward> make_kernel_forward(std::shared_ptr<const ModelWeights> weights, size_t stack);

// Whether the kernels do all that the stack asks for.
bool kernels_fit(const StackWeights& weights);

// By plain ATen operators on any device (LibTorch's name of it, "cpu" or "cuda:0"): the path for CUDA and odd
// shapes, and the twin that the kernels are tested against.
std::unique_ptr<StackForward> make_plain_forward(std::shared_ptr<const ModelWeights> weights, size_t stack,
                                                 const std::string& device);

}  // namespace weft::torch_part
