#include "scenes/panes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weft {
namespace {

constexpr float receded_edge = 0.12f, focused_edge = 0.45f, focused_fill = 0.075f, receded_fill = 0.55f;
constexpr int hairlines_up_to_tokens = 32;

}  // namespace

std::vector<int> panes_back_to_front(const TextStackLayout& layout, const glm::vec3& eye) {
    // Parallel panes cover one another only on the same side of the eye, and there the farther one is behind.
    std::vector<int> order(layout.pane_at.size());
    std::iota(order.begin(), order.end(), 0);
    const float at = glm::dot(eye, layout.layer_axis);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return std::abs(layout.pane_at[static_cast<size_t>(a)] - at) >
               std::abs(layout.pane_at[static_cast<size_t>(b)] - at);
    });
    return order;
}

void add_panes(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
               const ViewState& view, const ViewMotion& motion, const Camera& camera) {
    if (layout.layers == 0 || layout.tokens == 0) return;
    const Theme& colors = theme(view.theme);
    const Emphasis emphasis = make_emphasis(plan, motion);
    // New rows stand below the former pane at once: the pane that holds them fades in over it with their
    // lines.
    const float foot = layout.half_rows_u(), lowest_foot = layout.lowest_foot_u();
    const float grown = lowest_foot > foot + 1e-4f ? motion.arrived : 0.0f;
    const float amount = std::max({emphasis.focus_amount, emphasis.inside_amount, emphasis.elsewhere});
    for (const int pane : panes_back_to_front(layout, camera.eye())) {
        float fill = colors.pane_fill, edge = colors.pane_edge;
        const float light = emphasis.inside_amount == 0.0f ? emphasis.light(pane) : 0.0f;
        fill = glm::mix(fill, glm::mix(fill * receded_fill, focused_fill, light), amount);
        edge = glm::mix(edge, glm::mix(receded_edge, focused_edge, light), amount);
        // From within a head, and along a token, all panes stand between the eye and the lines.
        fill *= (1.0f - emphasis.inside_amount) * (1.0f - 0.7f * motion.along);
        const auto add = [&](float foot_u, float part) {
            if (part <= 0.0f) return;
            list.planes.push_back({layout.pane_corners(pane, foot_u), with_alpha(colors.pane, fill * part),
                                   with_alpha(colors.pane, edge * part), 1.0f});
        };
        add(foot, 1.0f - grown);
        add(lowest_foot, grown);
    }

    if (layout.tokens > hairlines_up_to_tokens) return;
    const float hairline = colors.pane_hairline * (1.0f - 0.45f * amount) * (1.0f - emphasis.inside_amount);
    const glm::vec3 half = layout.lane_axis * layout.half_lanes_u();
    for (const int pane : {0, layout.layers})
        for (int t = 0; t < (pane == 0 ? layout.keys : layout.queries); ++t) {
            const glm::vec3 middle =
                layout.point(layout.pane_at[static_cast<size_t>(pane)], layout.token_offset(t), 0.0f);
            const float part = layout.token_offset(t) > foot ? grown : 1.0f;
            list.strokes_below.push_back(
                {middle - half, middle + half, with_alpha(colors.pane, hairline * part), 0.0f, 1.0f, false});
        }
}

}  // namespace weft
