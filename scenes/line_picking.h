// The flow line under the pointer: exactly those that a batch draws, as wide as they are drawn. Pure; any
// thread.
#pragma once

#include <glm/glm.hpp>
#include <limits>

#include "renderer/draw_list.h"
#include "scenes/plan_memory.h"
#include "scenes/text_stack.h"

namespace weft {

struct LineHit {
    DrawnLine line;
    float distance_px = std::numeric_limits<float>::max();  // to its border; 0: on it
    float depth_u = std::numeric_limits<float>::max();
    bool found = false;

    // Nearer by half a pixel is nearer; else what is nearer to the eye.
    bool is_beaten_by(float px, float depth) const {
        return px < distance_px - 0.5f || (px < distance_px + 0.5f && depth < depth_u);
    }
};

// Distance from `point` to the segment a..b, px; `at` 0..1: where along it.
float segment_distance_px(const glm::vec2& point, const glm::vec2& a, const glm::vec2& b,
                          float* at = nullptr);

// Distance from the pointer to one line's border, and the depth there; the largest float beyond the eye.
float line_distance_px(const FlowBatch& batch, const WeightBlock& block, const DrawnLine& line,
                       const DrawCamera& camera, const Viewport& viewport, const glm::vec2& pointer,
                       float& depth_u);

// The nearest of `lines` within `reach_px`, if it beats `hit`.
void pick_line(const FlowBatch& batch, const WeightBlock& block, const DrawnLines& lines,
               const DrawCamera& camera, const Viewport& viewport, const glm::vec2& pointer, float reach_px,
               LineHit& hit);

}  // namespace weft
