#include "scenes/camera_fit.h"
#include "scenes/theme.h"
#include "scenes/two_towers_layout.h"
#include "scenes/two_towers_words.h"

namespace weft {
namespace {

constexpr float image_yaw_deg = -36.0f;  // less shows an image from its edge
constexpr float rest_yaw_deg = -16.0f;   // more lets the lanes of the encoder's narrow gaps run together

}  // namespace

Camera two_towers_camera(const TwoTowersPlan& plan, CameraPreset preset, const ViewMotion& motion,
                         const Focus& focus, const Viewport& viewport) {
    ViewMotion shape = motion;
    shape.inside = preset == CameraPreset::head ? 1.0f : 0.0f;
    if (preset == CameraPreset::head) shape.inside_layer = focus.layer;
    const TwoTowersLayout layout = make_towers_layout(plan, shape, viewport);
    const TextStackLayout& forward = layout.of(plan.forward);
    const float text_scale = theme(plan.encoder->view.theme).text_scale;
    if (preset == CameraPreset::head) return inside_head_camera(forward, focus, viewport, text_scale);
    if (preset == CameraPreset::token) return along_token_camera(forward, focus);
    Camera direction = preset_direction(preset, 0);
    if (preset == CameraPreset::default_view)
        direction.yaw_deg = plan.image ? glm::mix(image_yaw_deg, rest_yaw_deg, motion.stack) : rest_yaw_deg;
    const std::vector<glm::vec3> corners = layout.corners();
    return fit_camera(direction, corners, glm::vec3(0.0f), towers_margins(plan, motion, viewport), viewport);
}

}  // namespace weft
