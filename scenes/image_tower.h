// An image in the encoder's place of two towers: the image, the encoder's panes as slivers behind it, and on
// every decoder layer the image again, as far as that layer reads it. Lines of cross-attention leave the
// patches that they read; tokens that are no patches stand in a row below. Pure; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "scenes/image_stack.h"
#include "scenes/layout.h"

namespace weft {

struct ImageTower {
    std::shared_ptr<const ImageStackPlan> face;  // of the encoder: image, grid, what patches show
    std::shared_ptr<const TextStackPlan> cross;

    // Light on the patches of one decoder layer: what `query` reads in `head`; below 0: the mean of all that
    // are shown. The same image for the same question.
    std::shared_ptr<const Image> light(int layer, int query, int head) const;
    // `mask` (null: none) with all columns out but those of one row of patches; row -1: of the other tokens.
    std::shared_ptr<const std::vector<uint32_t>> row_mask(
        const std::shared_ptr<const std::vector<uint32_t>>& mask, int row) const;

    // What was asked; pointers are kept, so that an address stays an identity.
    mutable std::mutex mutex;
    mutable std::map<std::array<int, 3>, std::shared_ptr<const Image>> lights;
    mutable std::map<std::pair<std::shared_ptr<const std::vector<uint32_t>>, int>,
                     std::shared_ptr<const std::vector<uint32_t>>>
        masks;
};

// Null where the source is no image, or a decoder's text so long that its rows merge. `previous` (may be
// null) lends the image.
std::shared_ptr<const ImageTower> plan_image_tower(std::shared_ptr<const AttentionFrame> frame,
                                                   const ViewState& view,
                                                   std::shared_ptr<const TextStackPlan> cross,
                                                   const ImageTower* previous);

// Pane -1 is the image, 0 .. layers those of the encoder, then one for each decoder layer.
struct ImageTowerLayout {
    ImageStackLayout panes;
    float middle_y = 0.0f;
    int encoder_layers = 0;

    int key_pane(int layer) const { return encoder_layers + 1 + layer; }
    std::array<glm::vec3, 4> corners(int pane, const Rect& part) const;
    glm::vec3 patch(const ImageStackPlan& face, int layer, int patch) const;  // its middle on a key pane
    glm::vec3 other(int layer, int token) const;                              // of the row below
    std::array<glm::vec3, 8> box_corners() const;
};
// Its size, and how long its part left of the decoder is, u.
glm::vec2 image_tower_size(const ImageTower& tower);
float image_tower_length(int encoder_layers);
// From `left_x` to the right; `key_x` [layers of the decoder].
ImageTowerLayout image_tower_layout(const ImageTower& tower, int encoder_layers, float left_x, float middle_y,
                                    const std::vector<float>& key_x);

// The batch of one layer's lines, whose keys lie in a row, as one for each row of patches.
std::vector<FlowBatch> over_patches(const ImageTower& tower, const ImageTowerLayout& layout, int layer,
                                    const FlowBatch& batch);

// The image and all panes, those behind first.
void add_image_tower(DrawList& list, const ImageTower& tower, const ImageTowerLayout& layout,
                     const ViewState& view, const ViewMotion& motion, const Camera& camera,
                     const Viewport& viewport);

}  // namespace weft
