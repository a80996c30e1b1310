#include <algorithm>

#include "scenes/camera_fit.h"
#include "scenes/flow_lines.h"
#include "scenes/panes.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/sink_bars.h"
#include "scenes/two_towers_layout.h"
#include "scenes/two_towers_words.h"

namespace weft {
namespace {

constexpr float rail_opacity = 0.6f, receded_rail = 0.25f, rail_px = 1.2f;
constexpr float fill_on_light = 1.8f, edge_on_light = 1.5f;
constexpr int rails_in_full = 32;  // more: fainter, so that together they stay as light

// How far the whole has receded behind what has the focus.
float receded(const ViewMotion& motion) {
    return std::max({motion.focus, motion.inside_layer >= 0 ? motion.inside : 0.0f, motion.along});
}

// Panes of both towers and of the rails, those behind first.
void add_all_panes(DrawList& list, const TwoTowersPlan& plan, const TwoTowersLayout& layout,
                   const ViewState& view, const ViewMotion& motion, const Camera& camera) {
    for (const AttentionKind kind : {AttentionKind::encoder, AttentionKind::decoder}) {
        if (layout.image && kind == AttentionKind::encoder) continue;
        const size_t first = list.planes.size();
        const TextStackLayout& tower = layout.of(kind);
        add_panes(list, *tower_plan(plan, kind), tower, view_in(plan, view, kind),
                  motion_in(plan, motion, kind), camera);
        if (kind != AttentionKind::decoder) continue;
        // A text that is being written has its room from the start.
        for (size_t p = first; p < list.planes.size(); ++p)
            for (glm::vec3& corner : list.planes[p].corners)
                if (glm::dot(corner - tower.origin, tower.token_axis) > 0.0f)
                    corner += tower.token_axis * layout.reserved_u;
    }
    if (plan.cross && !layout.image) {
        const Theme& colors = theme(view.theme);
        const float away = receded(motion);
        const glm::vec4 fill = with_alpha(colors.pane, colors.pane_fill * glm::mix(1.0f, 0.4f, away)),
                        edge = with_alpha(colors.pane, colors.pane_edge * glm::mix(0.8f, 0.4f, away));
        for (int layer = 0; layer < layout.cross.layers; ++layer)
            list.planes.push_back({layout.cross.key_pane_corners(layer), fill, edge, 1.0f});
    }
    // Two towers leave much ground between them: what they stand on is to be seen on paper, too.
    if (!theme(view.theme).dark)
        for (Plane& plane : list.planes) plane.fill.a *= fill_on_light, plane.edge.a *= edge_on_light;
    const glm::vec3& axis = layout.encoder.layer_axis;
    const float eye = glm::dot(camera.eye(), axis);
    const auto distance = [&](const Plane& plane) {
        return std::abs(glm::dot(0.5f * (plane.corners[0] + plane.corners[2]), axis) - eye);
    };
    std::stable_sort(list.planes.begin(), list.planes.end(),
                     [&](const Plane& a, const Plane& b) { return distance(a) > distance(b); });
}

void add_rails(DrawList& list, const TwoTowersLayout& layout, const ViewState& view,
               const ViewMotion& motion) {
    const Theme& colors = theme(view.theme);
    const float crowd =
        std::min(1.0f, static_cast<float>(rails_in_full) / static_cast<float>(std::max(layout.rails(), 1)));
    const float opacity = rail_opacity * crowd * glm::mix(1.0f, receded_rail, receded(motion));
    for (int token = 0; token < layout.rails(); ++token) {
        const auto [start, end] = layout.rail(token);
        list.strokes_below.push_back({start, end, with_alpha(colors.pane, opacity), 0.0f, rail_px, false});
    }
}

// The rows that were just written come in, the others stay: the batches from `first` on, one layer each.
void split_arrivals(DrawList& list, size_t first, const TowerPart& part, const TwoTowersPlan& plan,
                    const ViewMotion& motion) {
    const auto& before = part.kind == AttentionKind::cross ? plan.cross_before : plan.decoder_before;
    const size_t end = list.flows.size();
    for (size_t f = first; f < end; ++f) {
        FlowBatch added = list.flows[f];
        if (added.selection.only_row >= 0 || added.block >= part.plan->blocks.size()) continue;
        list.flows[f].selection.row_thresholds = before.at(added.block);
        added.opacity_scale *= motion.arrival;
        const int rows = static_cast<int>(part.plan->blocks[added.block].rows);
        for (int row = plan.arrives_from; row < rows; ++row) {
            added.selection.only_row = row;
            list.flows.push_back(added);
        }
    }
}

const TextStackPlan* decoder_in_front(const TwoTowersPlan& plan) {
    return plan.cross && plan.forward != AttentionKind::decoder ? plan.cross.get() : plan.decoder.get();
}

// What stands at rest is as strong as its place among the three; what has the focus is drawn in full.
void add_part(DrawList& list, const TowerPart& part, const TwoTowersPlan& plan, const TextStackLayout& layout,
              const std::optional<ImageTowerLayout>& image, const ViewState& whole_view,
              const ViewMotion& whole_motion, const Camera& camera, const Viewport& viewport) {
    const ViewState view = view_in(plan, whole_view, part.kind);
    const ViewMotion motion = motion_in(plan, whole_motion, part.kind);
    const float opacity = tower_opacity(plan, whole_motion, part.kind);
    const size_t bars = list.strokes_below.size(), flows = list.flows.size(),
                 ends = list.strokes_above.size();
    const bool on_image = image && part.kind == AttentionKind::cross;
    if (on_image)
        add_image_sinks(list, *plan.image, layout, *image, view);
    else
        add_sink_bars(list, *part.plan, layout, view, motion, camera);
    add_neighbour_bars(list, *part.plan, layout, view, motion, camera);
    for (size_t s = bars; s < list.strokes_below.size(); ++s) list.strokes_below[s].color.a *= opacity;
    const auto first_block = static_cast<uint32_t>(list.blocks.size());
    for (const auto* blocks : {&part.plan->blocks, &part.plan->merged_blocks, &part.plan->merged_sinks})
        list.blocks.insert(list.blocks.end(), blocks->begin(), blocks->end());
    const auto own_blocks = static_cast<uint32_t>(list.blocks.size()) - first_block;
    add_flow_lines(list, *part.plan, layout, view, motion, camera, viewport);
    if (motion.arrival < 1.0f) split_arrivals(list, flows, part, plan, motion);
    for (size_t f = flows; f < list.flows.size(); ++f) list.flows[f].opacity_scale *= opacity;
    // Bars at the decoder's queries would lie upon each other: those in front stay.
    if (part.kind == AttentionKind::encoder || part.plan == decoder_in_front(plan))
        add_quantity_bars(list, *part.plan, layout, view, motion);
    for (size_t s = ends; s < list.strokes_above.size(); ++s) list.strokes_above[s].color.a *= opacity;
    const size_t dots = list.strokes_above.size();
    add_focus_lines(list, *part.plan, layout, view, motion);
    if (on_image) {
        list.strokes_above.resize(dots);  // they mark rows of words
        const std::vector<FlowBatch> in_rows(list.flows.begin() + static_cast<std::ptrdiff_t>(flows),
                                             list.flows.end());
        list.flows.resize(flows);
        for (const FlowBatch& batch : in_rows)
            std::ranges::move(over_patches(*plan.image, *image, static_cast<int>(batch.block), batch),
                              std::back_inserter(list.flows));
        add_image_focus(list, *plan.image, layout, *image, view, motion, camera);
    }

    // A plan counts its own blocks; what a focus brought of its own stands behind those of all.
    for (size_t f = flows; f < list.flows.size(); ++f)
        if (list.flows[f].block < own_blocks) list.flows[f].block += first_block;
}

}  // namespace

DrawList draw_two_towers(const TwoTowersPlan& plan, const ViewState& view, const ViewMotion& motion,
                         const Camera& camera, double time_s, const Viewport& viewport,
                         const MeasureText& measure) {
    DrawList list;
    list.camera = draw_camera(camera, viewport);
    list.ground = theme(view.theme).ground;
    list.ui_scale = viewport.ui_scale;
    list.animates = view.motion && !view.reduced_motion && motion.wave_s >= 0.0f;
    if (plan.encoder->layers.empty() || plan.decoder->layers.empty()) return list;

    const TwoTowersLayout layout = make_towers_layout(plan, motion, viewport);
    add_all_panes(list, plan, layout, view, motion, camera);
    if (layout.image)
        add_image_tower(list, *plan.image, *layout.image, view_in(plan, view, AttentionKind::cross),
                        motion_in(plan, motion, AttentionKind::cross), camera, viewport);
    add_rails(list, layout, view, motion);
    for (const TowerPart& part : tower_parts(plan))
        add_part(list, part, plan, layout.of(part.kind), layout.image, view, motion, camera, viewport);
    if (measure) add_tower_words(list, plan, layout, view, motion, camera, time_s, viewport, measure);
    return list;
}

}  // namespace weft
