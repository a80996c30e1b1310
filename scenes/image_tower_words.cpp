#include <algorithm>
#include <cmath>

#include "scenes/focus_lines.h"
#include "scenes/image_tower.h"
#include "scenes/labels.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float pill_px = 13.0f, share_px = 12.0f;
constexpr size_t most_named = 2;  // of the tokens beside the patches

struct Words {
    LabelPlacement& placement;
    const LabelScene& scene;
    const ImageTower& tower;
    const ImageTowerLayout& layout;

    glm::vec3 screen(const glm::vec3& world) const {
        return screen_from_world(scene.camera, scene.viewport, world);
    }
};

// What the number beside a token of the image means.
struct Reading {
    int query = -1, head = -1;
    bool is_mean() const { return query < 0; }
};

// A patch that is pointed at is read by the query that is selected, if there is one.
Reading reading_of(const Focus& focus, const Focus& selected) {
    if (focus.kind == FocusKind::edge) return {focus.query, focus.head};
    const bool has_query = selected.kind == FocusKind::token && !selected.by_key;
    return {has_query ? selected.query : -1, selected.head};
}

// Its place in the image and how much of it is read in its layer, over it.
void add_pill(const Words& words, const Focus& asked, const Focus& selected, const char* kind,
              float priority) {
    const LabelScene& scene = words.scene;
    const Focus focus = valid_focus(scene.plan, asked);
    const int token = read_token(focus);
    if (token < 0) return;
    const Reading reading = reading_of(focus, valid_focus(scene.plan, selected));
    const float weight = words.tower.weight(focus.layer, reading.query, reading.head, token);
    const int patch = words.tower.face->patch_of(token);
    glm::vec3 top = words.layout.other(focus.layer, token);
    if (patch >= 0) {
        const auto corners =
            words.layout.corners(words.layout.key_pane(focus.layer), words.tower.face->area_of(patch));
        top = 0.5f * (corners[0] + corners[1]);
    }
    const glm::vec3 at = words.screen(top);
    if (at.z <= near_plane_u) return;
    const Theme& colors = theme(scene.view.theme);
    const float size = pill_px * scene.text_scale;
    Label label = scene_label(
        scene,
        words.tower.token_name(token) + ": " + number_text(weight) + (reading.is_mean() ? " on average" : ""),
        {at.x, at.y - 1.1f * size}, size, LabelAlign::center, 1.0f);
    label.bold = true;
    label.halo.a = 0.0f;
    label.pill = with_alpha(colors.panel, 0.92f);
    label.id = scene.id(kind, focus.layer, token);
    words.placement.add(std::move(label), priority);
}

// What the grey bar below each pane stands for, in shares of all that the layer reads.
void add_shares(const Words& words) {
    const LabelScene& scene = words.scene;
    const std::vector<int>& others = words.tower.face->others;
    if (others.empty()) return;
    const float size = share_px * scene.text_scale;
    for (int layer = 0; layer < scene.layout.layers; ++layer) {
        std::string text;
        double rest = 0.0;
        for (size_t o = 0; o < others.size(); ++o) {
            const auto share = static_cast<double>(words.tower.weight(layer, -1, -1, others[o]));
            if (o >= most_named) {
                rest += share;
                continue;
            }
            text += (o > 0 ? "  " : "") + words.tower.token_name(others[o]) + " " +
                    std::to_string(std::lround(100.0 * share)) + " %";
        }
        if (others.size() > most_named)
            text += "  " + std::to_string(others.size() - most_named) + " more " +
                    std::to_string(std::lround(100.0 * rest)) + " %";
        const glm::vec3 at = words.screen(words.layout.other(layer, others.front()));
        if (at.z <= near_plane_u) continue;
        const bool recedes = scene.motion.shown_focus.layer != layer;
        // Beside the gap that goes up the bar stands left of its pane: the words end there.
        const bool stacked = scene.motion.stack > 0.5f;
        Label label = scene_label(scene, text, {stacked ? at.x + 0.6f * size : at.x, at.y + 1.15f * size},
                                  size, stacked ? LabelAlign::right : LabelAlign::left,
                                  1.0f - (recedes ? 0.55f * scene.motion.focus : 0.0f), true);
        label.id = scene.id("beside patches", layer);
        words.placement.add(std::move(label), 12.0f - 0.01f * static_cast<float>(layer));
    }
}

}  // namespace

void add_image_tower_labels(LabelPlacement& placement, const LabelScene& scene, const ImageTower& tower,
                            const ImageTowerLayout& layout) {
    const Words words{placement, scene, tower, layout};
    if (scene.motion.inside > 0.5f) return;
    const bool is_other = read_token(scene.view.hovered) != read_token(scene.view.selected) ||
                          scene.view.hovered.layer != scene.view.selected.layer;
    if (is_other) add_pill(words, scene.view.hovered, scene.view.selected, "pointed patch", 210.0f);
    add_pill(words, scene.view.selected, scene.view.selected, "selected patch", 205.0f);
    if (outside_words(scene.motion.inside) * (1.0f - scene.motion.along) < 0.5f) return;
    add_shares(words);
}

}  // namespace weft
