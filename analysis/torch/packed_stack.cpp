#include "analysis/torch/packed_stack.h"

#include <algorithm>
#include <exception>

#include "analysis/checkpoint/memory.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

std::shared_ptr<const PackedStack> PackedStack::of(const std::shared_ptr<const ModelWeights>& weights,
                                                   size_t stack) {
    PackedShelf& shelf = *weights->stacks[stack].packed;
    const std::lock_guard lock(shelf.mutex);
    std::shared_ptr<const PackedStack> packed = shelf.stack.lock();
    // A copy of the weights, changed, has the same shelf.
    if (!packed || &packed->weights() != &weights->stacks[stack])
        shelf.stack = packed = std::make_shared<PackedStack>(weights, stack);
    return packed;
}

PackedStack::PackedStack(std::shared_ptr<const ModelWeights> weights, size_t stack)
    : storage_(std::move(weights)), weights_(storage_->stacks[stack]) {
    const EmbeddingWeights& embedding = weights_.embedding;
    if (embedding.projection.weight) projection = PackedLinear::of(arena_, embedding.projection);
    if (weights_.patches.projection.weight) patches = PackedLinear::of(arena_, weights_.patches.projection);
    embedding_norm = OwnNorm(embedding.norm, weights_.embedding_spec.norm);
    entry_norm = OwnNorm(weights_.entry_norm, spec().norm);
    final_norm = OwnNorm(weights_.final_norm, spec().norm);
    layers_.resize(static_cast<size_t>(spec().shares_layers ? 1 : spec().layers));
    std::vector<int64_t> parameters(layers_.size());
    pack([&](const LayerWeights& layer, size_t at) {
        layers_[at] = pack_layer(arena_, layer, spec(), static_cast<int64_t>(at));
        parameters[at] = layer.parameters;
    });
    for (const int64_t of_layer : parameters) parameters_ += of_layer;
}

const std::vector<TransposedLayer>& PackedStack::transposed() const {
    const std::lock_guard lock(mutex_);
    if (!transposed_.empty()) return transposed_;
    check_memory(parameters_ * static_cast<int64_t>(sizeof(float)),
                 "going back through the layers of the model for gradients");
    transposed_arena_ = std::make_unique<FloatArena>();
    transposed_.resize(layers_.size());
    try {
        pack([&](const LayerWeights& layer, size_t at) {
            transposed_[at] = pack_transposed(*transposed_arena_, layer, spec(), static_cast<int64_t>(at));
        });
    } catch (...) {
        transposed_.clear();
        transposed_arena_.reset();
        throw;
    }
    return transposed_;
}

// pack(weights, index) for each different layer, on all processors: packing waits for memory and the file.
template <typename Pack>
void PackedStack::pack(const Pack& pack) const {
    constexpr int64_t most_threads = 16;
    TaskPool pool(usable_processors(most_threads));
    std::vector<std::exception_ptr> failures(layers_.size());
    pool.run(layers(), pool.threads(), [&](int64_t l, int64_t) {
        const size_t at = static_cast<size_t>(l);
        try {
            pack(weights_.load_layer(l), at);
        } catch (...) {
            failures[at] = std::current_exception();
        }
    });
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace weft::torch_part
