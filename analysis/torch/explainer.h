// What methods need of one input beyond its picture: the scalar y that is explained, passes in which
// embeddings or heads are other than in the model, and the gradients of y. Owned by a model, made when the
// first method asks for it, since it holds the layers' weights once more. One thread at a time. Private to
// analysis/torch.
//
//     explainer.begin(input, options, stop);            // chooses y
//     explainer.values({.stack = 0, .copies = 12, .first_layer = 3, .changes = gates}, y, stop);
//     explainer.gradient({.stack = 0}, {.visit = reduce}, stop);
//
// Everything returns false if `stop` ended it; then the next call starts anew.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/family/model_config.h"
#include "analysis/model.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/torch/patch_embedding.h"
#include "analysis/torch/plain_embedding.h"
#include "analysis/torch/stack_pass.h"
#include "analysis/torch/target_function.h"
#include "analysis/torch/word_states.h"

namespace weft::torch_part {

// One input of the model, as its stacks are given it.
struct ExplainedInput {
    std::vector<std::vector<int32_t>> ids;      // of each stack that reads a text
    std::vector<uint8_t> segments;              // of the first; empty: all 0
    std::vector<float> pixels;                  // of an image [channels, height, width], instead of ids
    PixelSize size;                             // of it
    std::vector<std::vector<uint8_t>> special;  // of each stack [N]: tokens that no method varies
    int64_t predicted = 0;                      // row of the last stack where the model predicts
    // The second text of a similarity, as the first is given.
    std::vector<int32_t> other_ids;
    std::vector<uint8_t> other_segments;
    bool operator==(const ExplainedInput&) const = default;
};

struct ExplainerParts {
    std::shared_ptr<const ModelWeights> weights;
    std::string device;
    const ModelConfig* config = nullptr;
    const HeadForward* head = nullptr;        // null: the model has none
    const PatchEmbedding* patches = nullptr;  // null: it reads a text
    const Tokenizer* tokenizer = nullptr;     // null: it reads an image, or names are not needed
    int64_t copies = 0;                       // that go together; 0: as many as fit
    bool by_kernels = true;                   // where they fit
};

// A pass in which one stack is given something else, or does something else. What is left out is as in the
// unchanged pass; stacks before it are as they were, stacks behind it are computed anew.
struct ChangedPass {
    size_t stack = 0;
    int64_t copies = 1;
    int64_t first_layer = 0;
    const float* states = nullptr;  // [copies, N, D] that enter it (layer 0: before the stack's entry norm);
                                    // null: as they were
    std::vector<LayerChange> changes;  // of layers from first_layer on
    bool is_split = false;             // as PassInput
};

// What is wanted of a gradient.
struct WantedGradient {
    double* y = nullptr;              // [copies]
    float* state_gradient = nullptr;  // [copies, N, D] by ChangedPass::states
    // Layer by layer from the last of the last stack to ChangedPass::first_layer.
    std::function<void(size_t stack, const LayerGradient&)> visit = {};
};

class Explainer {
  public:
    using Stop = std::function<bool()>;

    explicit Explainer(ExplainerParts parts);

    // Runs the input unchanged but for `options.ablations`, which every pass has, and chooses y. What was
    // begun before with the same input, ablations and target is still there and costs nothing. Throws
    // UsageError as TargetFunction does.
    bool begin(const ExplainedInput& input, const AnalysisOptions& options, const Stop& stop);

    // Runs the unchanged pass and leaves what a picture is made of: A in `picture` (of the last stack, all
    // copies of it the same bytes as by StackForward), and output() and layer_states(). begin() of the same
    // input and ablations has it then already. For a model of one stack that reads a text.
    bool begin_picture(const ExplainedInput& input, const std::vector<HeadAblation>& ablations,
                       PictureTarget& picture, const Stop& stop);

    // Of what was begun.
    const ExplainedInput& input() const { return begun_->input; }
    const ExplainedTarget& target() const { return target_->explained(); }
    int64_t target_row() const { return target_->row(); }  // of the last stack: where y is read
    size_t stacks() const { return passes_.size(); }
    const ExplainerParts& parts() const { return parts_; }
    const Tokenizer* tokenizer() const { return parts_.tokenizer; }   // null: as in ExplainerParts
    const PatchEmbedding* patches() const { return parts_.patches; }  // null: it reads a text
    const StackSpec& spec(size_t stack) const { return passes_[stack]->spec(); }
    int64_t rows(size_t stack) const { return sides_[stack].rows; }
    // Of the unchanged pass: what enters each layer and leaves the last [L + 1, N, D]; behind the final norm
    // [N, D]; A [H, Q, K] of one layer.
    std::span<const float> layer_states(size_t stack) const { return sides_[stack].layer_states; }
    std::span<const float> output(size_t stack) const { return sides_[stack].output; }
    // Gates and means of options.ablations [H] in one layer; empty: there are none.
    LayerChange ablation(size_t stack, int64_t layer, bool is_cross) const;

    // How many copies of a stack's text one pass should have; how many it has changes no number.
    int64_t copies_at_once(size_t stack) const;

    // y [copies] of changed passes.
    bool values(const ChangedPass& pass, double* y, const Stop& stop);
    bool gradient(const ChangedPass& pass, const WantedGradient& wanted, const Stop& stop);

    // From token ids [copies, N] to what enters layer 0 before the entry norm [copies, N, D], and from the
    // word embedding [copies, N, width] likewise.
    std::vector<float> states_of_ids(size_t stack, std::span<const int32_t> ids, int64_t copies) const;
    std::vector<float> words_of_ids(size_t stack, std::span<const int32_t> ids) const;  // [N, width]
    int64_t word_width(size_t stack) const { return embeddings_[stack].spec().width; }
    int64_t vocabulary(size_t stack) const { return embeddings_[stack].spec().vocabulary; }
    void states_of_words(size_t stack, const float* words, int64_t copies, float* states) const;
    // dy/dwords of dy/dstates, and dy/dpixels likewise.
    void word_gradient(size_t stack, const float* words, int64_t copies, const float* state_gradient,
                       float* gradient) const;
    std::vector<float> states_of_pixels(std::span<const float> pixels) const;
    std::vector<float> pixel_gradient(std::span<const float> state_gradient) const;

  private:
    struct Begun {
        ExplainedInput input;
        std::vector<HeadAblation> ablations;
        TargetChoice target;
        TargetSpace space = TargetSpace::logit;
        bool operator==(const Begun&) const = default;
    };
    // One stack in the unchanged pass.
    struct Side {
        int64_t rows = 0;
        std::vector<float> entry;          // [N, D] before the entry norm
        std::vector<float> layer_states;   // [L + 1, N, D]
        std::vector<float> output;         // [N, D]
        mutable std::vector<float> added;  // [N, width] to words; empty: not asked for yet
    };

    bool has_unchanged(const Begun& wanted) const;
    bool needs_other(const Begun& wanted) const;  // beside which its target lies
    bool run_unchanged(PictureTarget* picture, const Stop& stop);
    void choose_target(const std::vector<double>& other_mean);
    std::string name_of(int64_t index) const;
    std::span<const uint8_t> segments_of(size_t stack) const;
    bool words_fit_kernels(size_t stack) const {
        return parts_.device == "cpu" && word_states_[stack].fits();
    }
    const float* added_to_words(size_t stack) const;
    bool mean_of_other(const Stop& stop, std::vector<double>& mean);
    bool run(const ChangedPass& pass, bool keeps, const Stop& stop);
    bool run_stack(size_t stack, const ChangedPass& pass, bool keeps, float* layer_states,
                   PictureTarget* picture, const Stop& stop);
    std::vector<LayerChange> changes_of(size_t stack, const ChangedPass& pass) const;
    void read_source(const float* states, int64_t copies);
    std::vector<float> repeated(std::span<const float> states, int64_t copies) const;

    ExplainerParts parts_;
    std::vector<PlainEmbedding> embeddings_;  // of each stack that reads a text
    std::vector<WordStates> word_states_;     // likewise
    std::vector<std::unique_ptr<StackPass>> passes_;
    std::optional<Begun> begun_;
    bool sides_are_of_begun_ = false;  // what sides_ hold is its unchanged pass
    std::vector<Side> sides_;
    std::optional<TargetFunction> target_;
    std::vector<float> output_;         // [copies, N, D] of the last stack in the last pass
    bool source_is_unchanged_ = false;  // what the decoder reads
    bool unchanged_is_kept_ = false;    // the last pass was the unchanged one, and backward() may follow
};

// One that is made when the first method asks for it.
class LazyExplainer {
  public:
    explicit LazyExplainer(ExplainerParts parts) : parts_(std::move(parts)) {}
    Explainer& get() {
        if (!made_) made_ = std::make_unique<Explainer>(parts_);
        return *made_;
    }

  private:
    ExplainerParts parts_;
    std::unique_ptr<Explainer> made_;
};

// Of a stack's tokens, for ExplainedInput.
std::vector<int32_t> ids_of(const TokenStack& stack);
std::vector<uint8_t> special_of(const TokenStack& stack);

}  // namespace weft::torch_part
