// What lies under the pointer: exactly the lines that are drawn, in the same geometry. Pure; any thread.
#pragma once

#include <glm/glm.hpp>
#include <limits>

#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

// The nearest of one sort of things under the pointer.
struct PickHit {
    static constexpr float far_px = std::numeric_limits<float>::max();
    Focus focus;
    float distance_px = far_px;
    float depth_u = far_px;
    float preference_px = 0.0f;  // rows: nearer than a line by so much, they are meant

    void take(const Focus& candidate, float px, float depth);
    bool is_hit() const { return focus.kind != FocusKind::none; }
};

// What decides comes first: once there is a number, a word or a lane, nothing after it was looked for.
struct PickHits {
    PickHit number, word, lane, row, line, bar;
};

// Which words and numbers of a stack can be pointed at: those that stand around it.
struct PickedWords {
    bool first_pane = true, last_pane = true, numbers = true;
};

// Of panes that stand as `layout` says, which may be some of several.
PickHits find_hits(const TextStackPlan& plan, const TextStackLayout& layout, const ViewMotion& motion,
                   const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key,
                   const PickedWords& words);
Focus decide(const PickHits& hits);
// Inside the picture and off the docked panel.
bool is_in_picture(const Viewport& viewport, glm::vec2 pointer_px);

// Whether line (layer, lane, query, key) is drawn at rest: FlowSelection's test on the layer's values.
bool is_selected_line(const FlowSelection& selection, const WeightBlock& block, int lane, int query, int key);

}  // namespace weft
