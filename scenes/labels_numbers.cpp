// The numbers of layers over their gaps, with the weight from which on lines are drawn, and those of lanes.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/labels.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

constexpr float numbers_apart_px = 6.0f;
constexpr float layer_number_px = 15.0f, threshold_px = 12.0f;

std::string threshold_text(const LabelScene& scene, size_t layer) {
    const Thresholding& threshold = scene.plan.threshold;
    char text[32];
    if (threshold.mode == ThresholdMode::top_k) {
        std::snprintf(text, sizeof text, scene.plan.joins_ends ? "top %d of each row" : "top %d",
                      threshold.top_k);
    } else if (threshold.mode == ThresholdMode::mass) {
        std::snprintf(text, sizeof text, "to %.0f %%", 100.0 * static_cast<double>(threshold.mass));
    } else {
        if (scene.plan.scale != 1.0f)
            return "≥" + number_text(scene.plan.layers[layer].threshold * scene.plan.scale);
        std::snprintf(text, sizeof text, "≥%.2f", static_cast<double>(scene.plan.layers[layer].threshold));
        std::string shortened(text);
        const size_t zero = shortened.find("0.");
        if (zero != std::string::npos) shortened.erase(zero, 1);
        return shortened;
    }
    return text;
}

// From above the lanes are what lies apart: their numbers stand at the left, where the words have gone.
void add_lane_numbers(LabelPlacement& placement, const LabelScene& scene) {
    const float opacity = seen_from_above(scene.camera) * outside_words(scene.motion.inside);
    const TextStackLayout& layout = scene.layout;
    if (opacity <= 0.0f || layout.lanes < 2 || scene.motion.stack > 0.5f) return;
    const auto left_of = [&](int lane) {
        const glm::vec3 a = screen_from_world(scene.camera, scene.viewport, layout.position(0, lane, 0));
        const glm::vec3 b =
            screen_from_world(scene.camera, scene.viewport, layout.position(0, lane, layout.tokens - 1));
        return a.x < b.x ? a : b;
    };
    for (int lane = 0; lane < layout.lanes; ++lane) {
        const glm::vec3 at = left_of(lane);
        if (at.z <= near_plane_u) continue;
        Label label = scene_label(scene, (lane == 0 ? "head " : "") + std::to_string(lane),
                                  {at.x - label_gap_px * scene.text_scale, at.y}, 13.0f * scene.text_scale,
                                  LabelAlign::right, opacity);
        label.id = scene.id("lane", lane);
        placement.add(std::move(label), 12.0f);
    }
}

// The left end on screen of the two panes of a gap.
float leftmost_px(const LabelScene& scene, int layer) {
    float left = 1e9f;
    for (const int pane : {layer, layer + 1})
        for (const auto& corners : {scene.layout.pane_corners(pane), scene.layout.key_pane_corners(pane)})
            for (const glm::vec3& corner : corners)
                left = std::min(left, screen_from_world(scene.camera, scene.viewport, corner).x);
    return left;
}

// How much room the number of each layer has along its row, px; 1e6 where only one is on the picture.
float least_number_pitch(const LabelScene& scene) {
    float least = 1e6f;
    for (int layer = 0; layer + 1 < scene.layout.layers; ++layer) {
        const auto at = [&](int l) {
            return screen_from_world(scene.camera, scene.viewport,
                                     layer_number_at(scene.layout, scene.camera, l));
        };
        const glm::vec3 here = at(layer), next = at(layer + 1);
        if (here.z <= near_plane_u || next.z <= near_plane_u) continue;
        const float along = scene.motion.stack > 0.5f ? next.y - here.y : next.x - here.x;
        least = std::min(least, std::abs(along));
    }
    return least;
}

struct NumberRow {
    int every = 1;           // each, each second, each third layer has its number
    bool has_rungs = false;  // beside it the weight from which on lines are drawn: of all layers, or of none
};

NumberRow number_row(const LabelScene& scene, float size, float small) {
    const float pitch = least_number_pitch(scene), apart = numbers_apart_px * scene.text_scale;
    const std::string last = std::to_string(std::max(scene.layout.layers - 1, 0));
    const bool stacked = scene.motion.stack > 0.5f;
    const float number = stacked ? size : scene.measure(last, size, true);
    float rung = 0.0f;
    for (size_t l = 0; l < scene.plan.layers.size(); ++l)
        rung = std::max(rung, scene.measure(threshold_text(scene, l), small, false));
    NumberRow row;
    row.every = std::max(1, static_cast<int>(std::ceil((number + apart) / std::max(pitch, 1.0f))));
    const float spare = pitch - number - rung - 5.0f * scene.text_scale - apart;
    row.has_rungs = row.every == 1 && (stacked || spare >= 0.0f);
    return row;
}

// The number stands over the gap, never over a pane; with it the weight from which on lines are drawn.
void add_layer_numbers(LabelPlacement& placement, const LabelScene& scene) {
    const float scale = scene.text_scale;
    const float size = std::max(layer_number_px * scale, least_text_px);
    const float small = std::max(threshold_px * scale, least_text_px);
    const bool stacked = scene.motion.stack > 0.5f;
    const TextStackLayout& layout = scene.layout;
    const NumberRow row = number_row(scene, size, small);
    for (int layer = 0; layer < layout.layers; ++layer) {
        const glm::vec3 at =
            screen_from_world(scene.camera, scene.viewport, layer_number_at(layout, scene.camera, layer));
        if (at.z <= near_plane_u) continue;
        const Focus& focus = scene.motion.shown_focus;
        const bool focused = focus.kind != FocusKind::none && focus.layer == layer;
        if (layer % row.every != 0 && !focused) continue;
        const float recede = focused ? 1.0f : 1.0f - (1.0f - receded_opacity) * scene.motion.focus;
        const std::string number = scene.plan.joins_ends ? "all layers" : std::to_string(layer),
                          threshold = threshold_text(scene, static_cast<size_t>(layer));
        const float number_width = scene.measure(number, size, true), gap = 5.0f * scale;
        const float whole = number_width + gap + scene.measure(threshold, small, false);
        const float y = at.y - 12.0f * scale;
        glm::vec2 anchor{at.x - 0.5f * whole, y};
        if (stacked) anchor = {leftmost_px(scene, layer) - 10.0f * scale - whole, at.y};
        Label label = scene_label(scene, number, anchor, size, LabelAlign::left,
                                  recede * outside_words(scene.motion.inside));
        label.bold = true;
        label.id = scene.id("layer", layer);
        const float baseline = label.position.y;
        placement.add(std::move(label), 30.0f);
        const std::vector<bool>& shown = scene.plan.layers[static_cast<size_t>(layer)].lane_shown;
        const bool draws = std::find(shown.begin(), shown.end(), true) != shown.end();
        Label rung =
            scene_label(scene, threshold, {anchor.x + number_width + gap, anchor.y}, small, LabelAlign::left,
                        recede * (1.0f - scene.motion.focus) * outside_words(scene.motion.inside), true);
        rung.position.y = baseline;
        rung.id = scene.id("rung", layer);
        if (draws && row.has_rungs) placement.add(std::move(rung), 20.0f);
        if (layer == 0 && !stacked && !scene.plan.joins_ends && scene.outer.caption) {
            const glm::vec3 words = row_end(scene, 0, 0, true, true);
            const float beside = anchor.x - 3.0f * gap;
            const float x =
                words.z > near_plane_u ? std::min(beside, words.x - label_gap_px * scale) : beside;
            Label caption = scene_label(scene, "layer", {x, anchor.y}, small, LabelAlign::right,
                                        outside_words(scene.motion.inside), true);
            caption.position.y = baseline;
            caption.id = scene.id("layer caption");
            placement.add(std::move(caption), 15.0f);
        }
    }
}

}  // namespace

glm::vec3 layer_number_at(const TextStackLayout& layout, const DrawCamera& camera, int layer) {
    const glm::vec3 top = layout.gap_top(layer);
    const glm::mat4& view = camera.view_from_world;
    const glm::vec3 up{view[0][1], view[1][1], view[2][1]};
    return top + layout.lane_axis *
                     (layout.half_lanes_u() * seen_from_above(camera) * glm::dot(up, layout.lane_axis));
}

void add_number_labels(LabelPlacement& placement, const LabelScene& scene) {
    if (!scene.outer.numbers) return;
    add_layer_numbers(placement, scene);
    if (scene.outer.first_pane) add_lane_numbers(placement, scene);
}

}  // namespace weft
