#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/focus_rows.h"
#include "scenes/hud.h"
#include "scenes/label_placement.h"
#include "scenes/projection.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr int most_lines = 5;
constexpr float width_px = 226.0f, row_px = 22.0f, head_px = 34.0f, bar_px = 30.0f, foot_px = 8.0f;

std::string three_digits(float number) {
    char text[16];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(number));
    return text;
}

struct RowOnScreen {
    glm::vec2 first_lane, last_lane, target;  // px; `target`: what the camera looks at
};

// On the side away from the camera's target if it fits there, off the row's outer end, below the row if there
// is room, inside the picture's free part.
glm::vec2 place_box(const HudScene& scene, const ScreenBounds& free, const RowOnScreen& row, glm::vec2 size) {
    const float gap = 22.0f * scene.scale;
    // Never over the columns of words at the sides.
    const float side = std::min(30.0f * scene.scale, 0.5f * (free.right - free.left - size.x));
    const float low = std::min(row.first_lane.x, row.last_lane.x), high = std::max(row.first_lane.x, row.last_lane.x);
    const bool fits_left = low - gap - size.x >= free.left + side;
    const bool fits_right = high + gap + size.x <= free.right - side;
    const bool away_is_right = row.target.x < 0.5f * (low + high);
    const bool to_the_right = away_is_right ? fits_right || !fits_left : fits_right && !fits_left;
    const bool first_is_outer = (row.first_lane.x > row.last_lane.x) == to_the_right;
    const glm::vec2 end = first_is_outer ? row.first_lane : row.last_lane;
    glm::vec2 at{to_the_right ? end.x + gap : end.x - gap - size.x, end.y + 1.5f * gap};
    if (at.y + size.y > free.bottom) at.y = end.y - 1.5f * gap - size.y;
    at.x = std::clamp(at.x, free.left + side, free.right - size.x - side);
    at.y = std::clamp(at.y, free.top, free.bottom - size.y);
    return at;
}

}  // namespace

void add_tooltip(DrawList& list, const HudScene& scene, float bottom_px) {
    Focus focus = scene.motion.shown_focus;
    if ((focus.kind != FocusKind::token && focus.kind != FocusKind::edge) || scene.motion.focus < 0.95f)
        return;
    if (scene.motion.inside > 0.5f || focus.layer < 0 || focus.layer >= scene.layout.layers) return;
    if (focus.kind == FocusKind::edge)
        focus = {FocusKind::token, focus.block, focus.layer, -1, focus.query, -1, false};
    std::vector<StrongestLine> lines = strongest_lines(scene.plan, focus, most_lines);
    const AttentionBlock& attention = scene.plan.frame->blocks.front();
    const auto& keys = scene.plan.frame->stacks[attention.key_stack].tokens;
    const auto& queries = scene.plan.frame->stacks[attention.query_stack].tokens;
    const auto& own_tokens = focus.by_key ? keys : queries;
    const auto& other_tokens = focus.by_key ? queries : keys;
    const int own = focus.by_key ? focus.key : focus.query;
    if (lines.empty() || own < 0 || own >= static_cast<int>(own_tokens.size())) return;

    const Theme& colors = theme(scene.view.theme);
    const float s = scene.text_px / 13.0f, text = scene.text_px;
    ScreenBounds free = picture_margins(scene.viewport, colors.text_scale);
    free.bottom = std::min(free.bottom, bottom_px);
    const float rows = std::floor(((free.bottom - free.top) / s - head_px - foot_px) / row_px);
    if (rows < 1.0f || free.right - free.left < width_px * s) return;  // no place that hides no words
    lines.resize(std::min(lines.size(), static_cast<size_t>(rows)));
    const glm::vec2 size{width_px * s, (head_px + row_px * static_cast<float>(lines.size()) + foot_px) * s};
    const int pane = focus.by_key ? focus.layer : focus.layer + 1;
    const DrawCamera camera = draw_camera(scene.camera, scene.viewport);
    const auto screen = [&](const glm::vec3& world) {
        return glm::vec2(screen_from_world(camera, scene.viewport, world));
    };
    const int last_lane = std::max(scene.layout.lanes - 1, 0);
    const RowOnScreen row{screen(scene.layout.position(pane, 0, own)),
                          screen(scene.layout.position(pane, last_lane, own)), screen(scene.camera.target)};
    const glm::vec2 at = place_box(scene, free, row, size);
    ScreenRect panel;
    panel.min = at;
    panel.max = at + size;
    panel.fill = with_alpha(colors.panel, 0.96f);
    panel.border = colors.rule;
    panel.border_px = 1.0f;
    panel.corner_px = 6.0f * s;
    list.rects.push_back(panel);
    HudPen pen{list, scene.measure, {at.x + 14.0f * s, at.y + 21.0f * s}, text};
    pen.write(focus.by_key ? "key" : "query", colors.dim_text);
    pen.skip(8.0f * s);
    pen.size_px = 1.15f * text;
    pen.write(token_text(own_tokens[static_cast<size_t>(own)]), colors.text, true);
    list.labels.back().max_width_px = 100.0f * s;
    Label layer;
    layer.text = "layer " + std::to_string(focus.layer);
    layer.size_px = text;
    layer.position = {at.x + size.x - 14.0f * s, at.y + 21.0f * s};
    layer.align = LabelAlign::right;
    layer.color = colors.dim_text;
    list.labels.push_back(std::move(layer));

    float y = at.y + head_px * s;
    for (const StrongestLine& line : lines) {
        const glm::vec4 ink = head_color(colors, line.lane, scene.plan.lanes);
        const float baseline = y + 0.5f * row_px * s + 0.36f * text;
        ScreenRect swatch;
        swatch.min = {at.x + 14.0f * s, y + 5.0f * s};
        swatch.max = swatch.min + glm::vec2(12.0f * s);
        swatch.fill = ink;
        swatch.corner_px = 3.0f * s;
        list.rects.push_back(swatch);
        pen.size_px = text;
        pen.at = {at.x + 34.0f * s, baseline};
        if (scene.plan.lanes > 1) pen.write("head " + std::to_string(line.lane), colors.dim_text);
        pen.at.x = at.x + 90.0f * s;
        pen.write(token_text(other_tokens[static_cast<size_t>(line.other)]), colors.text);
        list.labels.back().max_width_px = 54.0f * s;
        ScreenRect bar;
        bar.min = {at.x + 150.0f * s, y + 8.0f * s};
        bar.max = bar.min + glm::vec2(std::max(bar_px * line.weight, 1.0f) * s, 6.0f * s);
        bar.fill = ink;
        bar.corner_px = 2.0f * s;
        list.rects.push_back(bar);
        Label number;
        number.text = three_digits(line.weight);
        number.size_px = text;
        number.position = {at.x + size.x - 10.0f * s, baseline};
        number.align = LabelAlign::right;
        number.color = colors.text;
        list.labels.push_back(std::move(number));
        y += row_px * s;
    }
}

}  // namespace weft
