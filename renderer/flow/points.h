// Where the points of flow lines lie on the picture and how they are drawn there: shaders/flow_lines.vert for
// the processor. The formulas and their sources are in renderer/draw_list.h. Pure; any thread.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <span>

#include "renderer/renderer.h"
#include "shaders/shared/flow_params.h"
#include "shaders/shared/frame_params.h"

namespace weft {

struct FlowPoint {
    glm::vec2 px{0.0f};    // of the picture's own size; only where it is in front
    glm::vec2 side{0.0f};  // px of the picture for one of the line's width
    glm::vec4 clip{0.0f};  // z < 0: behind the near plane
    float half_px = 0.0f;  // half the line's width
    float end_px = 0.0f;   // to the nearer end
    float opacity = 0.0f, t = 0.0f;
    bool is_in_front() const { return clip.z >= 0.0f && clip.w > 0.0f; }
};

struct FlowLook {
    glm::vec3 color{0.0f};  // linear
    float depth_weight = 1.0f;
    bool is_negative = false;
};

// Of a quality, by which segments_of_line() goes.
gpu::FlowSegments segment_rule(const Quality& quality);

// How many pieces a line has: as many as keep it equally round whatever its length, few where it is short or
// straight, two to a dash where it is dashed. Between 2 and rule.most.
//
// With so many pieces n of a cubic, it lies some 0.75 bend / n^2 px beside them. The way along the axis
// and the rise across it span the parallelogram that the line bends in: seen on edge it is straight. A line
// that rises steeply is straight but for its ends, as wide as the run.
int segments_of_line(const gpu::FrameParams& frame, const gpu::FlowParams& params, uint32_t flat_index,
                     const gpu::FlowSegments& rule);

// segments + 1 points of the line `flat_index` whose value is given, and its look. `colors` are the batch's,
// from its first.
FlowLook place_points(const gpu::FrameParams& frame, const gpu::FlowParams& params,
                      std::span<const glm::vec4> colors, uint32_t flat_index, float value,
                      std::span<FlowPoint> points);

// Between two points of which one is in front of the near plane: where the line passes it.
FlowPoint at_near_plane(const FlowPoint& a, const FlowPoint& b, glm::vec2 scene_px);

}  // namespace weft
