#include "scenes/text_stack.h"

#include "scenes/flow_lines.h"
#include "scenes/focus_lines.h"
#include "scenes/hud.h"
#include "scenes/labels.h"
#include "scenes/layout.h"
#include "scenes/line_meshes.h"
#include "scenes/panes.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/sink_bars.h"
#include "scenes/theme.h"

namespace weft {

DrawList draw_text_stack(const TextStackPlan& plan, const ViewState& view, const ViewMotion& motion,
                         const Camera& camera, double time_s, const Viewport& viewport,
                         const MeasureText& measure) {
    DrawList list;
    list.camera = draw_camera(camera, viewport);
    list.ground = theme(view.theme).ground;
    list.ui_scale = viewport.ui_scale;
    for (const auto* blocks : {&plan.blocks, &plan.merged_blocks, &plan.merged_sinks})
        list.blocks.insert(list.blocks.end(), blocks->begin(), blocks->end());
    list.animates = view.motion && !view.reduced_motion && motion.wave_s >= 0.0f;

    if (plan.layers.empty()) return list;  // no tokens: nothing to stand anywhere

    const TextStackLayout layout = make_layout(plan, motion, viewport);
    add_panes(list, plan, layout, view, motion, camera);
    add_sink_bars(list, plan, layout, view, motion, camera);
    add_neighbour_bars(list, plan, layout, view, motion, camera);
    add_former_lines(list, plan, layout, view, motion, camera, viewport);
    add_flow_lines(list, plan, layout, view, motion, camera, viewport);
    const size_t focus_lines = list.flows.size();
    add_focus_lines(list, plan, layout, view, motion);
    if (view.selected.kind != FocusKind::none) add_beads(list, focus_lines, view, camera, viewport);
    add_arrow_heads(list, view, camera, viewport);
    add_quantity_bars(list, plan, layout, view, motion);
    if (measure) {
        add_hud(list, plan, layout, view, motion, camera, time_s, viewport, measure);
        add_labels(list, plan, layout, view, motion, camera, time_s, viewport, measure);
    }
    return list;
}

}  // namespace weft
