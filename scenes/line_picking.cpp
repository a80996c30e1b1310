#include "scenes/line_picking.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "scenes/projection.h"

namespace weft {
namespace {

constexpr int curve_segments = 48;

float weight_of(const WeightBlock& block, const DrawnLine& line) {
    return std::abs(
        (*block.values)[(size_t{line.slice} * block.rows + line.row) * block.columns + line.column]);
}

// A batch's points in units of the picture: x and y px times w, then w. Linear in slice, row and column.
struct Projected {
    glm::vec3 source, source_slice, source_column, target, target_slice, target_row, handle;
    glm::vec3 source_at(const DrawnLine& line) const {
        return source + static_cast<float>(line.slice) * source_slice +
               static_cast<float>(line.column) * source_column;
    }
    glm::vec3 target_at(const DrawnLine& line) const {
        return target + static_cast<float>(line.slice) * target_slice +
               static_cast<float>(line.row) * target_row;
    }
};

Projected project(const FlowBatch& batch, const DrawCamera& camera, const Viewport& viewport) {
    const glm::mat4 clip = camera.clip_from_view * camera.view_from_world;
    const glm::vec2 half = 0.5f * glm::vec2(viewport.size);
    const auto of = [&](const glm::vec4& world) {
        const glm::vec4 c = clip * world;
        return glm::vec3(half.x * (c.w + c.x), half.y * (c.w + c.y), c.w);
    };
    const auto point = [&](const glm::vec3& at) { return of(glm::vec4(at, 1.0f)); };
    const auto way = [&](const glm::vec3& step) { return of(glm::vec4(step, 0.0f)); };
    return {point(batch.source_origin),      way(batch.source_slice_step), way(batch.source_column_step),
            point(batch.target_origin),      way(batch.target_slice_step), way(batch.target_row_step),
            way(batch.axis * batch.handle_u)};
}

// A curve lies in the hull of its control points: if they all lie on one side of the pointer's surroundings,
// so does it. False where one of them is behind the eye.
bool is_beyond(const std::array<glm::vec3, 4>& points, const glm::vec2& low, const glm::vec2& high) {
    int left = 0, right = 0, above = 0, below = 0;
    for (const glm::vec3& p : points) {
        if (p.z <= near_plane_u) return false;
        left += p.x < low.x * p.z;
        right += p.x > high.x * p.z;
        above += p.y < low.y * p.z;
        below += p.y > high.y * p.z;
    }
    return left == 4 || right == 4 || above == 4 || below == 4;
}

std::array<glm::vec3, 4> control_points(const Projected& batch, const DrawnLine& line) {
    const glm::vec3 source = batch.source_at(line), target = batch.target_at(line);
    return {source, source + batch.handle, target - batch.handle, target};
}

float distance_px(const std::array<glm::vec3, 4>& points, const FlowBatch& batch, float weight,
                  float focal_px, float ui_scale, const glm::vec2& pointer, float& depth_u) {
    const float full_u = batch.width_u * batch.width_scale * std::sqrt(weight);
    const float least = batch.min_px * ui_scale, most = std::max(batch.max_px * ui_scale, least);
    float nearest = std::numeric_limits<float>::max();
    glm::vec3 from = points[0];
    for (int s = 1; s <= curve_segments; ++s) {
        const float t = static_cast<float>(s) / curve_segments, u = 1.0f - t;
        const glm::vec3 to = u * u * u * points[0] + 3.0f * u * u * t * points[1] +
                             3.0f * u * t * t * points[2] + t * t * t * points[3];
        if (from.z > near_plane_u && to.z > near_plane_u) {
            float along = 0.0f;
            const float middle =
                segment_distance_px(pointer, glm::vec2(from) / from.z, glm::vec2(to) / to.z, &along);
            const float depth = glm::mix(from.z, to.z, along);
            const float part = (static_cast<float>(s - 1) + along) / curve_segments;
            const float width =
                std::clamp(full_u * glm::mix(1.0f, batch.taper, part) * focal_px / depth, least, most);
            const float px = std::max(middle - 0.5f * width, 0.0f);
            if (px < nearest) nearest = px, depth_u = depth;
        }
        from = to;
    }
    return nearest;
}

float focal_px_of(const DrawCamera& camera, const Viewport& viewport) {
    return std::abs(camera.clip_from_view[1][1]) * 0.5f * static_cast<float>(viewport.size.y);
}

}  // namespace

float segment_distance_px(const glm::vec2& point, const glm::vec2& a, const glm::vec2& b, float* at) {
    const glm::vec2 along = b - a;
    const float squared = glm::dot(along, along);
    const float t = squared > 0.0f ? std::clamp(glm::dot(point - a, along) / squared, 0.0f, 1.0f) : 0.0f;
    if (at) *at = t;
    return glm::length(point - (a + t * along));
}

float line_distance_px(const FlowBatch& batch, const WeightBlock& block, const DrawnLine& line,
                       const DrawCamera& camera, const Viewport& viewport, const glm::vec2& pointer,
                       float& depth_u) {
    return distance_px(control_points(project(batch, camera, viewport), line), batch, weight_of(block, line),
                       focal_px_of(camera, viewport), viewport.ui_scale, pointer, depth_u);
}

void pick_line(const FlowBatch& batch, const WeightBlock& block, const DrawnLines& lines,
               const DrawCamera& camera, const Viewport& viewport, const glm::vec2& pointer, float reach_px,
               LineHit& hit) {
    const Projected projected = project(batch, camera, viewport);
    const float focal_px = focal_px_of(camera, viewport);
    const glm::vec2 around(reach_px + 0.5f * std::max(batch.max_px, batch.min_px) * viewport.ui_scale);
    for (const DrawnLine& line : lines) {
        const std::array<glm::vec3, 4> points = control_points(projected, line);
        if (is_beyond(points, pointer - around, pointer + around)) continue;
        float depth = 0.0f;
        const float px =
            distance_px(points, batch, weight_of(block, line), focal_px, viewport.ui_scale, pointer, depth);
        if (px <= reach_px && hit.is_beaten_by(px, depth)) hit = {line, px, depth, true};
    }
}

}  // namespace weft
