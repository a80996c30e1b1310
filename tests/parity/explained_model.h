// A tiny checkpoint behind its Explainer, for the tests of the methods: frames of whatever methods, and
// passes changed by hand. No torch in here.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/frame_steps.h"
#include "analysis/model.h"
#include "analysis/torch/stack_pass.h"

namespace weft::test {

struct ExplainedText {
    std::vector<std::vector<int32_t>> ids;
    std::vector<uint8_t> segments;
    std::vector<std::vector<uint8_t>> special;
    std::vector<float> pixels;         // instead of ids
    std::vector<int64_t> pixel_shape;  // [channels, height, width]
    int64_t predicted = 0;
    std::vector<int32_t> other_ids;
};

// What the frame has before the first step.
using GivenQuantities = std::map<AttentionKind, std::map<std::string, std::vector<float>>>;

class ExplainedModel {
  public:
    // Token 11 is the word "w11". `copies`: how many go together, 0: as many as fit.
    ExplainedModel(const std::filesystem::path& checkpoint, bool by_kernels, int64_t copies = 0);
    ~ExplainedModel();

    const ModelConfig& config() const;
    bool has_kernels() const;

    // A frame with the blocks of the text, filled by the methods that `options` wants. Null: stopped.
    std::unique_ptr<AttentionFrame> frame(const ExplainedText& text, const AnalysisOptions& options,
                                          const StepContext& context = {}, const GivenQuantities& given = {});

    // Then, of the same text:
    double target_value() const;
    size_t stacks() const;
    std::vector<float> words(size_t stack) const;  // [N, width]
    std::vector<float> states_of_words(size_t stack, const std::vector<float>& words) const;
    std::vector<float> layer_states(size_t stack) const;  // [L + 1, N, D]
    double value(size_t stack, int64_t first_layer, const std::vector<float>* states,
                 const std::vector<torch_part::LayerChange>& changes);
    // dy/dwords [N, width] at `words`.
    std::vector<float> word_gradient(size_t stack, const std::vector<float>& words);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace weft::test
