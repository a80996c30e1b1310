// The numbers of an image's patches that a place shows: one query's row of a quantity, the mean of all rows,
// or each patch's own number. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/attention_frame.h"
#include "scenes/view_state.h"

namespace weft {

// Whose number the patches show.
enum class ImageNumbers {
    keys_of_layer,   // [L, H, Q, K]: what the query reads of the layer's input
    input_to_layer,  // [L, N, N]: what the query of a layer's output has of the image
    input_to_end,    // [N, N]: what the query of the last layer has of the image
    queries,         // [L, H, N]: each patch's own, as a query
    input,           // [N]: each patch's own, as the model's input
};

// Of [L, H] and anything that the table does not know: the attention's.
ImageNumbers image_numbers(const std::string& quantity);
bool has_query(ImageNumbers numbers);  // a row of it is shown, not the one row that there is
bool has_heads(ImageNumbers numbers);
bool has_layers(ImageNumbers numbers);

// What is asked of a frame.
struct ImageRow {
    std::string quantity = "attention";
    int layer = 0;
    std::vector<int> heads;    // whose mean is taken; not empty where there are heads
    std::optional<int> query;  // empty: the mean over all queries
};

// [N] in the quantity's own units, of all tokens; NaN: not computed. Relevance without the 1 of each token to
// itself. Empty where the block does not hold the quantity.
std::vector<float> image_row(const AttentionFrame& frame, const AttentionBlock& block, const ImageRow& row);

// The smallest number that at least `part` of `values` do not exceed, NaN left out; 0 where there is none.
float percentile(std::span<const float> values, double part);

}  // namespace weft
