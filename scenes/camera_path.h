// The default path: the first video, 20 s. Quintic smoothstep between keys, C2 at keys, no roll.
#pragma once

#include "scenes/text_stack.h"

namespace weft {

struct PathPose {
    Camera camera;
    ViewMotion motion;
    Focus selected;   // what the path lights up
};

// Pose at `time_s` (clamped to 0..duration). Deterministic.
PathPose default_path(const TextStackPlan& plan, double time_s, const Viewport& viewport);
constexpr double default_path_duration_s = 20.0;

}  // namespace weft
