#include "app/lens_rows.h"

#include "app/quantity_values.h"

namespace weft {

namespace {

// Predictions and the text's own tokens are all the names that a frame has.
std::string name_of(const AttentionFrame& frame, int64_t id) {
    for (const Prediction& prediction : frame.predictions)
        if (prediction.id == id) return prediction.text;
    for (const TokenStack& stack : frame.stacks)
        for (const Token& token : stack.tokens)
            if (token.id == id) return token.text;
    return "number " + std::to_string(id);
}

}  // namespace

std::vector<LensRow> lens_rows(const AttentionFrame& frame, const AttentionBlock& block, int row) {
    const FrameTensor* tokens = find_quantity(block, "logit_lens.token");
    const FrameTensor* probabilities = find_quantity(block, "logit_lens.probability");
    const size_t levels = size_t{block.layers} + 1;
    if (!tokens || !probabilities || tokens->values->size() != probabilities->values->size()) return {};
    if (tokens->values->empty() || tokens->values->size() % levels != 0) return {};
    const size_t rows = tokens->values->size() / levels;
    const size_t at = row >= 0 && static_cast<size_t>(row) < rows ? static_cast<size_t>(row) : rows - 1;
    std::vector<LensRow> found;
    for (size_t level = 0; level < levels; ++level) {
        LensRow lens;
        lens.layer = static_cast<int>(level) - 1;
        lens.id = static_cast<int64_t>((*tokens->values)[level * rows + at]);
        lens.text = name_of(frame, lens.id);
        lens.probability = static_cast<double>((*probabilities->values)[level * rows + at]);
        found.push_back(std::move(lens));
    }
    return found;
}

}  // namespace weft
