// The default path: the first video, 20 s. Quintic smoothstep between keys, C2 at keys, no roll. Turns at
// most 15 degrees/s; the point looked at and the distance to it move at most 10 u/s; fov changes at most 4
// degrees/s.
#pragma once

#include <array>

#include "scenes/text_stack.h"

namespace weft {

struct Scene;

struct PathPose {
    Camera camera;
    ViewMotion motion;
    Focus selected;         // the head that the path enters; none outside of it
    Focus hovered;          // the one line that it lights up
    int opened_layer = -1;  // of a place that opens one layer; -1: it stays as it is
};

// Between two cameras, `part` 0..1 already eased. What fills the picture's height changes evenly in
// proportion, so that a change of fov does not pull the picture.
Camera mix_cameras(const Camera& from, const Camera& to, double part);

// Pose at `time_s` (clamped to 0..duration). Deterministic.
PathPose default_path(const Scene& scene, double time_s, const Viewport& viewport);
constexpr double default_path_duration_s = 20.0;
// Where it passes its cameras: before it unfolds, in the default view, inside the head, at its end.
constexpr std::array<double, 4> default_path_keys_s{0.0, 5.0, 12.0, 20.0};

}  // namespace weft
