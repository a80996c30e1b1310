#include "scenes/focus_lines.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "scenes/flow_lines.h"
#include "scenes/line_budget.h"
#include "scenes/plan_memory.h"
#include "scenes/shown_block.h"

namespace weft {
namespace {

constexpr float focus_width = 1.7f, hovered_white = 0.65f;
constexpr float behind_opacity = 0.10f;
// A head of a longer text shows its strongest lines, and no dots at its ends: they would be a band.
constexpr int most_rows_with_dots = 96;
constexpr uint64_t most_lines_of_head = 300;
constexpr size_t most_lines_of_patches = 48;
constexpr double patch_line_mass = 0.8;

bool is_sink(const TextStackPlan& plan, int layer, int key) {
    return plan.layers[static_cast<size_t>(layer)].sink_keys[static_cast<size_t>(key)];
}

struct FocusStyle {
    const Theme& colors;
    std::shared_ptr<const std::vector<glm::vec4>> lane_colors, sink_colors;
    float amount;  // 0..1: fades in
};

void emphasise(FlowBatch& batch, float amount) {
    batch.width_scale = 1.0f + (focus_width - 1.0f) * amount;
    batch.opacity_scale *= amount;
}

// The coloured lines of a selection and, apart from them, its lines to sinks in grey.
void add_set(DrawList& list, const LayerPlan& layer, FlowBatch batch, const FocusStyle& style,
             bool sinks_as_lines) {
    emphasise(batch, style.amount);
    batch.selection.column_mask = layer.sink_mask;
    list.flows.push_back(batch);
    if (!sinks_as_lines || !layer.sink_mask) return;
    batch.selection.column_mask = layer.other_mask;
    batch.slice_colors = style.sink_colors;
    list.flows.push_back(std::move(batch));
}

// Where rows merge, the block line of a line unfolds to the lines between the tokens of its two blocks.
void add_unfolded(DrawList& list, const TextStackPlan& plan, const Focus& focus, FlowBatch batch,
                  const FocusStyle& style) {
    const WeightBlock& weights = plan.blocks[static_cast<size_t>(focus.layer)];
    const auto tokens = static_cast<uint32_t>(plan.tokens_per_block);
    const uint32_t first_row = static_cast<uint32_t>(focus.query) / tokens * tokens,
                   first_column = static_cast<uint32_t>(focus.key) / tokens * tokens;
    WeightBlock own{nullptr, 1, std::min(tokens, weights.rows - first_row),
                    std::min(tokens, weights.columns - first_column)};
    auto values = std::make_shared<std::vector<float>>();
    for (uint32_t r = 0; r < own.rows; ++r) {
        const size_t row = static_cast<size_t>(focus.head) * weights.rows + first_row + r;
        const float* from = weights.values->data() + row * weights.columns + first_column;
        for (uint32_t c = 0; c < own.columns; ++c)
            values->push_back(plan.segments.leaves_out(first_row + r, first_column + c) ? 0.0f : from[c]);
    }
    own.values = std::move(values);
    const auto head = static_cast<float>(focus.head);
    batch.block = static_cast<uint32_t>(list.blocks.size());
    batch.selection = {};
    batch.selection.threshold = focus_threshold(plan, focus);
    batch.source_origin +=
        head * batch.source_slice_step + static_cast<float>(first_column) * batch.source_column_step;
    batch.target_origin +=
        head * batch.target_slice_step + static_cast<float>(first_row) * batch.target_row_step;
    batch.slice_colors = std::make_shared<const std::vector<glm::vec4>>(
        1, (*batch.slice_colors)[static_cast<size_t>(focus.head)]);
    batch.opacity_scale *= style.amount;
    list.blocks.push_back(std::move(own));
    list.flows.push_back(std::move(batch));
}

void add_edge(DrawList& list, const TextStackPlan& plan, const Focus& focus, FlowBatch batch,
              const FocusStyle& style) {
    if (plan.near) add_unfolded(list, plan, focus, batch, style);
    batch.selection.threshold = least_weight;
    batch.selection.only_slice = focus.head;
    batch.selection.only_row = focus.query;
    batch.selection.only_column = focus.key;
    if (is_sink(plan, focus.layer, focus.key)) {
        batch.slice_colors = style.sink_colors;
        batch.selection.column_mask = plan.segments.key_mask;
    }
    batch.mix_color = with_alpha(style.colors.selected, hovered_white * style.amount);
    emphasise(batch, style.amount);
    list.flows.push_back(std::move(batch));
}

float dot_px(float weight) {
    return 4.0f + 7.0f * std::sqrt(std::min(weight, 1.0f));
}

void add_dot(DrawList& list, const glm::vec3& at, const glm::vec4& color, float opacity, float size_px) {
    list.strokes_above.push_back({at, at, with_alpha(color, opacity), 0.0f, size_px, true});
}

// A dot at each end of the set: at keys by weight, at queries all the same. Sinks are no places to look at:
// none.
void add_dots(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const Focus& focus,
              const FocusStyle& style, float threshold) {
    const LayerPlan& layer = plan.layers[static_cast<size_t>(focus.layer)];
    const auto& colors = *style.lane_colors;
    for (int h = plan.lanes - 1; h >= 0; --h) {
        if (focus.head >= 0 ? h != focus.head : !layer.lane_shown[static_cast<size_t>(h)]) continue;
        const auto lane = lane_weights(plan, focus.layer, h);
        const auto weight = [&](int i, int j) {
            if (plan.segments.leaves_out(static_cast<size_t>(i), static_cast<size_t>(j))) return 0.0f;
            return lane[static_cast<size_t>(i) * static_cast<size_t>(layout.keys) + static_cast<size_t>(j)];
        };
        const glm::vec4 color = colors[static_cast<size_t>(h)];
        const auto add_key = [&](int j, float w) {
            if (std::abs(w) >= threshold && !is_sink(plan, focus.layer, j))
                add_dot(list, layout.key_position(focus.layer, h, j), color, style.amount,
                        dot_px(std::abs(w)));
        };
        const auto add_query = [&](int i) {
            add_dot(list, layout.query_position(focus.layer, h, i), color, style.amount, 5.0f);
        };
        if (focus.kind == FocusKind::edge) {
            add_key(focus.key, weight(focus.query, focus.key));
            add_query(focus.query);
        } else if (focus.kind == FocusKind::token && focus.by_key) {
            for (int i = 0; i < layout.queries; ++i)
                if (std::abs(weight(i, focus.key)) >= threshold) add_query(i);
            add_dot(list, layout.key_position(focus.layer, h, focus.key), color, style.amount, 6.0f);
        } else if (focus.kind == FocusKind::token) {
            for (int j = 0; j < layout.keys; ++j) add_key(j, weight(focus.query, j));
            add_query(focus.query);
        } else if (layout.tokens <= most_rows_with_dots) {
            for (int t = 0; t < std::max(layout.keys, layout.queries); ++t) {
                float drawn = 0.0f;
                for (int i = 0; t < layout.keys && i < layout.queries; ++i)
                    if (std::abs(weight(i, t)) >= threshold) drawn += std::abs(weight(i, t));
                if (t < layout.keys) add_key(t, drawn);
                if (t < layout.queries && !plan.segments.leaves_out_query(static_cast<size_t>(t)))
                    add_query(t);
            }
        }
    }
}

// The rails of the entered head: where its lane stands on the key's and the query's pane.
void add_rails(DrawList& list, const TextStackLayout& layout, const FocusStyle& style, int layer, int head) {
    const auto add_rail = [&](const glm::vec3& middle, float half_u) {
        const glm::vec3 half = layout.token_axis * half_u;
        list.strokes_below.push_back({middle - half, middle + half,
                                      with_alpha(style.colors.pane, 0.45f * style.amount), 0.0f, 4.0f, true});
    };
    const float beyond = 0.5f * layout.token_margin, lane = layout.lane_offset(head);
    const float rows = layout.half_rows_u() - beyond;
    const auto at = [&](int pane) { return layout.pane_at[static_cast<size_t>(pane)]; };
    add_rail(layout.point(at(layer + 1), 0.0f, lane), rows);
    if (!layout.has_keys_apart()) return add_rail(layout.point(at(layer), 0.0f, lane), rows);
    const glm::vec3 first = layout.key_position(layer, head, 0),
                    last = layout.key_position(layer, head, std::max(layout.keys - 1, 0));
    add_rail(0.5f * (first + last), 0.5f * glm::length(last - first) + beyond);
}

void add_focus(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
               const ViewState& view, const ViewMotion& motion, const Focus& focus, float amount) {
    const Theme& colors = theme(view.theme);
    const FocusStyle style{colors, lane_colors(plan, view), sink_colors(view.theme, plan.lanes), amount};
    const LayerPlan& layer = plan.layers[static_cast<size_t>(focus.layer)];
    FlowBatch batch = layer_batch(plan, layout, view, motion, focus.layer);
    const float threshold = focus_threshold(plan, focus);
    batch.selection.threshold = threshold;
    batch.selection.row_thresholds = nullptr;
    batch.selection.band = -1;
    switch (focus.kind) {
        case FocusKind::token:
            batch.selection.only_slice = focus.head;
            (focus.by_key ? batch.selection.only_column : batch.selection.only_row) =
                focus.by_key ? focus.key : focus.query;
            add_set(list, layer, std::move(batch), style, true);
            break;
        case FocusKind::edge:
            add_edge(list, plan, focus, std::move(batch), style);
            break;
        case FocusKind::head:
            narrow_to_rows(batch, plan, layout);
            batch.selection.slice_mask = nullptr;
            batch.selection.only_slice = focus.head;
            add_set(list, layer, std::move(batch), style, view.sinks == SinkMode::lines);
            break;
        default:
            return;
    }
    add_dots(list, plan, layout, focus, style, focus.kind == FocusKind::edge ? least_weight : threshold);
}

}  // namespace

Focus valid_focus(const TextStackPlan& plan, const Focus& focus) {
    if (focus.kind == FocusKind::none || plan.blocks.empty() || focus.block != 0) return {};
    const int keys = static_cast<int>(plan.blocks[0].columns),
              queries = static_cast<int>(plan.blocks[0].rows);
    const auto within = [](int index, int count) { return index >= 0 && index < count; };
    if (!within(focus.layer, static_cast<int>(plan.layers.size()))) return {};
    Focus valid = focus;
    switch (focus.kind) {
        case FocusKind::token:
            if (focus.by_key ? !within(focus.key, keys) : !within(focus.query, queries)) return {};
            if (focus.head >= plan.lanes) return {};
            break;
        case FocusKind::edge:
            if (!within(focus.query, queries) || !within(focus.key, keys)) return {};
            if (!within(focus.head, plan.lanes)) return {};
            if (plan.segments.leaves_out(static_cast<size_t>(focus.query), static_cast<size_t>(focus.key)))
                return {};
            break;
        case FocusKind::head:
            if (!within(focus.head, plan.lanes)) return {};
            break;
        default:
            break;
    }
    return valid;
}

// The lowest rung whose lines a picture of one head has room for.
float head_threshold(const TextStackPlan& plan, const Focus& focus) {
    if (std::max(plan.blocks[0].rows, plan.blocks[0].columns) <= most_rows_with_dots) return head_line_weight;
    const auto find = [&] {
        RungCounts counts;
        const auto lane = lane_weights(plan, focus.layer, focus.head);
        for (size_t at = 0; at < lane.size(); ++at)
            if (!plan.segments.leaves_out(at / plan.blocks[0].columns, at % plan.blocks[0].columns))
                ++counts.counts[static_cast<size_t>(rung_bin(std::abs(lane[at])))];
        const int rung = choose_rung(counts, most_lines_of_head, -1);
        return std::vector<double>{static_cast<double>(rungs[static_cast<size_t>(rung)])};
    };
    const std::string name = "head " + std::to_string(focus.layer) + " " + std::to_string(focus.head);
    return static_cast<float>(plan.memory->numbers(name, find)->front());
}

// The largest weights of what a query reads of an image, or of who reads a patch, up to a share of them all.
float patch_threshold(const TextStackPlan& plan, const Focus& focus) {
    const auto find = [&] {
        const LayerPlan& layer = plan.layers[static_cast<size_t>(focus.layer)];
        const size_t rows = plan.blocks[0].rows, columns = plan.blocks[0].columns;
        std::vector<float> all;
        double sum = 0.0;
        for (int h = 0; h < plan.lanes; ++h) {
            if (focus.head >= 0 ? h != focus.head : !layer.lane_shown[static_cast<size_t>(h)]) continue;
            const auto lane = lane_weights(plan, focus.layer, h);
            const auto take = [&](size_t row, size_t column) {
                if (!focus.by_key && layer.sink_keys[column]) return;
                all.push_back(std::abs(lane[row * columns + column]));
                sum += static_cast<double>(all.back());
            };
            for (size_t other = 0; other < (focus.by_key ? rows : columns); ++other)
                focus.by_key ? take(other, static_cast<size_t>(focus.key))
                             : take(static_cast<size_t>(focus.query), other);
        }
        std::ranges::sort(all, std::greater());
        double taken = 0.0;
        size_t count = 0;
        while (count < std::min(all.size(), most_lines_of_patches) && taken < patch_line_mass * sum)
            taken += static_cast<double>(all[count++]);
        return std::vector<double>{count > 0 ? static_cast<double>(all[count - 1]) : 1.0};
    };
    const std::string name = "patches " + std::to_string(focus.layer) + " " + std::to_string(focus.head) +
                             " " + std::to_string(focus.query) + " " + std::to_string(focus.key);
    return static_cast<float>(plan.memory->numbers(name, find)->front());
}

float focus_threshold(const TextStackPlan& plan, const Focus& focus) {
    if (focus.kind == FocusKind::token && reads_patches(plan)) return patch_threshold(plan, focus);
    const bool is_head = focus.kind == FocusKind::head;
    const float own = is_head ? head_threshold(plan, focus) : focus_line_weight;
    if (is_head && own > head_line_weight) return own;
    const float at_rest = plan.layers[static_cast<size_t>(focus.layer)].threshold;
    return at_rest > 0.0f ? std::min(own, at_rest) : own;
}

float Emphasis::receded(int layer) const {
    const auto recedes = [&](const Focus& some) {
        return some.kind == FocusKind::layer && some.layer == layer ? 0.0f : focus_amount;
    };
    const float before = former.kind == FocusKind::none ? focus_amount : recedes(former);
    const float by_focus = focus.kind == FocusKind::none ? 0.0f : std::lerp(before, recedes(focus), followed);
    return std::max({by_focus, inside_amount, elsewhere});
}

float Emphasis::light(int pane) const {
    const auto touches = [&](const Focus& some) {
        return some.kind != FocusKind::none && (pane == some.layer || pane == some.layer + 1) ? 1.0f : 0.0f;
    };
    return std::lerp(touches(former), touches(focus), followed);
}

bool Emphasis::shows_one_head(int layer) const {
    return (inside_amount > 0.0f && inside_layer == layer) ||
           (focus.kind == FocusKind::head && focus.layer == layer && focus_amount > 0.0f);
}

float Emphasis::lane_opacity(int layer, int lane, float eye_lane) const {
    if (!shows_one_head(layer)) return 1.0f;
    const bool entered = inside_amount > 0.0f && inside_layer == layer;
    const int head = entered ? inside_head : focus.head;
    const float amount = entered ? inside_amount : focus_amount;
    const float head_lane = static_cast<float>(head);
    const bool behind = eye_lane < head_lane ? lane > head : lane < head;
    return 1.0f - amount * (behind ? 1.0f - behind_opacity : 1.0f);
}

Emphasis make_emphasis(const TextStackPlan& plan, const ViewMotion& motion) {
    Emphasis emphasis;
    emphasis.focus = valid_focus(plan, motion.shown_focus);
    emphasis.focus_amount =
        emphasis.focus.kind == FocusKind::none ? 0.0f : std::clamp(motion.focus, 0.0f, 1.0f);
    emphasis.former = valid_focus(plan, motion.former_focus);
    emphasis.followed = std::clamp(motion.followed, 0.0f, 1.0f);
    emphasis.elsewhere = std::clamp(motion.elsewhere, 0.0f, 1.0f);
    const bool enters = motion.inside_layer >= 0 &&
                        motion.inside_layer < static_cast<int>(plan.layers.size()) &&
                        motion.inside_head >= 0 && motion.inside_head < plan.lanes;
    if (enters) {
        emphasis.inside_layer = motion.inside_layer;
        emphasis.inside_head = motion.inside_head;
        emphasis.inside_amount = std::clamp(motion.inside, 0.0f, 1.0f);
    }
    return emphasis;
}

void recede(FlowBatch& batch, const Theme& theme, float amount) {
    batch.mix_color = with_alpha(theme.sink, 0.75f * amount);
    batch.width_scale *= 1.0f - 0.3f * amount;
    batch.opacity_scale *= 1.0f - 0.83f * amount;
}

void add_focus_lines(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                     const ViewState& view, const ViewMotion& motion) {
    if (plan.blocks.empty()) return;
    const Emphasis emphasis = make_emphasis(plan, motion);
    const bool inside = emphasis.inside_amount > 0.0f;
    Focus focus = emphasis.focus;
    if (inside) {
        const FocusStyle style{theme(view.theme), nullptr, nullptr, emphasis.inside_amount};
        add_rails(list, layout, style, emphasis.inside_layer, emphasis.inside_head);
        Focus head;
        head.kind = FocusKind::head;
        head.layer = emphasis.inside_layer;
        head.head = emphasis.inside_head;
        add_focus(list, plan, layout, view, motion, head, emphasis.inside_amount);
        // Within a head a token means its lines in this head; the head itself is already there.
        if (focus.layer == head.layer && focus.kind == FocusKind::token) focus.head = head.head;
        if (focus.layer == head.layer && focus.kind == FocusKind::head) focus = {};
    }
    const float amount = std::clamp(motion.focus, 0.0f, 1.0f);
    if (emphasis.followed < 1.0f && emphasis.former.kind != FocusKind::none && !inside)
        add_focus(list, plan, layout, view, motion, emphasis.former, amount * (1.0f - emphasis.followed));
    if (emphasis.focus_amount > 0.0f && focus.kind != FocusKind::none)
        add_focus(list, plan, layout, view, motion, focus,
                  emphasis.focus_amount * (inside ? 1.0f : emphasis.followed));

    const Focus hovered = valid_focus(plan, view.hovered);
    if (hovered.kind == FocusKind::edge && hovered != motion.shown_focus)
        add_focus(list, plan, layout, view, motion, hovered, 1.0f);
}

}  // namespace weft
