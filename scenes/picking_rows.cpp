// Words under the pointer: rows of panes, and labels beside them.
#include <algorithm>
#include <cmath>

#include "scenes/labels.h"
#include "scenes/line_picking.h"
#include "scenes/picker.h"

namespace weft {

namespace {

constexpr float row_preference_px = 2.0f;  // where a line meets its row, the token is meant
constexpr float dense_row_part = 0.25f;    // ... within this part of a row's height, where rows are dense

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
        const float gap = label_gap_px * picker.scale,
                    width = (label_gap_px + widest_label_px) * picker.scale;
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

}  // namespace

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

}  // namespace weft
