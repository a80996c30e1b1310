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

class LabelPlacement;  // scenes/label_placement.h
struct LabelScene;     // scenes/labels.h

struct ImageTower {
    std::shared_ptr<const ImageStackPlan> face;  // of the encoder: image, grid, what patches show
    std::shared_ptr<const TextStackPlan> cross;

    // Light on the patches of one decoder layer: what `query` reads in `head`; below 0: the mean of all that
    // are shown. The same image for the same question.
    std::shared_ptr<const Image> light(int layer, int query, int head) const;
    // `mask` (null: none) with all columns out but those of one row of patches; row -1: of the other tokens.
    std::shared_ptr<const std::vector<uint32_t>> row_mask(
        const std::shared_ptr<const std::vector<uint32_t>>& mask, int row) const;

    // What a token of the image, patch or not, has of the attention of `query` in `head`; below 0: the mean
    // over all queries, over all heads that are shown. The tensor's own number.
    float weight(int layer, int query, int head, int token) const;
    // "row 3, column 4"; the token's text where it is no patch.
    std::string token_name(int token) const;

    // What was asked; pointers are kept, so that an address stays an identity.
    mutable std::mutex mutex;
    mutable std::map<std::array<int, 3>, std::shared_ptr<const Image>> lights;
    mutable std::map<std::pair<std::shared_ptr<const std::vector<uint32_t>>, int>,
                     std::shared_ptr<const std::vector<uint32_t>>>
        masks;
};

bool source_is_image(const AttentionFrame& frame, const ViewState& view);
// Null where the source is no image, or a decoder's text so long that its rows merge. `previous` (may be
// null) lends the image.
std::shared_ptr<const ImageTower> plan_image_tower(std::shared_ptr<const AttentionFrame> frame,
                                                   const ViewState& view,
                                                   std::shared_ptr<const TextStackPlan> cross,
                                                   const ImageTower* previous);

// Pane -1 is the image, 0 .. layers those of the encoder, then one for each decoder layer.
struct ImageTowerLayout {
    ImageStackLayout panes;  // `pane_at` along `layer_axis`
    int encoder_layers = 0;
    glm::vec3 layer_axis{1.0f, 0.0f, 0.0f};
    glm::vec3 middle{0.0f};  // of a pane that stands at 0 along the layers
    float stack = 0.0f;      // 0: tokens that are no patches stand in a row below their pane; 1: left of it

    int key_pane(int layer) const { return encoder_layers + 1 + layer; }
    int layer_of(int pane) const { return pane - key_pane(0); }  // below 0: of no layer's keys
    int pane_count() const { return static_cast<int>(panes.pane_at.size()) - 1; }   // but for the image
    bool shows_image(int pane) const { return pane == -1 || layer_of(pane) >= 0; }  // the others are slivers
    std::vector<int> back_to_front(const Camera& camera) const;
    glm::vec3 position(int pane, double x_px, double y_px) const;  // of a point of the image, in its pixels
    std::array<glm::vec3, 4> corners(int pane, const Rect& part) const;
    glm::vec3 patch(const ImageStackPlan& face, int layer, int patch) const;  // its middle on a key pane
    glm::vec3 other(int layer, int token) const;
    // Where a token of the image stands as a key of a layer.
    glm::vec3 key(const ImageStackPlan& face, int layer, int token) const;
    std::vector<glm::vec3> box_corners() const;
};

// What two towers give an image: u along their axes.
struct ImageTowerPlace {
    int encoder_layers = 0;
    glm::vec3 layer_axis{1.0f, 0.0f, 0.0f}, token_axis{0.0f, -1.0f, 0.0f};
    glm::vec2 size{0.0f};       // of a pane
    float start = 0.0f;         // of the first, along the layers
    float across = 0.0f;        // of their middles, along the tokens
    float turn = 0.0f;          // 0: panes stand across the layers .. 1: they face the viewer
    float stack = 0.0f;         // layers go up: a layer's pane stands beside its gap
    std::vector<float> key_at;  // [layers of the decoder], along the layers
};
ImageTowerLayout image_tower_layout(const ImageTower& tower, const ImageTowerPlace& place);
// Of a pane that stands across the layers.
glm::vec2 image_tower_size(const ImageTower& tower);
// How long the part before the decoder is along the layers: of panes as high or wide as `pane_u` along them.
float image_tower_length(int encoder_layers, float pane_u, float turn);

// The batch of one layer's lines, whose keys lie in a row, as one for each row of patches.
std::vector<FlowBatch> over_patches(const ImageTower& tower, const ImageTowerLayout& layout, int layer,
                                    const FlowBatch& batch);

// What of the image a focus of cross-attention names: the token that is read, by nobody in particular or by
// one query; -1: none.
int read_token(const Focus& focus);

// A patch of the image or of the pane of a layer's keys, or a token beside the patches: who reads it. On the
// image itself in the layer that the view has open. `block`: what Focus::block says of cross-attention.
Focus pick_image_tower(const ImageTower& tower, const TextStackLayout& cross, const ImageTowerLayout& layout,
                       int block, const ViewState& view, const Camera& camera, const Viewport& viewport,
                       glm::vec2 pointer_px);

// Grey bars at the patches and other tokens that are sinks: the mean over the heads that are shown.
void add_image_sinks(DrawList& list, const ImageTower& tower, const TextStackLayout& cross,
                     const ImageTowerLayout& layout, const ViewState& view);
// Of a token of the image that is a sink in that layer: the end of its bar. Else where it stands.
glm::vec3 sink_end(const ImageTower& tower, const TextStackLayout& cross, const ImageTowerLayout& layout,
                   int layer, int token);

// What is pointed at and what is selected of the image, framed on every pane; dots where the lines of the
// focus leave their patches and arrive at their queries. Choices and moving parts as cross-attention has
// them.
void add_image_focus(DrawList& list, const ImageTower& tower, const TextStackLayout& cross,
                     const ImageTowerLayout& layout, const ViewState& view, const ViewMotion& motion,
                     const Camera& camera);

// The token of the image that is pointed at and the one that is selected, what the bars below the panes stand
// for. `scene` is that of cross-attention.
void add_image_tower_labels(LabelPlacement& placement, const LabelScene& scene, const ImageTower& tower,
                            const ImageTowerLayout& layout);

// The image and all panes, those behind first.
void add_image_tower(DrawList& list, const ImageTower& tower, const ImageTowerLayout& layout,
                     const ViewState& view, const ViewMotion& motion, const Camera& camera,
                     const Viewport& viewport);

}  // namespace weft
