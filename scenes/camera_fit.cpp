#include "scenes/camera_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "analysis/error.h"
#include "scenes/hud.h"
#include "scenes/layout.h"
#include "scenes/projection.h"
#include "scenes/theme.h"
#include "scenes/token_strip.h"

namespace weft {

namespace {

constexpr float stacked_words_px = 26.0f;
constexpr float most_foot = 0.55f;  // of the picture's height, that ledger and keys may take

// One direction of the picture. With c = offset from the picture's middle / focal length, a point p at screen
// position c obeys p_side - e_side = c (p_forward - e_forward): linear in the eye e. The two bounds give
//   e_side >= low + c_high e_forward   and   e_side <= high + c_low e_forward.
struct Slab {
    float c_low, c_high;
    float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();

    void include(float side, float forward) {
        low = std::max(low, side - c_high * forward);
        high = std::min(high, side - c_low * forward);
    }
    float farthest_forward() const { return (high - low) / (c_high - c_low); }
    float middle(float eye_forward) const {
        return 0.5f * (low + c_high * eye_forward + high + c_low * eye_forward);
    }
};

}  // namespace

Camera directed(float yaw_deg, float pitch_deg, float fov_deg) {
    Camera camera;
    camera.yaw_deg = yaw_deg;
    camera.pitch_deg = pitch_deg;
    camera.fov_deg = fov_deg;
    return camera;
}

ScreenBounds picture_margins(const Viewport& viewport, float text_scale, int lanes) {
    const float scale = viewport.ui_scale, text = hud_scale(viewport, text_scale);
    const glm::vec2 size(viewport.size);
    const float free_width = size.x - viewport.panel_px;
    const float side = std::max(110.0f * scale, std::min(90.0f * text, 0.2f * free_width));
    const float top = std::max(78.0f * scale, 60.0f * text);
    const float foot = std::max(80.0f * scale, hud_foot_px(viewport, text_scale, lanes) + 22.0f * scale);
    return {side, std::min(top, 0.3f * size.y), free_width - side,
            size.y - std::min(foot, most_foot * size.y)};
}

Camera fit_camera(const Camera& direction, std::span<const glm::vec3> points, const glm::vec3& centre,
                  const ScreenBounds& bounds, const Viewport& viewport) {
    WEFT_ASSERT(!points.empty(), "0 points");
    const CameraBasis basis = camera_basis(direction);
    const glm::vec2 half = 0.5f * glm::vec2(viewport.size);
    const float focal_px = half.y / std::tan(glm::radians(direction.fov_deg) * 0.5f);
    Slab across{(bounds.left - half.x) / focal_px, (bounds.right - half.x) / focal_px};
    Slab upright{(half.y - bounds.bottom) / focal_px, (half.y - bounds.top) / focal_px};
    float nearest = std::numeric_limits<float>::infinity();
    for (const glm::vec3& point : points) {
        const float forward = glm::dot(point, basis.forward);
        across.include(glm::dot(point, basis.right), forward);
        upright.include(glm::dot(point, basis.up), forward);
        nearest = std::min(nearest, forward);
    }
    // Never nearer than a little in front of the nearest point (flat scenes seen from their edge).
    const float eye_forward =
        std::min({across.farthest_forward(), upright.farthest_forward(), nearest - 0.5f});
    const glm::vec3 eye = basis.right * across.middle(eye_forward) + basis.up * upright.middle(eye_forward) +
                          basis.forward * eye_forward;
    Camera camera = direction;
    camera.distance_u = glm::dot(centre - eye, basis.forward);
    camera.target = eye + basis.forward * camera.distance_u;
    return camera;
}

Camera inside_head_camera(const TextStackLayout& layout, const Focus& focus, const Viewport& viewport,
                          float text_scale) {
    const int layer = std::clamp(focus.layer, 0, layout.layers - 1),
              lane = std::clamp(focus.head, 0, layout.lanes - 1);
    const bool apart = layout.has_keys_apart();
    const int last_key = (apart ? layout.keys : layout.tokens) - 1,
              last_query = (apart ? layout.queries : layout.tokens) - 1;
    const std::array<glm::vec3, 4> gap{
        layout.key_position(layer, lane, 0), layout.key_position(layer, lane, last_key),
        layout.query_position(layer, lane, 0), layout.query_position(layer, lane, last_query)};
    const float scale = viewport.ui_scale;
    const float width = static_cast<float>(viewport.size.x) - viewport.panel_px;
    const float side = std::min(270.0f * scale, 0.33f * width);  // room for two columns of large labels
    const ScreenBounds margins = picture_margins(viewport, text_scale);
    const ScreenBounds bounds{side, margins.top + 34.0f * scale, width - side,
                              margins.bottom - 16.0f * scale};
    return fit_camera(directed(-7.0f, 2.5f, 30.0f), gap, 0.25f * (gap[0] + gap[1] + gap[2] + gap[3]), bounds,
                      viewport);
}

Camera along_token_camera(const TextStackLayout& layout, const Focus& focus) {
    const int token = std::clamp(focus.query >= 0 ? focus.query : focus.key, 0, layout.tokens - 1);
    const int lane = std::max(layout.lanes - 1, 0) / 2;
    const glm::vec3 first = layout.position(0, lane, token),
                    last = layout.position(layout.layers, lane, token);
    Camera camera = directed(-75.0f, 0.0f, 40.0f);
    camera.target = 0.5f * (first + last);
    camera.distance_u = 0.5f * glm::length(last - first) + 5.0f;
    camera.pitch_deg = glm::degrees(std::asin(0.6f / camera.distance_u));
    return camera;
}

Camera preset_direction(CameraPreset preset, int layers) {
    if (preset == CameraPreset::front) return directed(0.0f, 0.0f, 22.0f);
    if (preset == CameraPreset::top) return directed(0.0f, 90.0f, 6.0f);
    if (preset == CameraPreset::end) return directed(-75.0f, 4.0f, 22.0f);
    return directed(layers > 8 ? -18.0f : -22.0f, 5.0f, 22.0f);
}

Camera text_stack_camera(const TextStackPlan& plan, CameraPreset preset, const ViewMotion& motion,
                         const Focus& focus, const Viewport& viewport) {
    ViewMotion shape = motion;
    if (preset == CameraPreset::head) {
        shape.inside = 1.0f;
        shape.inside_layer = focus.layer;
    } else {
        shape.inside = 0.0f;
    }
    const TextStackLayout layout = make_layout(plan, shape, viewport);
    const float text_scale = theme(plan.view.theme).text_scale;
    if (preset == CameraPreset::head) return inside_head_camera(layout, focus, viewport, text_scale);
    if (preset == CameraPreset::token) return along_token_camera(layout, focus);

    const Camera direction = preset_direction(preset, layout.layers);
    const auto corners = layout.box_corners();
    ScreenBounds bounds = picture_margins(viewport, text_scale, layout.lanes);
    // Words stand below and above a stack.
    const float words =
        stacked_words_px * hud_scale(viewport, text_scale) * glm::smoothstep(0.5f, 1.0f, motion.stack);
    if (shows_strip(plan, plan.view))
        bounds.left += word_numbers_px * hud_scale(viewport, text_scale) *
                       (1.0f - glm::smoothstep(0.0f, 0.5f, motion.stack));
    bounds.top += words;
    bounds.bottom -= words;
    return fit_camera(direction, corners, glm::vec3(0.0f), bounds, viewport);
}

}  // namespace weft
