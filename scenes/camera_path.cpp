#include "scenes/camera_path.h"

#include <algorithm>
#include <cmath>

#include "scenes/easing.h"
#include "scenes/scene.h"
#include "scenes/shown_block.h"
#include "scenes/wave.h"

namespace weft {

namespace {

// Seconds at which the path passes its keys.
constexpr double unfold_s = 2.0, wave_start_s = 5.0, approach_s = 9.0, inside_s = 12.0, leave_s = 16.0;
constexpr float inside_fov_deg = 28.0f;  // the head view's 30 would change faster than 4 degrees/s

// How far the approach may go in its 3 s at 10 u/s, by the greatest slope of its easing.
constexpr float deepest_u = 15.0f;

double part_of(double time_s, double start_s, double end_s) {
    return smoothstep5((time_s - start_s) / (end_s - start_s));
}

}  // namespace

Camera mix_cameras(const Camera& from, const Camera& to, double part) {
    const auto mix = [part](float a, float b) {
        return static_cast<float>(static_cast<double>(a) +
                                  (static_cast<double>(b) - static_cast<double>(a)) * part);
    };
    const auto half_tan = [](float fov_deg) { return std::tan(glm::radians(fov_deg) * 0.5f); };
    Camera camera;
    camera.target = from.target + (to.target - from.target) * static_cast<float>(part);
    camera.yaw_deg = mix(from.yaw_deg, to.yaw_deg);
    camera.pitch_deg = mix(from.pitch_deg, to.pitch_deg);
    camera.fov_deg = mix(from.fov_deg, to.fov_deg);
    const float height = mix(from.distance_u * half_tan(from.fov_deg), to.distance_u * half_tan(to.fov_deg));
    camera.distance_u = height / half_tan(camera.fov_deg);
    return camera;
}

PathPose default_path(const Scene& scene, double time_s, const Viewport& viewport) {
    const TextStackPlan& plan = *scene.stack;
    time_s = std::clamp(time_s, 0.0, default_path_duration_s);
    const AttentionBlock& attention = shown_block(plan);
    const int layer = std::min(3, static_cast<int>(plan.layers.size()) - 1),
              head = strongest_head(*plan.frame, attention, layer), block = stack_block(scene);
    const Focus target{FocusKind::head, block, layer, plan.lanes > 1 ? head : 0, -1, -1};

    PathPose pose;
    pose.motion.fold = static_cast<float>(1.0 - part_of(time_s, unfold_s, wave_start_s));
    const double inside = time_s < leave_s ? part_of(time_s, approach_s, inside_s)
                                           : 1.0 - part_of(time_s, leave_s, default_path_duration_s);
    pose.motion.inside = pose.motion.focus = static_cast<float>(inside);
    if (inside > 0.0) {
        pose.motion.inside_layer = layer;
        pose.motion.inside_head = head;
        pose.motion.shown_focus = pose.selected = target;
        if (time_s >= inside_s && time_s < leave_s) {
            pose.hovered = strongest_line(*plan.frame, attention, layer, head, plan.segments);
            pose.hovered.block = block;
        }
    }
    if (time_s >= wave_start_s && time_s < approach_s) {
        pose.motion.wave_s = static_cast<float>((time_s - wave_start_s) / (approach_s - wave_start_s) *
                                                wave_duration_s(wave_layers(scene)));
    }

    ViewMotion folded, open;
    folded.fold = 1.0f;
    const Focus none;
    const Camera front = scene_camera(scene, CameraPreset::front, folded, none, viewport);
    const Camera rest = scene_camera(scene, CameraPreset::default_view, open, none, viewport);
    Camera inner = scene_camera(scene, CameraPreset::head, open, target, viewport);
    inner.distance_u *=
        std::tan(glm::radians(inner.fov_deg) * 0.5f) / std::tan(glm::radians(inside_fov_deg) * 0.5f);
    inner.fov_deg = inside_fov_deg;
    inner.distance_u = std::max(inner.distance_u, rest.distance_u - deepest_u);
    Camera other_side = rest;
    other_side.yaw_deg = 24.0f;
    other_side.pitch_deg = 6.0f;
    other_side.target.x = -rest.target.x;  // the picture's margins are the same on both sides
    if (scene.kind == SceneKind::two_towers) other_side = fit_scene(scene, other_side, open, viewport);

    if (time_s <= wave_start_s) {
        pose.camera = mix_cameras(front, rest, part_of(time_s, unfold_s, wave_start_s));
    } else if (time_s <= leave_s) {
        pose.camera = mix_cameras(rest, inner, part_of(time_s, approach_s, inside_s));
    } else {
        pose.camera = mix_cameras(inner, other_side, part_of(time_s, leave_s, default_path_duration_s));
    }
    return pose;
}

}  // namespace weft
