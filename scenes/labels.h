// The words around the stack: tokens left and right, layer numbers over the gaps, the focus' own tokens.
#pragma once

#include "scenes/label_placement.h"
#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

// From the end of a row to its word, which is at most so wide.
constexpr float label_gap_px = 10.0f, widest_label_px = 110.0f;
constexpr float receded_opacity = 0.45f;  // of what has not the focus while something has it

// Which words stand around the panes; all of them where a stack stands alone.
struct OuterWords {
    bool first_pane = true, last_pane = true, numbers = true;
    bool caption = true;  // "layer" beside the numbers
};

// Everything that makes labels sees the same picture.
struct LabelScene {
    const TextStackPlan& plan;
    const TextStackLayout& layout;
    const ViewState& view;
    const ViewMotion& motion;
    const Viewport& viewport;
    const MeasureText& measure;
    DrawCamera camera;
    float text_scale;  // of px sizes; text itself never falls below least_text_px
    const std::vector<Token>& key_tokens;
    const std::vector<Token>& query_tokens;
    OuterWords outer = {};
    int part = 0;                               // of several that stand beside each other
    float least_row_px = least_text_px + 1.5f;  // of rows that all have their words
    bool names_keys = true;  // false: keys are patches of an image, which stand in no column of words

    uint64_t id(std::string_view kind, int a = 0, int b = 0) const { return label_id(kind, part, a, b); }
};
LabelScene make_label_scene(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                            const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                            const MeasureText& measure);

// Words keep clear of all rects and labels that `list` already has.
void add_labels(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                const ViewState& view, const ViewMotion& motion, const Camera& camera, double time_s,
                const Viewport& viewport, const MeasureText& measure);

// Tokens at the first and the last pane; numbers of layers and lanes.
void add_outer_labels(LabelPlacement& placement, const LabelScene& scene);
void add_side_labels(LabelPlacement& placement, const LabelScene& scene);
void add_number_labels(LabelPlacement& placement, const LabelScene& scene);
// Tokens of the focused layer: pill on the query, keys with their weight; both columns inside a head.
void add_focus_labels(LabelPlacement& placement, DrawList& list, const LabelScene& scene);

// Words of an entered head and words of the whole stack never show together: on the way one set has gone
// before the other comes. `inside` as in ViewMotion.
float inside_words(float inside);
float outside_words(float inside);

// 0: rows lie apart on the picture; 1: the camera looks down on the lanes.
float seen_from_above(const DrawCamera& camera);

// Over which point of the world a layer's number stands: the middle of the upper border of its gap; from
// above the border that is uppermost then.
glm::vec3 layer_number_at(const TextStackLayout& layout, const DrawCamera& camera, int layer);

// Where the row of a token meets the border of a pane that is outermost on the screen, px. `as_key`: of the
// row that it has as a key. z <= 0: behind the eye.
glm::vec3 row_end(const LabelScene& scene, int pane, int token, bool leftmost, bool as_key);

// A label in the theme's ink with its halo, vertically centred on `anchor`.
Label scene_label(const LabelScene& scene, std::string text, glm::vec2 anchor, float size_px,
                  LabelAlign align, float opacity, bool dim = false);

}  // namespace weft
