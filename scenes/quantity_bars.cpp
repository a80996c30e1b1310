#include <algorithm>
#include <cmath>

#include "scenes/flow_lines.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/sink_bars.h"

namespace weft {
namespace {

constexpr float foot_bar_part = 0.42f;   // of the rows' height, for the largest |value|
constexpr float foot_bar_width = 0.62f;  // of a head's share of the gap

glm::vec4 ink_of(const TextStackPlan& plan, const Theme& colors, const glm::vec4& own, float value) {
    if (!plan.is_signed) return own;
    return value < 0.0f ? negative_color(colors) : positive_color(colors);
}

// In each lane, ending at the query's pane.
void add_row_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                  const ViewState& view, const Emphasis& emphasis) {
    const Theme& colors = theme(view.theme);
    const auto& lanes = *lane_colors(plan, view);
    const float width = 0.45f * std::min(layout.token_pitch, 0.5f);
    for (int l = 0; l < layout.layers; ++l) {
        const LayerPlan& layer = plan.layers[static_cast<size_t>(l)];
        const float opacity = glm::mix(0.85f, 0.2f, emphasis.receded(l));
        for (int h = plan.lanes - 1; h >= 0; --h) {
            if (!layer.lane_shown[static_cast<size_t>(h)]) continue;
            const float* values =
                plan.numbers->data() + static_cast<size_t>((l * plan.lanes + h) * layout.queries);
            for (int i = 0; i < layout.queries; ++i) {
                const float length = full_bar_part * layout.gap_u(l) * std::abs(values[i]) / plan.largest;
                if (!(length > 0.0f)) continue;
                const glm::vec3 end = layout.query_position(l, h, i);
                const glm::vec4 ink = ink_of(plan, colors, lanes[static_cast<size_t>(h)], values[i]);
                list.strokes_above.push_back(
                    {end - layout.layer_axis * length, end, with_alpha(ink, opacity), width, 1.0f, false});
            }
        }
    }
}

// Side by side in each gap. Signed ones stand on a line in the middle of their room, so that the side says
// the sign as well as the colour.
void add_foot_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                   const ViewState& view, const Emphasis& emphasis) {
    const Theme& colors = theme(view.theme);
    const auto& lanes = *lane_colors(plan, view);
    const float room = foot_bar_part * 2.0f * layout.half_rows_u();
    const float foot = layout.half_rows_u() - (plan.is_signed ? 0.5f * room : 0.0f);
    const float height = plan.is_signed ? 0.5f * room : room;
    for (int l = 0; l < layout.layers; ++l) {
        const LayerPlan& layer = plan.layers[static_cast<size_t>(l)];
        const float opacity = glm::mix(0.95f, 0.2f, emphasis.receded(l));
        const float pitch = full_bar_part * layout.gap_u(l) / static_cast<float>(plan.lanes);
        const float start =
            layout.pane_at[static_cast<size_t>(l)] + 0.5f * (1.0f - full_bar_part) * layout.gap_u(l);
        const glm::vec3 base = layout.point(0.0f, foot, 0.0f);
        list.strokes_above.push_back(
            {base + layout.layer_axis * start,
             base + layout.layer_axis * (start + pitch * static_cast<float>(plan.lanes)),
             with_alpha(colors.pane, 0.6f * opacity), 0.0f, 1.0f, false});
        for (int h = 0; h < plan.lanes; ++h) {
            const float value = (*plan.numbers)[static_cast<size_t>(l * plan.lanes + h)];
            if (!layer.lane_shown[static_cast<size_t>(h)] || !std::isfinite(value) || value == 0.0f) continue;
            const glm::vec3 at = base + layout.layer_axis * (start + pitch * (static_cast<float>(h) + 0.5f));
            const glm::vec3 top = at - layout.token_axis * (height * value / plan.largest);
            const glm::vec4 ink = ink_of(plan, colors, lanes[static_cast<size_t>(h)], value);
            list.strokes_above.push_back(
                {at, top, with_alpha(ink, opacity), foot_bar_width * pitch, 1.0f, false});
        }
    }
}

}  // namespace

glm::vec4 positive_color(const Theme& theme) {
    return theme.difference_map.back();
}

glm::vec4 negative_color(const Theme& theme) {
    return theme.difference_map.front();
}

void add_quantity_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                       const ViewState& view, const ViewMotion& motion) {
    if (!plan.numbers || plan.numbers->empty() || plan.lanes == 0 || !(plan.largest > 0.0f)) return;
    const Emphasis emphasis = make_emphasis(plan, motion);
    const MethodShape shape = quantity_shape(plan.view.quantity);
    if (shape == MethodShape::head_rows) add_row_bars(list, plan, layout, view, emphasis);
    if (shape == MethodShape::heads) add_foot_bars(list, plan, layout, view, emphasis);
}

}  // namespace weft
