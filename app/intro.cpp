#include "app/intro.h"

#include <algorithm>
#include <fstream>

#include "scenes/easing.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

double ease(double t, double from, double to) {
    return smoothstep5((t - from) / (to - from));
}

constexpr double grow_from_s = 0.5, grow_to_s = 2.0, unfold_to_s = 5.0;
constexpr double light_from_s = 6.5, light_to_s = 9.5, light_fade_s = 0.25;

}  // namespace

Focus intro_highlight(const TextStackPlan& plan) {
    const AttentionBlock& block = shown_block(plan);
    const auto& tokens = query_tokens(*plan.frame, block);
    if (block.layers == 0) return {};
    const uint32_t layer = std::min(3u, block.layers - 1);
    const auto it = std::find_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.text == "it"; });
    const auto only = it == tokens.end() ? -1 : static_cast<int>(it - tokens.begin());
    const std::vector<bool>& sinks = plan.layers.at(layer).sink_keys;
    const std::vector<float>& weights = *block.layer_weights.at(layer);
    Focus best;
    float best_weight = 0.0f;
    for (uint32_t head = 0; head < block.heads; ++head) {
        for (uint32_t query = 0; query < block.queries; ++query) {
            if (only >= 0 && static_cast<int>(query) != only) continue;
            for (uint32_t key = 0; key < block.keys; ++key) {
                const float weight = weights[(size_t{head} * block.queries + query) * block.keys + key];
                if (weight <= best_weight || (key < sinks.size() && sinks[key])) continue;
                best_weight = weight;
                best = {FocusKind::edge,
                        0,
                        static_cast<int>(layer),
                        static_cast<int>(head),
                        static_cast<int>(query),
                        static_cast<int>(key),
                        false};
            }
        }
    }
    return best;
}

PathPose intro_pose(const Scene& scene, double time_s, const Viewport& viewport) {
    const double t = std::clamp(time_s, 0.0, intro_duration_s);
    ViewMotion flat, open;
    flat.fold = 1.0f;
    const Camera front = scene_camera(scene, CameraPreset::front, flat, {}, viewport);
    const Camera turned = scene_camera(scene, CameraPreset::default_view, open, {}, viewport);
    const double turn = ease(t, grow_to_s, unfold_to_s);

    PathPose pose;
    pose.camera = mix_cameras(front, turned, turn);
    pose.motion.fold = static_cast<float>(1.0 - turn);
    pose.motion.grow =
        static_cast<float>(std::clamp((t - grow_from_s) / (grow_to_s - grow_from_s), 0.0, 1.0));
    if (t > unfold_to_s && t < intro_duration_s) pose.motion.wave_s = static_cast<float>(t - unfold_to_s);
    if (t > light_from_s && t < light_to_s) {
        pose.hovered = intro_highlight(*scene.stack);
        pose.hovered.block = stack_block(scene);
        pose.motion.shown_focus = pose.hovered;
        pose.motion.focus = static_cast<float>(ease(t, light_from_s, light_from_s + light_fade_s) -
                                               ease(t, light_to_s - light_fade_s, light_to_s));
    }
    return pose;
}

bool is_first_start(const std::filesystem::path& folder) {
    if (folder.empty()) return false;
    const std::filesystem::path mark = folder / "started";
    std::error_code failed;
    if (std::filesystem::exists(mark, failed)) return false;
    std::filesystem::create_directories(folder, failed);
    return static_cast<bool>(std::ofstream(mark) << "The introduction was shown.\n");
}

}  // namespace weft
