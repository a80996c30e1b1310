#include "scenes/flow_lines.h"
#include "scenes/level_of_detail.h"
#include "scenes/line_picking.h"
#include "scenes/picking.h"
#include "scenes/plan_memory.h"
#include "scenes/projection.h"
#include "scenes/two_towers_layout.h"

namespace weft {
namespace {

constexpr float line_reach_px = 6.0f;

void name_block(PickHits& hits, int block) {
    for (PickHit* hit : {&hits.number, &hits.word, &hits.lane, &hits.row, &hits.line, &hits.bar})
        if (hit->is_hit()) hit->focus.block = block;
}

// The nearer one of each sort; what stands in front came first and stays where both are as near.
void take_nearer(PickHits& all, const PickHits& hits) {
    const auto take = [](PickHit& nearest, const PickHit& hit) {
        if (!hit.is_hit()) return;
        if (!nearest.is_hit() || hit.distance_px < nearest.distance_px - 0.5f ||
            (hit.distance_px < nearest.distance_px + 0.5f && hit.depth_u < nearest.depth_u))
            nearest = hit;
    };
    take(all.number, hits.number);
    take(all.word, hits.word);
    take(all.lane, hits.lane);
    take(all.row, hits.row);
    take(all.line, hits.line);
    take(all.bar, hits.bar);
}

PickedWords words_of(const TwoTowersPlan& plan, AttentionKind kind) {
    const bool is_encoder = kind == AttentionKind::encoder, is_decoder = kind == AttentionKind::decoder;
    return {is_encoder || is_decoder, is_decoder, is_encoder || !is_decoder || !plan.cross};
}

// The line of cross-attention that leaves a patch under the pointer.
PickHit line_on_image(const TwoTowersPlan& plan, const TwoTowersLayout& layout, const ViewMotion& motion,
                      const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px) {
    const TextStackPlan& cross = *plan.cross;
    const DrawCamera eye = draw_camera(camera, viewport);
    PickHit nearest;
    for (int layer = 0; layer < layout.cross.layers; ++layer) {
        const LayerDetail detail = layer_detail(cross, layout.cross, camera, viewport, layer);
        for (const FlowBatch& all : resting_batches(cross, layout.cross, cross.view, motion, detail, layer))
            for (const FlowBatch& batch : over_patches(*plan.image, *layout.image, layer, all)) {
                const WeightBlock& block = cross.blocks.at(all.block);
                LineHit hit;
                pick_line(batch, block, *cross.memory->lines(block, batch.selection), eye, viewport,
                          pointer_px, line_reach_px * viewport.ui_scale, hit);
                if (!hit.found) continue;
                nearest.take({FocusKind::edge, 0, layer, static_cast<int>(hit.line.slice),
                              static_cast<int>(hit.line.row), static_cast<int>(hit.line.column), false},
                             hit.distance_px, hit.depth_u);
            }
    }
    return nearest;
}

// A query of the decoder belongs to two attentions: to that of the two that stands before the other.
Focus read_in_front(const TwoTowersPlan& plan, Focus focus) {
    const bool is_query = focus.kind == FocusKind::token && !focus.by_key && focus.head < 0;
    if (!is_query || focus_in(plan, focus, AttentionKind::decoder).kind == FocusKind::none) return focus;
    for (const TowerPart& part : tower_parts(plan)) {
        if (part.kind == AttentionKind::encoder) continue;
        focus.block = part.block;
        break;
    }
    return focus;
}

}  // namespace

Focus pick_two_towers(const TwoTowersPlan& plan, const ViewState& view, const ViewMotion& motion,
                      const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key) {
    if (!is_in_picture(viewport, pointer_px)) return {};
    const TwoTowersLayout layout = make_towers_layout(plan, motion, viewport);
    const bool is_inside = motion.inside_layer >= 0 && motion.inside > 0.5f;
    PickHits all;
    int cross_block = 0;
    for (const TowerPart& part : tower_parts(plan)) {
        if (part.kind == AttentionKind::cross) cross_block = part.block;
        if (is_inside && part.kind != plan.forward) continue;  // only its own lines are there
        PickHits hits = find_hits(*part.plan, layout.of(part.kind), motion_in(plan, motion, part.kind),
                                  camera, viewport, pointer_px, out_of_key, words_of(plan, part.kind));
        if (layout.image && part.kind == AttentionKind::cross) {
            hits.bar = {};
            if (hits.row.focus.by_key) hits.row = {};  // where a text's keys would stand
            hits.line =
                line_on_image(plan, layout, motion_in(plan, motion, part.kind), camera, viewport, pointer_px);
        }
        name_block(hits, part.block);
        take_nearer(all, hits);
    }
    if (layout.image && plan.cross && !is_inside && !all.number.is_hit()) {
        const Focus patch = pick_image_tower(*plan.image, layout.cross, *layout.image, cross_block, view,
                                             camera, viewport, pointer_px);
        if (patch.kind != FocusKind::none) return patch;
    }
    return read_in_front(plan, decide(all));
}

}  // namespace weft
