#include "renderer/flow/points.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

float smoothstep(float low, float high, float x) {
    const float t = std::clamp((x - low) / (high - low), 0.0f, 1.0f);
    return t * t * (3.0f - 2.0f * t);
}

// As the shader's t_of_point, with what is the same for the whole line taken out.
struct Parting {
    float slope, angle, evenness;

    Parting(float rise, float run, float inverse_segments)
        : slope(std::max(rise / std::max(run, 1e-6f), 1e-3f)),
          angle(std::atan(2.0f * slope)),
          evenness(std::min(0.4f + 4.0f * inverse_segments, 1.0f)) {}

    float t_of(float part) const {
        const float half_part = 1.0f - std::abs(2.0f * part - 1.0f);
        const float tangent = std::tan(half_part * angle);
        const float p = 1.5f * tangent / (6.0f * slope + 3.0f * tangent);
        const float t = 0.5f - 0.5f * std::sqrt(std::max(1.0f - 4.0f * p, 0.0f));
        return glm::mix(part, part > 0.5f ? 1.0f - t : t, evenness);
    }
};

constexpr float least_segments = 2.0f, steep_part = 0.25f, near_eye_fades = 2.0f;

// A line that bends by so many px of the window has quality.segments; one near the eye up to three times as
// many, within what a chunk's 16-bit vertex numbers hold.
constexpr float middle_bend_px = 130.0f, most_of_middle = 3.0f, most_points = 127.0f;

struct Ends {
    uint32_t slice;
    glm::vec3 from, to;
};

Ends ends_of(const gpu::FlowParams& params, uint32_t flat_index) {
    const uint32_t slice_row = flat_index / params.columns, slice = slice_row / params.rows;
    const auto c = float(flat_index % params.columns), r = float(slice_row % params.rows), s = float(slice);
    return {slice, params.source_origin + s * params.source_slice_step + c * params.source_column_step,
            params.target_origin + s * params.target_slice_step + r * params.target_row_step};
}

glm::vec2 px_of(const glm::vec4& clip, glm::vec2 scene_px) {
    return (glm::vec2(clip) / clip.w * 0.5f + 0.5f) * scene_px;
}

}  // namespace

gpu::FlowSegments segment_rule(const Quality& quality) {
    // At half the resolution a line bends by half as many px and is to be as round.
    const float middle_px = middle_bend_px * quality.resolution_scale;
    return {
        float(quality.segments) / std::sqrt(middle_px),
        std::clamp(most_of_middle * float(quality.segments), most_of_middle * least_segments, most_points)};
}

int segments_of_line(const gpu::FrameParams& frame, const gpu::FlowParams& params, uint32_t flat_index,
                     const gpu::FlowSegments& rule) {
    const auto [slice, from, to] = ends_of(params, flat_index);
    const glm::mat3 turn(frame.view_from_world);
    const glm::vec3 middle = frame.view_from_world * glm::vec4(0.5f * (from + to), 1.0f);
    const glm::vec3 way = turn * (to - from), axis = turn * params.axis;
    const glm::vec3 run = glm::dot(way, axis) * axis, rise = way - run;
    const float nearest = -middle.z - 0.5f * std::abs(way.z);
    if (nearest < near_eye_fades * frame.near_fade_u) return int(rule.most);
    const glm::vec2 lean = glm::vec2(middle) / -middle.z;
    const glm::vec2 along = glm::vec2(run) + lean * run.z, across = glm::vec2(rise) + lean * rise.z;
    const float area = std::abs(along.x * across.y - along.y * across.x);
    const float reach =
        std::sqrt(glm::dot(along, along) + steep_part * steep_part * glm::dot(across, across) + 1e-12f);
    const float bend_px = area / reach * frame.px_per_u_at_1 / nearest;
    const float least = std::clamp(2.0f * params.negative_dashes, least_segments, rule.most / most_of_middle);
    return int(std::clamp(std::floor(rule.per_root_px * std::sqrt(bend_px) + 0.5f), least, rule.most));
}

FlowLook place_points(const gpu::FrameParams& frame, const gpu::FlowParams& params,
                      std::span<const glm::vec4> colors, uint32_t flat_index, float value,
                      std::span<FlowPoint> points) {
    const auto [slice, p0, p3] = ends_of(params, flat_index);
    const glm::vec3 handle = params.axis * params.handle_u, way = p3 - p0;
    const float run = glm::dot(way, params.axis);
    const float inverse_segments = 1.0f / float(points.size() - 1);
    const Parting parting(glm::length(way - run * params.axis), run, inverse_segments);
    const glm::mat3 turn(frame.view_from_world);

    const float strength = std::abs(value), root = std::sqrt(strength);
    float base_opacity =
        std::clamp(std::pow(strength, params.opacity_power), params.opacity_min, params.opacity_max);
    if (strength == 0.0f) base_opacity = 0.0f;
    const glm::vec4& color = colors[(value < 0.0f ? params.negative_color : 0u) + slice];
    base_opacity *= params.opacity_scale * color.a;
    const float chord_u = std::abs(way.x) + std::abs(way.y) + std::abs(way.z);

    FlowLook look{glm::vec3(color), 0.0f, value < 0.0f};
    for (size_t k = 0; k < points.size(); ++k) {
        const float t = parting.t_of(float(k) * inverse_segments) * params.grow, u = 1.0f - t;
        const glm::vec3 point =
            u * u * (u + 3.0f * t) * p0 + t * t * (t + 3.0f * u) * p3 + 3.0f * u * t * (u - t) * handle;
        const glm::vec3 tangent = 6.0f * u * t * way + 3.0f * (u * u - 4.0f * u * t + t * t) * handle;
        const glm::vec3 view = frame.view_from_world * glm::vec4(point, 1.0f);
        glm::vec3 side = glm::cross(turn * tangent, view);
        const float side_length = glm::length(side);
        side = side_length > 1e-6f ? side / side_length : glm::vec3(0.0f, 1.0f, 0.0f);

        const float px_per_u = frame.px_per_u_at_1 / std::max(-view.z, 1e-3f);
        const float full_px = params.width_u * root * px_per_u;
        const float wanted_px = full_px * glm::mix(1.0f, params.taper, t);
        const float depth = std::clamp((-view.z - frame.nearest_u) * frame.inverse_range_u, 0.0f, 1.0f);
        FlowPoint& to = points[k];
        to.half_px = 0.5f * std::clamp(wanted_px, params.min_px, std::max(params.min_px, params.max_px));
        to.opacity =
            base_opacity * std::min(1.0f, wanted_px / std::max(params.min_px, 1e-6f)) *
            (1.0f - params.depth_fade * depth) *
            std::clamp(5.0f * (full_px - params.least_px) / std::max(params.least_px, 1e-6f), 0.0f, 1.0f) *
            smoothstep(0.25f * frame.near_fade_u, frame.near_fade_u, glm::length(view));
        to.end_px = std::min(t, params.grow - t) * chord_u * px_per_u + 0.5f;
        to.t = t;
        to.clip = frame.clip_from_view * glm::vec4(view, 1.0f);
        if (to.is_in_front()) {
            const glm::vec4 beside = frame.clip_from_view * glm::vec4(side, 0.0f);
            to.px = px_of(to.clip, frame.scene_px);
            to.side = (glm::vec2(beside) * to.clip.w - glm::vec2(to.clip) * beside.w) /
                      (to.clip.w * to.clip.w) * 0.5f * frame.scene_px / px_per_u;
        }
        look.depth_weight += (1.0f - 0.75f * depth) / float(points.size());
    }
    return look;
}

FlowPoint at_near_plane(const FlowPoint& a, const FlowPoint& b, glm::vec2 scene_px) {
    const float part = a.clip.z / (a.clip.z - b.clip.z);
    FlowPoint point = a.is_in_front() ? a : b;
    point.clip = glm::mix(a.clip, b.clip, part);
    point.clip.z = 0.0f;
    point.px = px_of(point.clip, scene_px);
    point.half_px = glm::mix(a.half_px, b.half_px, part);
    point.end_px = glm::mix(a.end_px, b.end_px, part);
    point.opacity = glm::mix(a.opacity, b.opacity, part);
    point.t = glm::mix(a.t, b.t, part);
    return point;
}

}  // namespace weft
