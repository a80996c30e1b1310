// What all that looks for things under the pointer sees. Private to scenes/picking*.cpp.
#pragma once

#include "scenes/flow_lines.h"
#include "scenes/picking.h"
#include "scenes/projection.h"

namespace weft {

constexpr float reach_px = 6.0f;  // of a line, a bar, a row

struct Picker {
    const TextStackPlan& plan;
    const ViewMotion& motion;
    const Viewport& viewport;
    glm::vec2 pointer;
    Camera eye;
    const TextStackLayout& layout;
    DrawCamera camera;
    Emphasis emphasis;
    float scale = 1.0f;

    glm::vec3 project(const glm::vec3& world) const { return screen_from_world(camera, viewport, world); }
    const WeightBlock& block(size_t place) const {
        for (const auto* blocks : {&plan.blocks, &plan.merged_blocks}) {
            if (place < blocks->size()) return (*blocks)[place];
            place -= blocks->size();
        }
        return plan.merged_sinks[place];
    }
    bool inside_a_head() const { return emphasis.inside_amount > 0.5f; }
};

// Rows of panes and the words beside them.
void search_tokens(const Picker& picker, bool out_of_key, const PickedWords& words, PickHit& rows,
                   PickHit& labels);
void search_lines(const Picker& picker, PickHit& hit);

}  // namespace weft
