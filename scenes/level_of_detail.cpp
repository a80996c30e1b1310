#include "scenes/level_of_detail.h"

#include <algorithm>
#include <cmath>

#include "scenes/flow_lines.h"
#include "scenes/ledger.h"
#include "scenes/near_lines.h"
#include "scenes/projection.h"

namespace weft {
namespace {

// A row of one token so high on the picture is seen for itself.
constexpr float far_row_px = 4.0f, near_row_px = 7.0f;
// Of rows that lie close together a line of weight 1 is at most so wide, of others a part of their distance.
constexpr float close_rows_px = 8.0f, width_rows = 0.3f;
// From here to the eye a line keeps its width in the world.
constexpr float nearest_lines_u = 2.0f * near_fade_u;

// From the eye to the nearest point of a gap, u.
float distance_to_gap(const TextStackLayout& layout, const glm::vec3& eye, int layer) {
    const glm::vec3 from = eye - layout.gap_centre(layer);
    const auto outside = [&](const glm::vec3& axis, float half) {
        return std::max(std::abs(glm::dot(from, axis)) - half, 0.0f);
    };
    return glm::length(glm::vec3(outside(layout.layer_axis, 0.5f * layout.gap_u(layer)),
                                 outside(layout.token_axis, layout.half_rows_u()),
                                 outside(layout.lane_axis, layout.half_lanes_u())));
}

void leave_out_thin(LedgerSums& sums, const LinesByWeight& drawn, const LinesByWeight& to_sinks, int from) {
    for (int step = 0; step < from; ++step) {
        const auto s = static_cast<size_t>(step);
        sums.lines -= drawn.lines[s] + to_sinks.lines[s];
        sums.drawn -= drawn.sums[s];
        sums.sinks -= to_sinks.sums[s];
    }
}

}  // namespace

float width_part(const TextStackLayout& layout, const Camera& camera, const Viewport& viewport,
                 float distance_u) {
    const float px_per_u = pixels_per_unit(camera, viewport, std::max(distance_u, nearest_lines_u));
    const float most_px =
        std::max(close_rows_px * viewport.ui_scale, width_rows * layout.token_pitch * px_per_u);
    return std::min(1.0f, most_px / (line_width_u(theme(ThemeName::dark), layout.tokens) * px_per_u));
}

LayerDetail layer_detail(const TextStackPlan& plan, const TextStackLayout& layout, const Camera& camera,
                         const Viewport& viewport, int layer) {
    LayerDetail detail;
    const float distance = distance_to_gap(layout, camera.eye(), layer);
    const float px_per_u = pixels_per_unit(camera, viewport, distance);
    if (plan.near)
        detail.near = glm::smoothstep(far_row_px, near_row_px,
                                      layout.token_pitch * px_per_u / std::max(viewport.ui_scale, 1e-3f));
    const Theme& colors = theme(plan.view.theme);
    detail.width = width_part(layout, camera, viewport, distance);
    const float full_px = detail.width * line_width_u(plan, layout, colors) * px_per_u;
    const float least = least_line_px * viewport.ui_scale / std::max(full_px, 1e-6f);
    detail.least_weight = WeightSteps::least(WeightSteps::from(std::min(least * least, 1.0f)));
    return detail;
}

bool shows_blocks(const TextStackPlan& plan, const TextStackLayout& layout, const Camera& camera,
                  const Viewport& viewport) {
    for (int layer = 0; layer < static_cast<int>(plan.layers.size()); ++layer)
        if (layer_detail(plan, layout, camera, viewport, layer).near < 0.5f) return true;
    return false;
}

LedgerSums drawn_sums(const TextStackPlan& plan, const LayerDetail& detail, int layer) {
    const LayerPlan& own = plan.layers[static_cast<size_t>(layer)];
    const int from = WeightSteps::from(detail.least_weight);
    if (plan.near && detail.near > 0.5f) {
        const NearLines::Lines& near = plan.near->layer(layer);
        LedgerSums sums = near.sums;
        leave_out_thin(sums, near.choice.drawn, near.choice.to_sinks, from);
        return sums;
    }
    LedgerSums sums = own.sums;
    leave_out_thin(sums, own.drawn, own.to_sinks, from);
    return sums;
}

Ledger drawn_ledger(const TextStackPlan& plan, const TextStackLayout& layout, const Camera& camera,
                    const Viewport& viewport, int only_layer) {
    LedgerSums sums;
    for (int layer = 0; layer < static_cast<int>(plan.layers.size()); ++layer)
        if (only_layer < 0 || layer == only_layer)
            sums += drawn_sums(plan, layer_detail(plan, layout, camera, viewport, layer), layer);
    return ledger_from(sums);
}

}  // namespace weft
