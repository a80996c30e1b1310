// The first ten seconds of the first start: lines grow layer by layer in the flat front view, heads unfold,
// one wave of pulses, one strong line lights up. Pure; the frame loop plays it and any input ends it at its
// last state.
#pragma once

#include <filesystem>

#include "scenes/camera_path.h"
#include "scenes/scene.h"

namespace weft {

constexpr double intro_duration_s = 10.0;

// Pose at `time_s` (clamped to 0..10). Deterministic.
PathPose intro_pose(const Scene& scene, double time_s, const Viewport& viewport);

// What lights up: the strongest line into the query "it" of layer 3 that leaves no sink; the strongest of the
// layer where there is no such word.
Focus intro_highlight(const TextStackPlan& plan);

// True once per user: leaves a mark in `folder`. False too where no mark can be left.
bool is_first_start(const std::filesystem::path& folder);

}  // namespace weft
