// The image stack: the image and its patches after every layer as panes from left to right, of which three
// are open: the image, the keys and the queries of one layer. Numbers of patches lie on them as light or
// colour, each at the pixels of the original that its patch shows.
//
//   plan_image_stack  depends on frame, choices and focus; run when one of them changes
//   draw_image_stack  depends on plan, motion, camera and time; run each frame
//
// Pure functions; any thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenes/camera_path.h"
#include "scenes/image_levels.h"
#include "scenes/image_values.h"
#include "scenes/text_stack.h"

namespace weft {

// Lines go to the largest weights of the patches, up to this share of all patches' weight, at most so many.
constexpr double image_line_mass = 0.8;
constexpr int most_image_lines = 24;

struct PatchLine {
    int patch = 0;  // row-major in the grid
    float weight = 0.0f;
};

// Shares of all weight of the shown row (of |value|, if it is signed); sum 1, or all 0.
struct ImageLedger {
    double lines = 0.0, patches = 0.0;  // on patches with a line, without one
    std::vector<double> others;         // of each token that is no patch, in the order of the plan's `others`
    double negative = 0.0;              // of a signed row: what lies below zero, of all
};

// One head of the strip below the panes.
struct ImageHead {
    int head = 0;
    float full = 0.0f;         // as ImageStackPlan::full
    glm::ivec2 first{0};       // its cells in ImageStackPlan::numbers
    std::optional<float> own;  // the head's own number, of a quantity that has one for each head
};

struct ImageStackPlan {
    std::shared_ptr<const AttentionFrame> frame;
    ViewState view;                   // as planned
    const PatchGrid* grid = nullptr;  // the frame's
    Rect patches_area;                // what all patches show, in the image's pixels; without one, in patches
    std::shared_ptr<const ImageLevels> image;
    std::vector<int> others;  // tokens that are no patches: [CLS], distillation, registers

    int layers = 0, layer = 0;
    ImageNumbers kind = ImageNumbers::keys_of_layer;
    int key_pane = 0, query_pane = 1;  // 0: the patches as the first layer reads them .. layers
    bool on_queries = false;           // the numbers lie on the query pane
    std::vector<int> heads;            // of the layer, whose mean is shown; empty: the quantity has none
    std::optional<int> query;          // token whose row is shown; empty: the mean of all rows, or no rows
    bool is_hovered = false;           // the query is pointed at, not chosen

    std::vector<float> row;                    // [N] of all tokens; NaN: none
    bool is_signed = false, is_share = false;  // is_share: a row of attention, adds to 1
    bool quantity_missing = false;
    float full = 0.0f;             // number of full light (98th percentile) or full colour (largest |value|)
    std::vector<PatchLine> lines;  // descending
    WeightBlock line_block;        // [rows, 1, columns] weight / largest of those with a line, else 0
    ImageLedger ledger;
    std::vector<ImageHead> strip;  // empty: the quantity has no heads
    std::shared_ptr<const Image>
        numbers;  // cells of the row, then those of the strip, one grid below the other
    std::shared_ptr<const Image> colors;  // of a map

    int patches() const { return static_cast<int>(grid->rows * grid->columns); }
    int token_of(int patch) const { return static_cast<int>(grid->first_token) + patch; }
    // -1: the token is no patch.
    int patch_of(int token) const {
        const int patch = token - static_cast<int>(grid->first_token);
        return patch >= 0 && patch < patches() ? patch : -1;
    }
    Rect area_of(int patch) const {
        return patch_rectangle(patches_area, grid->rows, grid->columns,
                               static_cast<uint32_t>(patch) / grid->columns,
                               static_cast<uint32_t>(patch) % grid->columns);
    }
    float patch_number(int patch) const {
        return row.empty() ? 0.0f : row[static_cast<size_t>(token_of(patch))];
    }
    bool is_map() const {
        return is_signed || view.image.look == ImageLook::map || kind == ImageNumbers::queries;
    }
    float opacity() const { return view.image.opacity.value_or(is_map() ? 0.6f : 1.0f); }
};

// Whether the attention that the view shows is over the patches of one image.
bool shows_image(const AttentionFrame& frame, const ViewState& view);

// `previous` (may be null) lends what is the same. Needs shows_image().
std::shared_ptr<const ImageStackPlan> plan_image_stack(std::shared_ptr<const AttentionFrame> frame,
                                                       const ViewState& view, const ImageStackPlan* previous);

// Whether both states lead to the same plan on the same frame.
bool same_image_plan(const ViewState& a, const ViewState& b);

// Where the panes stand. Pane -1 is the image; pane p = 0..layers the patches before layer p. Panes are
// upright; columns run towards the viewer or, folded, to the right.
struct ImageStackLayout {
    glm::vec2 size_u{10.0f};  // of a pane: all that image and patches cover; the longer side has 10
    glm::vec3 column_axis{0.0f, 0.0f, 1.0f};
    std::vector<float> pane_at;  // [layers + 2] along x; the first is the image's
    std::vector<float> open;     // likewise, 0..1
    Rect shown;                  // what a pane covers, in the image's pixels

    float x(int pane) const { return pane_at.at(static_cast<size_t>(pane + 1)); }
    float openness(int pane) const { return open.at(static_cast<size_t>(pane + 1)); }
    // Of a point of the image, in its pixels; and the same from the middle of its pane.
    glm::vec3 position(int pane, double x_px, double y_px) const;
    glm::vec3 on_pane(double x_px, double y_px) const;
    // Top left, top right, bottom right, bottom left.
    std::array<glm::vec3, 4> corners(int pane, const Rect& part) const;
    std::array<glm::vec3, 8> box_corners() const;
    // Panes, from -1 on, those behind first: they are parallel, however far they have turned.
    std::vector<int> back_to_front(const Camera& camera) const;
};
ImageStackLayout image_layout(const ImageStackPlan& plan, const ViewMotion& motion);

DrawList draw_image_stack(const ImageStackPlan& plan, const TextStackPlan& stack, const ViewState& view,
                          const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                          const MeasureText& measure);

Camera image_stack_camera(const ImageStackPlan& plan, CameraPreset preset, const ViewMotion& motion,
                          const Viewport& viewport);

// The default path of a video: the panes turn from flat to their places, then the layers open one after the
// other, the last one stays. As default_path().
PathPose image_stack_path(const ImageStackPlan& plan, double time_s, const Viewport& viewport);

// A patch on an open pane; a token of a bar or of the row of queries; a head of the strip (with the query
// that is shown); the whole layer, which means the mean of all queries. On the key pane `key` is the patch
// that is read.
Focus pick_image_stack(const ImageStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                       const Viewport& viewport, glm::vec2 pointer_px);

// Over a sliver or its pane: the layer that opens there; nothing elsewhere.
std::optional<int> sliver_at(const ImageStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                             const Viewport& viewport, glm::vec2 pointer_px);

}  // namespace weft
