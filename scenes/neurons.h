// One query of one head, down to its dimensions: the query's vector, every key's vector, their products
// element by element, and what these sum to: score and weight. Flat; rows are keys. Pure; any thread.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "scenes/text_stack.h"

namespace weft {

struct NeuronsPlan {
    std::shared_ptr<const TextStackPlan> stack;
    int layer = -1, head = -1;  // whose numbers these are; -1: not computed (yet)
    int queries = 0, keys = 0, width = 0;
    std::shared_ptr<const std::vector<float>> query_vectors, key_vectors, scores;  // [Q, d], [K, d], [Q, K]
    float scale = 1.0f;                                                            // of the products
    float largest_vector = 0, largest_product = 0;  // |number|, of all queries and keys
    int first_query = 0;                            // where none is selected
};

std::shared_ptr<const NeuronsPlan> plan_neurons(std::shared_ptr<const TextStackPlan> stack);

// Which query the view shows.
int neurons_query(const NeuronsPlan& plan, const ViewState& view);
// Its weights [K].
std::span<const float> neurons_weights(const NeuronsPlan& plan, int query);
// The keys that have a row: all, or the heaviest in their order where there are too many.
std::vector<int> neurons_rows(const NeuronsPlan& plan, int query, int most);

// Where it stands, px of the picture.
struct NeuronsLayout {
    float query_names_right = 0, key_names_right = 0;
    float vectors_left = 0, products_left = 0, matrix_width = 0;
    float score_right = 0, weight_left = 0, weight_width = 0;
    float strip_top = 0, strip_height = 0, rows_top = 0, row_height = 0;
    std::vector<int> rows;  // keys
    float query_step = 0;   // of the list of queries
};
NeuronsLayout neurons_layout(const NeuronsPlan& plan, const ViewState& view, const Viewport& viewport);

DrawList draw_neurons(const NeuronsPlan& plan, const ViewState& view, const ViewMotion& motion,
                      const Viewport& viewport, const MeasureText& measure);

// A key's row as an edge, with the dimension where a matrix is pointed at; a name in the list of queries as a
// token; or none.
Focus pick_neurons(const NeuronsPlan& plan, const ViewState& view, const Viewport& viewport,
                   glm::vec2 pointer_px);

}  // namespace weft
