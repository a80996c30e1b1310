#include "scenes/sink_bars.h"

#include <algorithm>

#include "scenes/flow_lines.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/sinks.h"
#include "scenes/transition.h"

namespace weft {
namespace {

constexpr float receded_bar = 0.25f, sink_opacity = 0.7f, neighbour_opacity = 0.9f;
constexpr float neighbour_width_u = 0.12f, foot_from_edge_u = 0.17f;

struct Bars {
    const TextStackPlan& plan;
    const TextStackPlan* former;  // whose bars become these; null: they stand
    float slid;                   // how far they have
    const TextStackLayout& layout;
    Emphasis emphasis;
    std::vector<int> lanes;  // back to front
    float fold;
    float opacity;
};

Bars make_bars(const TextStackPlan& plan, const TextStackLayout& layout, const ViewMotion& motion,
               const Camera& camera) {
    const TextStackPlan* former = former_of(plan, motion);
    Bars bars{plan,
              former && !former->blocks.empty() ? former : nullptr,
              motion.slid,
              layout,
              make_emphasis(plan, motion),
              {},
              std::clamp(motion.fold, 0.0f, 1.0f),
              is_along(layout, motion) ? 1.0f - motion.along : 1.0f};
    if (lines_are_context(plan.view.quantity)) bars.opacity *= receded_bar;
    for (int h = 0; h < plan.lanes; ++h) bars.lanes.push_back(h);
    const bool seen_from_lane_0 = glm::dot(camera.eye(), layout.lane_axis) < 0.0f;
    if (seen_from_lane_0) std::reverse(bars.lanes.begin(), bars.lanes.end());
    return bars;
}

float bar_opacity(const Bars& bars, int layer, int lane) {
    if (!bars.emphasis.shows_one_head(layer)) {
        const float receded = glm::mix(1.0f, receded_bar, bars.emphasis.receded(layer));
        return receded * (1.0f - 0.5f * bars.emphasis.inside_amount);
    }
    const bool entered = bars.emphasis.inside_layer == layer && bars.emphasis.inside_amount > 0.0f;
    const int head = entered ? bars.emphasis.inside_head : bars.emphasis.focus.head;
    if (lane == head) return 1.0f;
    return 1.0f - (entered ? bars.emphasis.inside_amount : bars.emphasis.focus_amount);
}

// How far the lines of one head are shown instead of its bar at the foot.
float unfolded(const Bars& bars, int layer, int lane) {
    const Emphasis& emphasis = bars.emphasis;
    if (!emphasis.shows_one_head(layer)) return 0.0f;
    if (emphasis.inside_layer == layer && emphasis.inside_head == lane) return emphasis.inside_amount;
    return emphasis.focus.head == lane ? emphasis.focus_amount : 0.0f;
}

// `mean_of(lane)`: the measured weight. One stroke for each shown lane, from `start_of(lane)` on the key's
// pane into the gap.
template <typename StartOf, typename MeanOf, typename ColorOf>
void add_bars(DrawList& list, const Bars& bars, int layer, float width_u, StartOf start_of, MeanOf mean_of,
              ColorOf color_of) {
    const std::vector<bool>& shown = bars.plan.layers[static_cast<size_t>(layer)].lane_shown;
    float sum = 0.0f, count = 0.0f;
    for (int h = 0; h < bars.plan.lanes; ++h)
        if (shown[static_cast<size_t>(h)]) sum += mean_of(h), count += 1.0f;
    if (!(sum > 0.0f)) return;
    const TextStackLayout& layout = bars.layout;
    const float full_u = full_bar_part * layout.gap_u(layer);
    for (const int h : bars.lanes) {
        if (!shown[static_cast<size_t>(h)]) continue;
        const float length = full_u * glm::mix(mean_of(h), sum / count, bars.fold);
        glm::vec4 color = color_of(h);
        color.a *= bars.opacity * bar_opacity(bars, layer, h);
        if (length <= 0.0f || color.a <= 0.0f) continue;
        const glm::vec3 start = start_of(h);
        list.strokes_below.push_back(
            {start, start + layout.layer_axis * length, color, width_u, 1.0f, false});
    }
}

// A sink's bar by its key; on the way from a former text it was at another one. -1: none.
struct SinkBar {
    int key, former_key;
};

// Of one layer: those of now and what they were, then those that only were.
std::vector<SinkBar> sink_bars(const Bars& bars, int layer) {
    const auto l = static_cast<size_t>(layer);
    const std::vector<bool>& sinks = bars.plan.layers[l].sink_keys;
    std::vector<SinkBar> found;
    std::vector<int> earlier(sinks.size(), -1);
    std::vector<bool> goes;
    if (bars.former) {
        goes = bars.former->layers[l].sink_keys;
        earlier = earlier_keys(key_tokens(*bars.former->frame, shown_block(*bars.former)), goes.size(),
                               key_tokens(*bars.plan.frame, shown_block(bars.plan)), sinks.size());
    }
    for (size_t j = 0; j < sinks.size(); ++j) {
        if (!sinks[j]) continue;
        const bool was = earlier[j] >= 0 && goes[static_cast<size_t>(earlier[j])];
        found.push_back({static_cast<int>(j), was ? earlier[j] : -1});
        if (was) goes[static_cast<size_t>(earlier[j])] = false;
    }
    for (size_t j = 0; j < goes.size(); ++j)
        if (goes[j]) found.push_back({-1, static_cast<int>(j)});
    return found;
}

// The mean weight of a lane's key; 0 where there is no plan or key.
float sink_mean(const TextStackPlan* plan, int layer, int lane, int key) {
    if (!plan || key < 0) return 0.0f;
    const std::vector<float>& means = plan->layers[static_cast<size_t>(layer)].sink_mean;
    const size_t keys = plan->layers[static_cast<size_t>(layer)].sink_keys.size();
    return means[static_cast<size_t>(lane) * keys + static_cast<size_t>(key)];
}

float neighbour_mean(const TextStackPlan* plan, int layer, int lane) {
    return plan ? plan->layers[static_cast<size_t>(layer)].neighbour_mean[static_cast<size_t>(lane)] : 0.0f;
}

}  // namespace

void add_sink_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                   const ViewState& view, const ViewMotion& motion, const Camera& camera) {
    if (view.sinks != SinkMode::bars || plan.blocks.empty()) return;
    const Bars bars = make_bars(plan, layout, motion, camera);
    const glm::vec4 color = with_alpha(theme(view.theme).sink, sink_opacity);
    const float width_u = std::clamp(0.2f * layout.token_pitch, 0.08f, 0.2f);
    const float slid = bars.former ? bars.slid : 1.0f;
    for (int l = 0; l < layout.layers; ++l)
        for (const SinkBar& bar : sink_bars(bars, l)) {
            const int to = bar.key < 0 ? bar.former_key : bar.key,
                      from = bar.former_key < 0 ? bar.key : bar.former_key;
            add_bars(
                list, bars, l, width_u,
                [&](int h) {
                    return glm::mix(layout.key_position(l, h, from), layout.key_position(l, h, to), slid);
                },
                [&](int h) {
                    return glm::mix(sink_mean(bars.former, l, h, bar.former_key),
                                    sink_mean(&plan, l, h, bar.key), slid);
                },
                [&](int) { return color; });
        }
}

void add_neighbour_bars(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                        const ViewState& view, const ViewMotion& motion, const Camera& camera) {
    if (plan.joins_ends || plan.blocks.empty()) return;
    const Bars bars = make_bars(plan, layout, motion, camera);
    if (plan.band < 0 && !(bars.former && bars.former->band >= 0)) return;
    const float slid = bars.former ? bars.slid : 1.0f;
    const Theme& colors = theme(view.theme);
    const auto& lanes = *lane_colors(plan, view);
    const float foot = layout.half_rows_u() - foot_from_edge_u;
    for (int l = 0; l < layout.layers; ++l) {
        const float grey = 0.75f * bars.emphasis.receded(l);
        add_bars(
            list, bars, l, neighbour_width_u,
            [&](int h) {
                return layout.point(layout.pane_at[static_cast<size_t>(l)], foot, layout.lane_offset(h));
            },
            [&](int h) {
                return glm::mix(neighbour_mean(bars.former, l, h), neighbour_mean(&plan, l, h), slid);
            },
            [&](int h) {
                const glm::vec4 own = glm::mix(lanes[static_cast<size_t>(h)], colors.neighbours, bars.fold);
                return with_alpha(glm::mix(own, colors.sink, grey),
                                  neighbour_opacity * (1.0f - unfolded(bars, l, h)));
            });
    }
}

}  // namespace weft
