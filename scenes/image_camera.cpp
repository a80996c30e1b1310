#include <algorithm>
#include <cmath>
#include <vector>

#include "scenes/camera_fit.h"
#include "scenes/easing.h"
#include "scenes/image_hud.h"
#include "scenes/image_stack.h"
#include "scenes/theme.h"

namespace weft {
namespace {

// Seconds at which the path passes its keys.
constexpr double unfold_s = 2.0, unfolded_s = 5.0, first_page_s = 6.5, last_page_s = 16.0;

}  // namespace

Camera image_stack_camera(const ImageStackPlan& plan, CameraPreset preset, const ViewMotion& motion,
                          const Viewport& viewport) {
    const ImageStackLayout layout = image_layout(plan, motion);
    const auto box = layout.box_corners();
    std::vector<glm::vec3> points(box.begin(), box.end());
    Camera direction = directed(-40.0f, 6.0f, 24.0f);
    switch (preset) {
        case CameraPreset::default_view:
            break;
        case CameraPreset::front:
            direction = directed(0.0f, 0.0f, 24.0f);
            break;
        case CameraPreset::top:
            direction = directed(-40.0f, 50.0f, 24.0f);
            break;
        case CameraPreset::end:
            direction = directed(-58.0f, 4.0f, 24.0f);
            break;
        case CameraPreset::head:
        case CameraPreset::token: {
            // Keys and queries of the layer; the keys alone.
            const auto keys = layout.corners(plan.key_pane, layout.shown);
            const auto queries = layout.corners(plan.query_pane, layout.shown);
            points.assign(keys.begin(), keys.end());
            if (preset == CameraPreset::head) points.insert(points.end(), queries.begin(), queries.end());
            break;
        }
    }
    glm::vec3 centre(0.0f);
    for (const glm::vec3& point : points) centre += point / static_cast<float>(points.size());
    ScreenBounds bounds = picture_margins(viewport, theme(plan.view.theme).text_scale);
    bounds.bottom =
        image_hud_layout(plan, viewport).panes_foot_px - 1.8f * image_hud_layout(plan, viewport).text_px;
    return fit_camera(direction, points, centre, bounds, viewport);
}

PathPose image_stack_path(const ImageStackPlan& plan, double time_s, const Viewport& viewport) {
    time_s = std::clamp(time_s, 0.0, default_path_duration_s);
    const double turn = smoothstep5((time_s - unfold_s) / (unfolded_s - unfold_s));
    PathPose pose;
    pose.motion.fold = static_cast<float>(1.0 - turn);
    if (plan.kind == ImageNumbers::keys_of_layer || plan.kind == ImageNumbers::queries) {
        // Each layer rests as long as it takes to open.
        const int pages = plan.layers - 1;
        const double at =
            pages * std::clamp((time_s - first_page_s) / (last_page_s - first_page_s), 0.0, 1.0);
        const double from = std::floor(at);
        const double page = std::min(from + smoothstep5(2.0 * (at - from)), static_cast<double>(pages));
        pose.motion.open_key = static_cast<float>(page);
        pose.motion.open_query = pose.motion.open_key + 1.0f;
        pose.opened_layer = static_cast<int>(std::lround(page));
    }
    ViewMotion folded;
    folded.fold = 1.0f;
    pose.camera = mix_cameras(image_stack_camera(plan, CameraPreset::front, folded, viewport),
                              image_stack_camera(plan, CameraPreset::default_view, {}, viewport), turn);
    return pose;
}

}  // namespace weft
