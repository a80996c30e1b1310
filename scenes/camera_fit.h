// The nearest camera of a given direction that sees all of some points inside a rectangle of the picture.
#pragma once

#include <glm/glm.hpp>
#include <span>

#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

struct ScreenBounds {
    float left = 0.0f, top = 0.0f, right = 0.0f, bottom = 0.0f;  // px
};

// A camera that looks this way, wherever it stands.
Camera directed(float yaw_deg, float pitch_deg, float fov_deg);

// The picture's margins of the design (110..1170 by 78..640 at 1280x720), less the docked panel.
// More where the HUD takes more: small windows, the projector's large text, the key of many heads.
// Room that numbers beside words take, left of the words.
constexpr float word_numbers_px = 64.0f;
ScreenBounds picture_margins(const Viewport& viewport, float text_scale = 1.0f, int lanes = 12);

// Keeps yaw, pitch and fov of `direction`; moves target and distance. Exact: at least two opposite bounds are
// touched, the other direction is centred. `centre` decides at which depth the target lies.
Camera fit_camera(const Camera& direction, std::span<const glm::vec3> points, const glm::vec3& centre,
                  const ScreenBounds& bounds, const Viewport& viewport);

// The direction of a preset's view of everything; head and token have their own cameras.
Camera preset_direction(CameraPreset preset, int layers);
// In front of the gap of `focus`: its layer, its head's lane.
Camera inside_head_camera(const TextStackLayout& layout, const Focus& focus, const Viewport& viewport,
                          float text_scale);
// Eye just above the focused token's row, looking down the layers.
Camera along_token_camera(const TextStackLayout& layout, const Focus& focus);

}  // namespace weft
