#include "scenes/picking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "scenes/flow_lines.h"
#include "scenes/focus_lines.h"
#include "scenes/labels.h"
#include "scenes/layout.h"
#include "scenes/level_of_detail.h"
#include "scenes/line_picking.h"
#include "scenes/plan_memory.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/sink_bars.h"

namespace weft {
namespace {

constexpr float reach_px = 6.0f;           // of a line, a bar, a row
constexpr float row_preference_px = 2.0f;  // where a line meets its row, the token is meant
constexpr float dense_row_part = 0.25f;    // ... within this part of a row's height, where rows are dense
constexpr float lane_alone_px = 14.0f;     // lanes at least this far apart on the picture stand alone
constexpr float rows_together_px = 4.0f;   // ... while its rows lie upon each other
constexpr float label_gap_px = 10.0f, label_width_px = 110.0f;
constexpr float number_above_px = 12.0f;  // middle of a layer's number over the upper border of its gap
constexpr float far_px = PickHit::far_px;

struct Picker {
    const TextStackPlan& plan;
    const ViewMotion& motion;
    const Viewport& viewport;
    glm::vec2 pointer;
    Camera eye;
    const TextStackLayout& layout;
    DrawCamera camera;
    Emphasis emphasis;
    float scale = 1.0f;

    glm::vec3 project(const glm::vec3& world) const { return screen_from_world(camera, viewport, world); }
    const WeightBlock& block(size_t place) const {
        for (const auto* blocks : {&plan.blocks, &plan.merged_blocks}) {
            if (place < blocks->size()) return (*blocks)[place];
            place -= blocks->size();
        }
        return plan.merged_sinks[place];
    }
    bool inside_a_head() const { return emphasis.inside_amount > 0.5f; }
};

struct Box {
    glm::vec2 min{far_px}, max{-far_px};
    void include(const glm::vec2& p) {
        min = glm::min(min, p);
        max = glm::max(max, p);
    }
    bool has(const glm::vec2& p, float margin) const {
        return p.x >= min.x - margin && p.y >= min.y - margin && p.x <= max.x + margin &&
               p.y <= max.y + margin;
    }
};

// False where any of the points is behind the eye: then the box says nothing.
template <typename Points>
bool bound(const Picker& picker, const Points& points, Box& box) {
    for (const glm::vec3& point : points) {
        const glm::vec3 p = picker.project(point);
        if (p.z <= near_plane_u) return false;
        box.include(glm::vec2(p));
    }
    return true;
}

// Distance to a stretch of the world, px; `depth_u` of its nearer end.
float stretch_distance_px(const Picker& picker, const glm::vec3& from, const glm::vec3& to, float& depth_u) {
    const glm::vec3 a = picker.project(from), b = picker.project(to);
    if (a.z <= near_plane_u || b.z <= near_plane_u) return far_px;
    depth_u = std::min(a.z, b.z);
    return segment_distance_px(picker.pointer, glm::vec2(a), glm::vec2(b));
}

Focus token_focus(const Picker& picker, int pane, int token, bool out_of_key) {
    Focus focus;
    focus.kind = FocusKind::token;
    // Inside a head its left column is its keys.
    const bool is_entered_key = picker.inside_a_head() && pane == picker.emphasis.inside_layer;
    focus.by_key = pane == 0 || is_entered_key || (out_of_key && pane < picker.layout.layers);
    if (picker.layout.has_keys_apart()) focus.by_key = out_of_key;
    focus.layer = focus.by_key ? pane : pane - 1;
    (focus.by_key ? focus.key : focus.query) = token;
    if (picker.inside_a_head() && focus.layer == picker.emphasis.inside_layer)
        focus.head = picker.emphasis.inside_head;
    return focus;
}

// A row of a pane and, where labels stand beside it, its label. `left_label`, `right_label`: which of them.
struct RowSearch {
    int pane = 0;
    bool out_of_key = false;  // where a row is of a key and of a query
    int nearest_lane = 0, farthest_lane = 0;
    float margin_u = 0.0f;
    bool left_label = false, right_label = false;
};

void search_rows(const Picker& picker, const RowSearch& search, PickHit& rows, PickHit& labels) {
    const TextStackLayout& layout = picker.layout;
    const glm::vec3 margin = layout.lane_axis * search.margin_u;
    const bool as_keys = token_focus(picker, search.pane, 0, search.out_of_key).by_key;
    const auto at = [&](int lane, int token) {
        return as_keys ? layout.key_position(search.pane, lane, token)
                       : layout.position(search.pane, lane, token);
    };
    const auto end = [&](int token, bool near) {
        return near ? at(search.nearest_lane, token) - margin : at(search.farthest_lane, token) + margin;
    };
    const glm::vec3 first = picker.project(end(0, true));
    const glm::vec3 last = picker.project(end(layout.tokens - 1, true));
    const float rows_px = glm::length(glm::vec2(last) - glm::vec2(first));
    const float half_row_px =
        layout.tokens > 1 ? 0.5f * rows_px / static_cast<float>(layout.tokens - 1) : 10.0f * picker.scale;
    const float row_reach = std::min(reach_px * picker.scale, std::max(half_row_px, 2.0f));
    for (int token = 0; token < (as_keys ? layout.keys : layout.queries); ++token) {
        const glm::vec3 a = picker.project(end(token, true)), b = picker.project(end(token, false));
        if (a.z <= near_plane_u || b.z <= near_plane_u) continue;
        const float px = segment_distance_px(picker.pointer, glm::vec2(a), glm::vec2(b));
        const Focus focus = token_focus(picker, search.pane, token, search.out_of_key);
        if (px <= row_reach) {
            rows.take(focus, px, std::min(a.z, b.z));
            rows.preference_px = std::min(row_preference_px * picker.scale, dense_row_part * half_row_px);
        }
        const float gap = label_gap_px * picker.scale, width = (label_gap_px + label_width_px) * picker.scale;
        const float left = std::min(a.x, b.x) - gap - 0.5f, right = std::max(a.x, b.x) + gap + 0.5f;
        const float row_y = (a.x < b.x) == (picker.pointer.x < left) ? a.y : b.y;
        const float off = std::abs(picker.pointer.y - row_y);
        if (off > std::max(half_row_px, 6.0f)) continue;
        const bool on_left = search.left_label && picker.pointer.x < left && picker.pointer.x > left - width;
        const bool on_right =
            search.right_label && picker.pointer.x > right && picker.pointer.x < right + width;
        if (on_left || on_right) labels.take(focus, off, a.z);
    }
}

// Labels of the outer panes, or of both sides of the gap that one is inside of; rows of all panes. Keys that
// stand apart have rows of their own.
void search_tokens(const Picker& picker, bool out_of_key, const PickedWords& words, PickHit& rows,
                   PickHit& labels) {
    const TextStackLayout& layout = picker.layout;
    const glm::vec3 first = picker.project(layout.position(0, 0, 0));
    const glm::vec3 last = picker.project(layout.position(layout.layers, 0, 0));
    const bool first_is_left = first.x <= last.x;
    const bool stacked = picker.motion.stack > 0.5f, apart = layout.has_keys_apart();
    for (int pane = 0; pane <= layout.layers; ++pane) {
        RowSearch search{pane, out_of_key, 0, std::max(layout.lanes - 1, 0), layout.lane_margin};
        if (picker.inside_a_head()) {
            const int layer = picker.emphasis.inside_layer;
            if (pane != layer && pane != layer + 1) continue;
            search.nearest_lane = search.farthest_lane = picker.emphasis.inside_head;
            search.margin_u = 0.0f;
            search.left_label = pane == layer, search.right_label = pane == layer + 1;
        } else if (!stacked) {
            search.left_label = pane == (first_is_left ? 0 : layout.layers);
            search.right_label = pane == (first_is_left ? layout.layers : 0);
            if (!words.first_pane && pane == 0) search.left_label = search.right_label = false;
            if (!words.last_pane && pane == layout.layers) search.left_label = search.right_label = false;
        }
        if (!apart) {
            search_rows(picker, search, rows, labels);
            continue;
        }
        const bool inside = picker.inside_a_head();
        const int layer = picker.emphasis.inside_layer;
        for (const bool as_key : {false, true}) {
            search.out_of_key = as_key;
            const bool has_rows = as_key ? pane < layout.layers : pane > 0;
            if (has_rows && (!inside || pane == (as_key ? layer : layer + 1)))
                search_rows(picker, search, rows, labels);
        }
    }
}

void search_layer_numbers(const Picker& picker, PickHit& hit) {
    const TextStackLayout& layout = picker.layout;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const glm::vec3 p = picker.project(layer_number_at(layout, picker.camera, layer));
        if (p.z <= near_plane_u) continue;
        const bool stacked = picker.motion.stack > 0.5f;
        const glm::vec2 middle = stacked ? glm::vec2(p.x - 36.0f * picker.scale, p.y)
                                         : glm::vec2(p.x, p.y - number_above_px * picker.scale);
        const glm::vec2 off = glm::abs(picker.pointer - middle);
        if (off.x > 26.0f * picker.scale || off.y > 10.0f * picker.scale) continue;
        Focus focus;
        focus.kind = FocusKind::layer;
        focus.layer = layer;
        hit.take(focus, glm::length(off), p.z);
    }
}

// What the focus set has of a layer in full; none: its lines at rest can be meant.
std::optional<FlowSelection> focus_selection(const Picker& picker, int layer) {
    const LayerPlan& own = picker.plan.layers[static_cast<size_t>(layer)];
    const Emphasis& emphasis = picker.emphasis;
    FlowSelection selection;
    const SegmentFilter& segments = picker.plan.segments;
    selection.row_mask = segments.query_mask;
    selection.column_mask = picker.plan.view.sinks == SinkMode::lines ? segments.key_mask : own.sink_mask;
    const auto only = [&](const Focus& focus) {
        selection.threshold = focus_threshold(picker.plan, focus);
        if (focus.head >= 0) selection.only_slice = focus.head;
        return selection;
    };
    if (picker.inside_a_head()) {
        Focus head;
        head.kind = FocusKind::head;
        head.layer = emphasis.inside_layer;
        head.head = emphasis.inside_head;
        return layer == head.layer ? std::optional(only(head)) : std::nullopt;
    }
    const Focus& focus = emphasis.focus;
    if (emphasis.focus_amount < 0.5f || focus.layer != layer) return std::nullopt;
    if (focus.kind == FocusKind::token) {
        selection.slice_mask = own.selection.slice_mask;
        selection.column_mask = segments.key_mask;  // in focus, sinks come back as lines
        (focus.by_key ? selection.only_column : selection.only_row) = focus.by_key ? focus.key : focus.query;
        return only(focus);
    }
    return focus.kind == FocusKind::head ? std::optional(only(focus)) : std::nullopt;
}

// The strongest line between two blocks in one head: what their block line mostly is.
DrawnLine strongest_between(const TextStackPlan& plan, int layer, const DrawnLine& blocks) {
    const WeightBlock& weights = plan.blocks[static_cast<size_t>(layer)];
    const auto tokens = static_cast<uint32_t>(plan.tokens_per_block);
    const auto& sinks = plan.layers[static_cast<size_t>(layer)].sink_keys;
    DrawnLine strongest{blocks.slice, blocks.row * tokens, blocks.column * tokens};
    float most = -1.0f;
    for (uint32_t i = blocks.row * tokens; i < std::min((blocks.row + 1) * tokens, weights.rows); ++i)
        for (uint32_t j = blocks.column * tokens; j < std::min((blocks.column + 1) * tokens, weights.columns);
             ++j) {
            const size_t row = size_t{blocks.slice} * weights.rows + i;
            const float weight = std::abs((*weights.values)[row * weights.columns + j]);
            if (sinks[j] || weight <= most || plan.segments.leaves_out(i, j)) continue;
            most = weight;
            strongest = {blocks.slice, i, j};
        }
    return strongest;
}

void search_lines_of(const Picker& picker, int layer, PickHit& hit) {
    const TextStackPlan& plan = picker.plan;
    const Camera& eye = picker.eye;
    const LayerDetail detail = layer_detail(plan, picker.layout, eye, picker.viewport, layer);
    std::vector<FlowBatch> batches;
    if (const std::optional<FlowSelection> focus = focus_selection(picker, layer)) {
        batches.push_back(layer_batch(plan, picker.layout, plan.view, picker.motion, layer));
        batches.back().selection = *focus;
        const bool is_head = picker.inside_a_head() || picker.emphasis.focus.kind == FocusKind::head;
        if (is_head) narrow_to_rows(batches.back(), plan, picker.layout);
    } else {
        batches = resting_batches(plan, picker.layout, plan.view, picker.motion, detail, layer);
        // On the way from blocks to tokens those are meant that are seen better.
        if (plan.near)
            std::erase_if(batches, [&](const FlowBatch& batch) {
                return (batch.block < plan.blocks.size()) != (detail.near > 0.5f);
            });
    }
    for (const FlowBatch& batch : batches) {
        const WeightBlock& block = picker.block(batch.block);
        LineHit line;
        pick_line(batch, block, *plan.memory->lines(block, batch.selection), picker.camera, picker.viewport,
                  picker.pointer, reach_px * picker.scale, line);
        if (!line.found) continue;
        const bool is_merged = batch.block >= plan.blocks.size();
        const DrawnLine met = is_merged ? strongest_between(plan, layer, line.line) : line.line;
        Focus edge;
        edge.kind = FocusKind::edge;
        edge.layer = layer;
        edge.head = static_cast<int>(met.slice);
        edge.query = static_cast<int>(met.row), edge.key = static_cast<int>(met.column);
        hit.take(edge, line.distance_px, line.depth_u);
    }
}

void search_lines(const Picker& picker, PickHit& hit) {
    if (lines_are_context(picker.plan.view.quantity)) return;
    for (int layer = 0; layer < picker.layout.layers; ++layer) {
        if (picker.inside_a_head() && layer != picker.emphasis.inside_layer) continue;
        std::array<glm::vec3, 8> corners;
        const auto keys = picker.layout.key_pane_corners(layer),
                   queries = picker.layout.pane_corners(layer + 1);
        std::copy(keys.begin(), keys.end(), corners.begin());
        std::copy(queries.begin(), queries.end(), corners.begin() + 4);
        Box box;
        if (bound(picker, corners, box) && !box.has(picker.pointer, reach_px * picker.scale)) continue;
        search_lines_of(picker, layer, hit);
    }
}

Focus head_focus(int layer, int head) {
    Focus focus;
    focus.kind = FocusKind::head;
    focus.layer = layer;
    focus.head = head;
    return focus;
}

// Bars say which lane they belong to, also where lanes run into each other. Folded, they belong to none.
void search_bars(const Picker& picker, PickHit& hit) {
    const TextStackLayout& layout = picker.layout;
    if (picker.plan.view.sinks != SinkMode::bars || picker.motion.fold > 0.05f) return;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const LayerPlan& layer_plan = picker.plan.layers[static_cast<size_t>(layer)];
        for (int key = 0; key < layout.keys; ++key) {
            if (!layer_plan.sink_keys[static_cast<size_t>(key)]) continue;
            for (int lane = 0; lane < layout.lanes; ++lane) {
                const size_t at =
                    static_cast<size_t>(lane) * static_cast<size_t>(layout.keys) + static_cast<size_t>(key);
                const float length_u = full_bar_part * layout.gap_u(layer) * layer_plan.sink_mean[at];
                const glm::vec3 start = layout.key_position(layer, lane, key);
                float depth = 0.0f;
                const float px =
                    stretch_distance_px(picker, start, start + layout.layer_axis * length_u, depth);
                if (px <= 0.7f * reach_px * picker.scale) hit.take(head_focus(layer, lane), px, depth);
            }
        }
    }
}

// Where lanes lie apart and rows upon each other (from above), a place in a gap means its lane.
void search_lanes(const Picker& picker, PickHit& hit) {
    const TextStackLayout& layout = picker.layout;
    if (layout.lanes < 2) return;
    const int token = layout.tokens / 2;
    for (int layer = 0; layer < layout.layers; ++layer) {
        const glm::vec2 lane_0(picker.project(layout.key_position(layer, 0, token)));
        const glm::vec2 lane_1(picker.project(layout.key_position(layer, 1, token)));
        const glm::vec2 row_0(picker.project(layout.key_position(layer, 0, 0)));
        const glm::vec2 row_n(picker.project(layout.key_position(layer, 0, layout.tokens - 1)));
        const float lanes_px = glm::length(lane_1 - lane_0);
        const float rows_px = glm::length(row_n - row_0) / static_cast<float>(std::max(layout.tokens - 1, 1));
        if (lanes_px < lane_alone_px * picker.scale || rows_px > rows_together_px * picker.scale) continue;
        for (int lane = 0; lane < layout.lanes; ++lane) {
            float depth = 0.0f;
            const float px = stretch_distance_px(picker, layout.key_position(layer, lane, token),
                                                 layout.query_position(layer, lane, token), depth);
            if (px <= 0.5f * lanes_px) hit.take(head_focus(layer, lane), px, depth);
        }
    }
}

}  // namespace

void PickHit::take(const Focus& candidate, float px, float depth) {
    const bool nearer = px < distance_px - 0.5f || (px < distance_px + 0.5f && depth < depth_u);
    if (nearer) focus = candidate, distance_px = px, depth_u = depth;
}

bool is_selected_line(const FlowSelection& selection, const WeightBlock& block, int lane, int query,
                      int key) {
    const size_t row = static_cast<size_t>(lane) * block.rows + static_cast<size_t>(query);
    const float value = std::abs((*block.values)[row * block.columns + static_cast<size_t>(key)]);
    const auto bit = [](const std::vector<uint32_t>& mask, int index) {
        return (mask[static_cast<size_t>(index) / 32u] >> (static_cast<uint32_t>(index) % 32u) & 1u) != 0;
    };
    if (value < selection.threshold) return false;
    if (selection.row_thresholds && value < (*selection.row_thresholds)[row]) return false;
    if (selection.slice_mask && !bit(*selection.slice_mask, lane)) return false;
    if (selection.row_mask && bit(*selection.row_mask, query)) return false;
    if (selection.column_mask && bit(*selection.column_mask, key)) return false;
    if (selection.band >= 0 && std::abs(query - key) <= selection.band) return false;
    if (selection.only_slice >= 0 && selection.only_slice != lane) return false;
    if (selection.only_row >= 0 && selection.only_row != query) return false;
    return selection.only_column < 0 || selection.only_column == key;
}

PickHits find_hits(const TextStackPlan& plan, const TextStackLayout& layout, const ViewMotion& motion,
                   const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key,
                   const PickedWords& words) {
    PickHits hits;
    if (plan.blocks.empty() || plan.layers.empty() || plan.blocks[0].columns == 0) return hits;
    const Picker picker{plan,
                        motion,
                        viewport,
                        pointer_px,
                        camera,
                        layout,
                        draw_camera(camera, viewport),
                        make_emphasis(plan, motion),
                        viewport.ui_scale};
    if (words.numbers) search_layer_numbers(picker, hits.number);
    if (hits.number.is_hit()) return hits;
    search_tokens(picker, out_of_key, words, hits.row, hits.word);
    if (hits.word.is_hit()) return hits;
    search_lanes(picker, hits.lane);
    if (hits.lane.is_hit()) return hits;
    search_lines(picker, hits.line);
    search_bars(picker, hits.bar);
    return hits;
}

Focus decide(const PickHits& hits) {
    for (const PickHit* hit : {&hits.number, &hits.word, &hits.lane})
        if (hit->is_hit()) return hit->focus;
    if (hits.row.is_hit() && hits.row.distance_px <= hits.line.distance_px + hits.row.preference_px)
        return hits.row.focus;
    return hits.bar.distance_px < hits.line.distance_px ? hits.bar.focus : hits.line.focus;
}

bool is_in_picture(const Viewport& viewport, glm::vec2 pointer_px) {
    const glm::vec2 size(viewport.size);
    return pointer_px.x >= 0.0f && pointer_px.y >= 0.0f && pointer_px.y <= size.y &&
           pointer_px.x <= size.x - viewport.panel_px;
}

Focus pick_text_stack(const TextStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                      const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key) {
    if (!is_in_picture(viewport, pointer_px)) return {};
    return decide(find_hits(plan, make_layout(plan, motion, viewport), motion, camera, viewport, pointer_px,
                            out_of_key, {}));
}

}  // namespace weft
