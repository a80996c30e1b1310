#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "scenes/flow_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/hud.h"
#include "scenes/label_placement.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/shared_keys.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr int most_lines = 5;
constexpr float least_of_three_decimals = 0.1f;  // of patches: three digits
constexpr float shared_px = 38.0f, row_px = 22.0f, head_px = 34.0f, bar_px = 30.0f, foot_px = 8.0f;

// The row of the focused token, and the same row on the pane where its lines end beside words and numbers;
// px.
struct RowOnScreen {
    float low, high, other_low, other_high;  // x
    float y;
    float below, above;  // what the other words of its block take
};

// Beside the row on the side without its lines, else beyond the words at the lines' other ends; below the row
// if there is room; inside the picture's free part and off the columns of words at its sides. None: it would
// hide words.
std::optional<glm::vec2> place_box(const HudScene& scene, const ScreenBounds& free, const RowOnScreen& row,
                                   glm::vec2 size) {
    const float gap = 22.0f * scene.scale, words = 130.0f * scene.text_px / 13.0f;
    const float side = 30.0f * scene.scale;
    const bool other_is_left = row.other_low + row.other_high < row.low + row.high;
    const float beside = other_is_left ? row.high + gap : row.low - gap - size.x;
    const float beyond = other_is_left ? row.other_low - words - size.x : row.other_high + words;
    for (const float x : {beside, beyond}) {
        if (x < free.left + side || x + size.x > free.right - side) continue;
        float y = row.y + 1.5f * gap + row.below;
        if (y + size.y > free.bottom) y = row.y - 1.5f * gap - row.above - size.y;
        return glm::vec2(x, std::clamp(y, free.top, free.bottom - size.y));
    }
    return std::nullopt;
}

// "head 5", or "head 5 · kv 2" where it reads the keys and values of a head that others read as well.
std::string head_name(const AttentionBlock& block, int head) {
    const std::optional<int> shared = key_value_head(block, head);
    return "head " + std::to_string(head) + (shared ? " · kv " + std::to_string(*shared) : "");
}

// How far the other words of a token's block reach above (-1) or below (1) its own.
float unfolded_px(const HudScene& scene, int own, int side) {
    if (!scene.plan.near) return 0.0f;
    const int size = scene.plan.tokens_per_block, place = own % size;
    const int words = side < 0 ? place : size - 1 - place;
    return static_cast<float>(words) * unfolded_pitch_em * 15.0f * scene.viewport.ui_scale *
           theme(scene.view.theme).text_scale;
}

}  // namespace

float add_tooltip(DrawList& list, const HudScene& scene, float bottom_px, std::optional<glm::vec2> corner) {
    const float none = corner ? corner->y : 0.0f;
    Focus focus = scene.motion.shown_focus;
    if ((focus.kind != FocusKind::token && focus.kind != FocusKind::edge) || scene.motion.focus < 0.95f)
        return none;
    if (scene.motion.inside > 0.5f || focus.layer < 0 || focus.layer >= scene.layout.layers) return none;
    if (focus.kind == FocusKind::edge)
        focus = {FocusKind::token, focus.block, focus.layer, -1, focus.query, -1, false};
    std::vector<StrongestLine> lines = strongest_lines(scene.plan, focus, most_lines);
    const AttentionBlock& attention = shown_block(scene.plan);
    const auto& keys = key_tokens(*scene.plan.frame, attention);
    const auto& queries = query_tokens(*scene.plan.frame, attention);
    const auto& own_tokens = focus.by_key ? keys : queries;
    const auto& other_tokens = focus.by_key ? queries : keys;
    const int own = focus.by_key ? focus.key : focus.query;
    if (lines.empty() || own < 0 || own >= static_cast<int>(own_tokens.size())) return none;

    const float shift_px = scene.plan.lanes > 1 && key_value_head(attention, 0) ? shared_px : 0.0f;
    const float width_px = narrow_tooltip_px + shift_px;
    const Theme& colors = theme(scene.view.theme);
    const float s = scene.text_px / 13.0f, text = scene.text_px;
    ScreenBounds free = picture_margins(scene.viewport, colors.text_scale);
    free.bottom = std::min(free.bottom, bottom_px);
    if (corner) free.top = corner->y;
    const float rows = std::floor(((free.bottom - free.top) / s - head_px - foot_px) / row_px);
    const bool leaves_picture =
        corner && corner->x + width_px * s > static_cast<float>(scene.viewport.size.x) -
                                                 scene.viewport.panel_px - hud_margin_px * scene.scale;
    const bool is_wide_enough = free.right - free.left >= width_px * s && !leaves_picture;
    if (rows < 1.0f || !is_wide_enough) return none;  // no place that hides no words
    lines.resize(std::min(lines.size(), static_cast<size_t>(rows)));
    const glm::vec2 size{width_px * s, (head_px + row_px * static_cast<float>(lines.size()) + foot_px) * s};
    const int pane = focus.by_key ? focus.layer : focus.layer + 1;
    const DrawCamera camera = draw_camera(scene.camera, scene.viewport);
    const auto screen = [&](const glm::vec3& world) {
        return glm::vec2(screen_from_world(camera, scene.viewport, world));
    };
    const int last_lane = std::max(scene.layout.lanes - 1, 0);
    const int other_pane = focus.by_key ? focus.layer + 1 : focus.layer;
    const glm::vec2 first = screen(scene.layout.position(pane, 0, own)),
                    last = screen(scene.layout.position(pane, last_lane, own)),
                    other_first = screen(scene.layout.position(other_pane, 0, own)),
                    other_last = screen(scene.layout.position(other_pane, last_lane, own));
    const RowOnScreen row{std::min(first.x, last.x),
                          std::max(first.x, last.x),
                          std::min(other_first.x, other_last.x),
                          std::max(other_first.x, other_last.x),
                          0.5f * (first.y + last.y),
                          unfolded_px(scene, own, 1),
                          unfolded_px(scene, own, -1)};
    const std::optional<glm::vec2> placed = corner ? corner : place_box(scene, free, row, size);
    if (!placed) return none;
    const glm::vec2 at = *placed;
    ScreenRect panel;
    panel.min = at;
    panel.max = at + size;
    panel.fill = with_alpha(colors.panel, 0.96f);
    panel.border = colors.rule;
    panel.border_px = 1.0f;
    panel.corner_px = 6.0f * s;
    list.rects.push_back(panel);
    HudPen pen{list, scene.measure, {at.x + 14.0f * s, at.y + 21.0f * s}, text};
    pen.write(focus.by_key ? key_word(attention.kind) : query_word(attention.kind), colors.dim_text);
    pen.skip(8.0f * s);
    pen.size_px = 1.15f * text;
    const std::string layer_text =
        scene.plan.joins_ends ? "all layers" : "layer " + std::to_string(focus.layer);
    const float room = at.x + size.x - 22.0f * s - scene.measure(layer_text, text, false) - pen.at.x;
    pen.write(token_text(own_tokens[static_cast<size_t>(own)]), colors.text, true);
    list.labels.back().max_width_px = std::min(100.0f * s, room);
    Label layer;
    layer.text = layer_text;
    layer.size_px = text;
    layer.position = {at.x + size.x - 14.0f * s, at.y + 21.0f * s};
    layer.align = LabelAlign::right;
    layer.color = colors.dim_text;
    list.labels.push_back(std::move(layer));

    float y = at.y + head_px * s;
    for (const StrongestLine& line : lines) {
        glm::vec4 ink = (*lane_colors(scene.plan, scene.view))[static_cast<size_t>(line.lane)];
        if (scene.plan.has_signed_lines() && line.weight < 0.0f) ink = negative_color(colors);
        const float baseline = y + 0.5f * row_px * s + 0.36f * text;
        ScreenRect swatch;
        swatch.min = {at.x + 14.0f * s, y + 5.0f * s};
        swatch.max = swatch.min + glm::vec2(12.0f * s);
        swatch.fill = ink;
        swatch.corner_px = 3.0f * s;
        list.rects.push_back(swatch);
        pen.size_px = text;
        pen.at = {at.x + 34.0f * s, baseline};
        if (scene.plan.lanes > 1) pen.write(head_name(attention, line.lane), colors.dim_text);
        pen.at.x = at.x + (90.0f + shift_px) * s;
        pen.write(token_text(other_tokens[static_cast<size_t>(line.other)]), colors.text);
        list.labels.back().max_width_px = 54.0f * s;
        ScreenRect bar;
        bar.min = {at.x + (150.0f + shift_px) * s, y + 8.0f * s};
        bar.max = bar.min + glm::vec2(std::max(bar_px * std::abs(line.weight), 1.0f) * s, 6.0f * s);
        bar.fill = ink;
        bar.corner_px = 2.0f * s;
        list.rects.push_back(bar);
        Label number;
        const bool is_small = reads_patches(scene.plan) && std::abs(line.weight) < least_of_three_decimals;
        number.text =
            is_small ? number_text(line.weight * scene.plan.scale) : weight_text(scene.plan, line.weight, 3);
        number.size_px = text;
        number.position = {at.x + size.x - 10.0f * s, baseline};
        number.align = LabelAlign::right;
        number.color = colors.text;
        list.labels.push_back(std::move(number));
        y += row_px * s;
    }
    return at.y + size.y + tooltip_gap_px * s;
}

}  // namespace weft
