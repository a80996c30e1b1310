#include <algorithm>
#include <cmath>

#include "scenes/flow_lines.h"
#include "scenes/image_tower.h"
#include "scenes/line_picking.h"
#include "scenes/pane_ray.h"
#include "scenes/pane_sight.h"
#include "scenes/projection.h"
#include "scenes/sink_bars.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float sink_opacity = 0.7f, sink_width_u = 0.2f;
constexpr float other_reach_px = 7.0f;  // of a token beside the patches, around its bar
constexpr float frame_px = 3.0f, hover_frame_px = 1.5f;
constexpr float query_dot_px = 5.0f;

// The mean over the lanes that are shown.
float sink_share(const TextStackPlan& cross, int layer, int token) {
    const LayerPlan& own = cross.layers[static_cast<size_t>(layer)];
    const size_t keys = own.sink_keys.size();
    if (!own.sink_keys[static_cast<size_t>(token)]) return 0.0f;
    const auto shown = static_cast<float>(std::ranges::count(own.lane_shown, true));
    float mean = 0.0f;
    for (size_t h = 0; h < own.lane_shown.size(); ++h)
        mean += own.sink_mean[h * keys + static_cast<size_t>(token)] / std::max(shown, 1.0f);
    return mean;
}

// The pane that is drawn over the others there, and what of the image lies under the pointer on it.
struct PaneHit {
    int pane = -1, patch = -1;
};
std::optional<PaneHit> pane_under(const ImageTower& tower, const ImageTowerLayout& layout,
                                  const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px) {
    const Ray ray = ray_through(camera, viewport, pointer_px);
    const std::vector<int> order = layout.back_to_front(camera);
    for (auto pane = order.rbegin(); pane != order.rend(); ++pane) {
        if (!layout.shows_image(*pane)) continue;
        const Rect& shown = layout.panes.shown;
        const std::optional<PanePoint> at = meet(layout.corners(*pane, shown), shown, ray);
        if (at && is_on(shown, *at)) return PaneHit{*pane, patch_at(*tower.face, *at)};
    }
    return std::nullopt;
}

// Not through images that stand before them.
void add_frames(DrawList& list, const ImageTower& tower, const ImageTowerLayout& layout, const Camera& camera,
                int token, const glm::vec4& color, float width_px) {
    const int patch = token < 0 ? -1 : tower.face->patch_of(token);
    if (patch < 0) return;
    for (int pane = -1; pane < layout.pane_count(); ++pane) {
        if (!layout.shows_image(pane)) continue;
        const auto corners = layout.corners(pane, tower.face->area_of(patch));
        std::vector<PaneCorners> others;
        for (int other = -1; other < layout.pane_count(); ++other)
            if (other != pane && layout.shows_image(other))
                others.push_back(layout.corners(other, layout.panes.shown));
        for (size_t i = 0; i < 4; ++i)
            for (const auto& [a, b] : seen_parts(corners[i], corners[(i + 1) % 4], camera.eye(), others))
                list.strokes_above.push_back({a, b, color, 0.0f, width_px, true});
    }
}

void add_dot(DrawList& list, const glm::vec3& at, const glm::vec4& color, float opacity, float size_px) {
    list.strokes_above.push_back({at, at, with_alpha(color, opacity), 0.0f, size_px, true});
}

// As those of the text stack, but at patches: larger where more is read.
void add_dots(DrawList& list, const ImageTower& tower, const TextStackLayout& cross,
              const ImageTowerLayout& layout, const ViewState& view, const Focus& focus, float amount) {
    const TextStackPlan& plan = *tower.cross;
    const LayerPlan& layer = plan.layers[static_cast<size_t>(focus.layer)];
    const WeightBlock& block = plan.blocks[static_cast<size_t>(focus.layer)];
    const bool is_edge = focus.kind == FocusKind::edge;
    const float threshold = is_edge ? 0.0f : focus_threshold(plan, focus);
    const auto colors = lane_colors(plan, view);
    for (int h = 0; h < static_cast<int>(block.slices); ++h) {
        if (focus.head >= 0 ? h != focus.head : !layer.lane_shown[static_cast<size_t>(h)]) continue;
        const glm::vec4& color = (*colors)[static_cast<size_t>(h)];
        bool has_query = false;
        for (int i = 0; i < static_cast<int>(block.rows); ++i) {
            if (focus.query >= 0 && i != focus.query) continue;
            bool has_line = false;
            for (int j = 0; j < static_cast<int>(block.columns); ++j) {
                if (focus.key >= 0 && j != focus.key) continue;
                const size_t row = size_t(h) * block.rows + size_t(i);
                const float weight = std::abs((*block.values)[row * block.columns + size_t(j)]);
                if (weight < threshold || layer.sink_keys[static_cast<size_t>(j)]) continue;
                has_line = true;
                if (focus.query >= 0)
                    add_dot(list, layout.key(*tower.face, focus.layer, j), color, amount,
                            3.0f + 6.0f * std::sqrt(std::min(weight, 1.0f)));
            }
            if (has_line) add_dot(list, cross.query_position(focus.layer, h, i), color, amount, query_dot_px);
            has_query = has_query || has_line;
        }
        if (focus.query < 0 && has_query)
            add_dot(list, layout.key(*tower.face, focus.layer, focus.key), color, amount, query_dot_px);
    }
}

}  // namespace

int read_token(const Focus& focus) {
    if (focus.kind == FocusKind::edge) return focus.key;
    return focus.kind == FocusKind::token && focus.by_key ? focus.key : -1;
}

glm::vec3 sink_end(const ImageTower& tower, const TextStackLayout& cross, const ImageTowerLayout& layout,
                   int layer, int token) {
    const float length = full_bar_part * cross.gap_u(layer) * sink_share(*tower.cross, layer, token);
    return layout.key(*tower.face, layer, token) + cross.layer_axis * length;
}

void add_image_sinks(DrawList& list, const ImageTower& tower, const TextStackLayout& cross,
                     const ImageTowerLayout& layout, const ViewState& view) {
    if (view.sinks != SinkMode::bars) return;
    const glm::vec4 color = with_alpha(theme(view.theme).sink, sink_opacity);
    for (int l = 0; l < cross.layers; ++l) {
        const std::vector<bool>& sinks = tower.cross->layers[static_cast<size_t>(l)].sink_keys;
        for (int j = 0; j < static_cast<int>(sinks.size()); ++j)
            if (sinks[static_cast<size_t>(j)])
                list.strokes_below.push_back({layout.key(*tower.face, l, j),
                                              sink_end(tower, cross, layout, l, j), color, sink_width_u, 1.0f,
                                              false});
    }
}

Focus pick_image_tower(const ImageTower& tower, const TextStackLayout& cross, const ImageTowerLayout& layout,
                       int block, const ViewState& view, const Camera& camera, const Viewport& viewport,
                       glm::vec2 pointer_px) {
    const auto read = [&](int layer, int token) {
        return Focus{FocusKind::token, block, layer, -1, -1, token, true};
    };
    if (const auto hit = pane_under(tower, layout, camera, viewport, pointer_px)) {
        if (hit->patch < 0) return {};
        const int opened = view.opened_layer < 0 ? cross.layers - 1 : view.opened_layer;
        const int layer = hit->pane < 0 ? opened : layout.layer_of(hit->pane);
        return read(std::clamp(layer, 0, cross.layers - 1), tower.face->token_of(hit->patch));
    }
    const DrawCamera eye = draw_camera(camera, viewport);
    float nearest_px = other_reach_px * viewport.ui_scale;
    Focus nearest;
    for (int layer = 0; layer < cross.layers; ++layer)
        for (const int token : tower.face->others) {
            const glm::vec3 from = screen_from_world(eye, viewport, layout.other(layer, token)),
                            to = screen_from_world(eye, viewport,
                                                   sink_end(tower, cross, layout, layer, token));
            if (from.z <= near_plane_u || to.z <= near_plane_u) continue;
            const float px = segment_distance_px(pointer_px, glm::vec2(from), glm::vec2(to));
            if (px < nearest_px) nearest_px = px, nearest = read(layer, token);
        }
    return nearest;
}

void add_image_focus(DrawList& list, const ImageTower& tower, const TextStackLayout& cross,
                     const ImageTowerLayout& layout, const ViewState& view, const ViewMotion& motion,
                     const Camera& camera) {
    const Theme& colors = theme(view.theme);
    const Focus focus = valid_focus(*tower.cross, motion.shown_focus);
    if (motion.focus > 0.0f && (focus.kind == FocusKind::token || focus.kind == FocusKind::edge))
        add_dots(list, tower, cross, layout, view, focus, motion.focus);
    const int selected = read_token(valid_focus(*tower.cross, view.selected)),
              pointed = read_token(valid_focus(*tower.cross, view.hovered));
    if (pointed != selected)
        add_frames(list, tower, layout, camera, pointed, with_alpha(colors.selected, 0.9f), hover_frame_px);
    const bool is_edge = view.selected.kind == FocusKind::edge;
    add_frames(list, tower, layout, camera, selected, is_edge ? colors.selected : colors.amber,
               is_edge ? hover_frame_px : frame_px);
}

}  // namespace weft
