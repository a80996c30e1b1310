// One query of one head, down to its dimensions: the query's vector, every key's vector, their products
// element by element, and what these sum to: score and weight. Flat; rows are keys. Pure; any thread.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "scenes/text_stack.h"

namespace weft {

struct NeuronsPlan;

// The numbers of one query as images, a texel each, made when they are first drawn: the next frame with the
// same query, rows and colours has the same images, which the renderer knows by their identity. Any thread.
class NeuronsPictures {
  public:
    struct Wanted {
        int query = -1;
        std::vector<int> rows;  // keys
        ThemeName theme = ThemeName::dark;
        std::shared_ptr<const ColorMap> map;  // of the weights
        bool operator==(const Wanted&) const = default;
    };
    struct Images {
        std::shared_ptr<const Image> query, keys, products, weights;
    };
    Images of(const NeuronsPlan& plan, const Wanted& wanted);

  private:
    std::mutex mutex_;
    Wanted made_for_;
    Images images_;
};

struct NeuronsPlan {
    std::shared_ptr<const TextStackPlan> stack;
    int layer = -1, head = -1;  // whose numbers these are; -1: not computed (yet)
    int queries = 0, keys = 0, width = 0;
    std::shared_ptr<const std::vector<float>> query_vectors, key_vectors, scores;  // [Q, d], [K, d], [Q, K]
    float scale = 1.0f;                                                            // of the products
    float largest_vector = 0, largest_product = 0;  // |number|, of all queries and keys
    int first_query = 0;                            // where none is selected
    std::shared_ptr<NeuronsPictures> pictures;
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
    float score_right = 0, weight_color_left = 0, weight_color_width = 0, weight_left = 0, weight_width = 0;
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
