#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/heads_overview.h"
#include "scenes/hud.h"
#include "scenes/pattern_color.h"
#include "scenes/quantity.h"
#include "scenes/sheet.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float underline_px = 2.5f, ring_px = 4.0f;

struct Sheet : SheetPage {
    const HeadsOverviewPlan& plan;
    HeadsOverviewLayout layout;
};

void add_tiles(DrawList& list, const Sheet& sheet) {
    const glm::vec2 cells(sheet.plan.tiles->width, sheet.plan.tiles->height);
    add_to_sheet(list, sheet.plan.tiles, sheet.layout.origin, sheet.layout.cell_px * cells,
                 sheet.layout.is_crisp);
}

// What is not chosen lies under a veil of the ground.
void add_veils(DrawList& list, const Sheet& sheet) {
    for (int layer = 0; layer < sheet.plan.layers; ++layer) {
        const auto& shown = sheet.plan.stack->layers[static_cast<size_t>(layer)].lane_shown;
        for (int lane = 0; lane < sheet.plan.lanes; ++lane) {
            if (shown[static_cast<size_t>(lane)]) continue;
            ScreenRect veil;
            veil.min = sheet.layout.tile_min(layer, lane);
            veil.max = veil.min + sheet.layout.tile_px;
            veil.fill = with_alpha(sheet.colors.ground, 0.75f);
            list.rects.push_back(veil);
        }
    }
}

void add_underlines(DrawList& list, const Sheet& sheet) {
    const float gap = sheet.layout.pitch_px.y - sheet.layout.tile_px.y;
    const float height = std::min(underline_px * sheet.scale, 0.5f * gap);
    for (size_t head = 0; head < sheet.plan.patterns.size(); ++head) {
        if (!sheet.plan.patterns[head]) continue;
        const int layer = static_cast<int>(head) / sheet.plan.lanes,
                  lane = static_cast<int>(head) % sheet.plan.lanes;
        ScreenRect line;
        line.min = sheet.layout.tile_min(layer, lane) +
                   glm::vec2(0.0f, sheet.layout.tile_px.y + std::min(1.5f * sheet.scale, 0.25f * gap));
        line.max = line.min + glm::vec2(sheet.layout.tile_px.x, height);
        line.fill = pattern_color(sheet.colors, *sheet.plan.patterns[head]);
        line.corner_px = 0.4f * height;
        list.rects.push_back(line);
    }
}

void add_ring(DrawList& list, const Sheet& sheet, const Focus& focus, const glm::vec4& color) {
    if (focus.kind != FocusKind::head || focus.layer < 0 || focus.layer >= sheet.plan.layers ||
        focus.head < 0 || focus.head >= sheet.plan.lanes)
        return;
    ScreenRect ring;
    const float out =
        std::min(ring_px * sheet.scale, 0.5f * (sheet.layout.pitch_px.x - sheet.layout.tile_px.x) + 1.0f);
    ring.min = sheet.layout.tile_min(focus.layer, focus.head) - out;
    ring.max = sheet.layout.tile_min(focus.layer, focus.head) + sheet.layout.tile_px + out;
    ring.fill = glm::vec4(0.0f);
    ring.border = color;
    ring.border_px = std::max(1.0f, 2.0f * sheet.scale);
    ring.corner_px = out;
    list.rects.push_back(ring);
}

// Numbers of layers at the left, of heads above; every one that has room.
void add_numbers(DrawList& list, const Sheet& sheet) {
    const glm::vec2 origin = sheet.layout.origin;
    const Focus& focus =
        sheet.view.hovered.kind == FocusKind::head ? sheet.view.hovered : sheet.view.selected;
    const bool focused = focus.kind == FocusKind::head;
    const auto every = [](float room_px, float pitch_px) {
        return std::max(1, static_cast<int>(std::ceil(room_px / pitch_px)));
    };
    const float cap = 0.36f * sheet.text_px, head_y = origin.y - 8.0f * sheet.scale;
    const int layer_step = every(1.1f * sheet.text_px, sheet.layout.pitch_px.y);
    const std::string last = std::to_string(sheet.plan.lanes - 1);
    const int lane_step = every(sheet.measured(last) + 6.0f * sheet.scale, sheet.layout.pitch_px.x);
    const float number_x = origin.x - 12.0f * sheet.scale;
    for (int layer = 0; layer < sheet.plan.layers; layer += layer_step) {
        const float y = sheet.layout.tile_min(layer, 0).y + 0.5f * sheet.layout.tile_px.y + cap;
        list.labels.push_back(sheet.label(std::to_string(layer), {number_x, y}, LabelAlign::right,
                                          focused && focus.layer == layer));
    }
    for (int lane = 0; lane < sheet.plan.lanes && sheet.plan.lanes > 1; lane += lane_step) {
        const float x = sheet.layout.tile_min(0, lane).x + 0.5f * sheet.layout.tile_px.x;
        list.labels.push_back(sheet.label(std::to_string(lane), {x, head_y}, LabelAlign::center,
                                          focused && focus.head == lane));
    }
    list.labels.push_back(sheet.label(sheet.plan.stack->joins_ends ? "all" : "layer", {number_x, head_y},
                                      LabelAlign::right, false));
    if (sheet.plan.lanes > 1) {
        const float x = sheet.layout.tile_min(0, sheet.plan.lanes - 1).x + sheet.layout.tile_px.x;
        list.labels.push_back(
            sheet.label("head", {x + 10.0f * sheet.scale, head_y}, LabelAlign::left, false));
    }
}

// Names of the patterns that are underlined, from the left; where the colour bar begins they end.
void add_pattern_key(DrawList& list, const Sheet& sheet, float right_px) {
    std::vector<bool> named(pattern_count, false);
    for (const auto& pattern : sheet.plan.patterns)
        if (pattern) named[static_cast<size_t>(*pattern)] = true;
    HudPen pen{list, sheet.measure, {hud_margin_px * sheet.scale, sheet.foot_px()}, sheet.text_px};
    if (std::ranges::find(named, true) == named.end()) return;
    char excess[64];
    std::snprintf(excess, sizeof excess, "underline: a pattern, %.2f over uniform attention",
                  static_cast<double>(least_excess));
    pen.write(excess, sheet.colors.dim_text);
    list.labels.back().max_width_px = right_px - list.labels.back().position.x;
    pen.at = {hud_margin_px * sheet.scale, pen.at.y + 1.5f * sheet.text_px};
    const float swatch = 24.0f * sheet.scale;
    for (size_t p = 0; p < pattern_count; ++p) {
        if (!named[p]) continue;
        const std::string name(pattern_name(static_cast<Pattern>(p)));
        if (pen.at.x + swatch + 8.0f * sheet.scale + sheet.measured(name) > right_px) break;
        ScreenRect line;
        line.min = {pen.at.x, pen.at.y - 0.36f * sheet.text_px - 1.5f * sheet.scale};
        line.max = line.min + glm::vec2(swatch, 3.0f * sheet.scale);
        line.fill = pattern_color(sheet.colors, static_cast<Pattern>(p));
        line.corner_px = 1.0f * sheet.scale;
        list.rects.push_back(line);
        pen.skip(swatch + 8.0f * sheet.scale);
        pen.write(name, sheet.colors.dim_text);
        pen.skip(18.0f * sheet.scale);
    }
}

std::string subtitle(const Sheet& sheet) {
    const HeadsOverviewPlan& plan = sheet.plan;
    const AttentionBlock& attention = shown_block(*plan.stack);
    const Focus& hovered = sheet.view.hovered;
    if (hovered.kind == FocusKind::head && hovered.head >= 0) {
        std::string text =
            "layer " + std::to_string(hovered.layer) + " · head " + std::to_string(hovered.head);
        const size_t head = static_cast<size_t>(hovered.layer * plan.lanes + hovered.head);
        if (head < plan.patterns.size() && plan.patterns[head])
            text += " · " + std::string(pattern_name(*plan.patterns[head]));
        return text + " · click: open it, again: fly into it";
    }
    const std::string which = attention_title(attention.kind);
    std::string text = (which.empty() ? "" : which + " · ") + "all " +
                       std::to_string(plan.layers * plan.lanes) + (plan.lanes > 1 ? " heads" : " layers") +
                       " · each tile: rows = queries, columns = keys, " + std::to_string(attention.queries) +
                       " × " + std::to_string(attention.keys) + " tokens";
    if (plan.block > 1)
        text += " · a cell: mean of " + std::to_string(plan.block) + " × " + std::to_string(plan.block);
    return text;
}

}  // namespace

DrawList draw_heads_overview(const HeadsOverviewPlan& plan, const ViewState& view, const ViewMotion& motion,
                             const Viewport& viewport, const MeasureText& measure) {
    DrawList list = empty_sheet(view, viewport);
    if (!plan.tiles) return list;
    const Sheet sheet{sheet_page(*plan.stack, view, motion, viewport, measure), plan,
                      heads_overview_layout(plan, viewport)};
    add_tiles(list, sheet);
    add_veils(list, sheet);
    add_underlines(list, sheet);
    if (view.selected != view.hovered) add_ring(list, sheet, view.hovered, sheet.colors.dim_text);
    add_ring(list, sheet, view.selected, sheet.colors.selected);
    if (!measure) return list;

    sheet.add_title(list, subtitle(sheet));
    add_numbers(list, sheet);
    const QuantityLegend shown = legend(view, *plan.stack);
    const std::string what = shown.by_bars ? "attention weight" : shown.method;
    const float bar_left =
        sheet.add(list, sheet.color_bar(what + " (colour = √), every weight is in a cell", plan.stack->scale,
                                        plan.stack->has_signed_lines()));
    add_pattern_key(list, sheet, bar_left - 24.0f * sheet.scale);
    return list;
}

}  // namespace weft
