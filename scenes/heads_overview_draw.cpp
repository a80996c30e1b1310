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
constexpr float hatch_pitch_px = 6.0f, hatch_px = 1.0f, hatch_opacity = 0.45f;

struct Sheet : SheetPage {
    const HeadsOverviewPlan& plan;
    HeadsOverviewLayout layout;
};

void add_tiles(DrawList& list, const Sheet& sheet) {
    const glm::vec2 cells(sheet.plan.tiles->width, sheet.plan.tiles->height);
    add_to_sheet(list, sheet.plan.tiles, sheet.layout.origin, sheet.layout.cell_px * cells,
                 sheet.layout.is_crisp);
}

void add_hatching(DrawList& list, const Sheet& sheet, glm::vec2 low, glm::vec2 high) {
    for (const HatchLine& line : hatch_lines(low, high, hatch_pitch_px * sheet.scale)) {
        Stroke stroke;
        stroke.a = {line.a, 0.0f};
        stroke.b = {line.b, 0.0f};
        stroke.color = with_alpha(sheet.colors.dim_text, hatch_opacity);
        stroke.width_px = hatch_px;
        list.strokes_above.push_back(stroke);
    }
}

// What is left out of a text pair is no small weight.
void add_hatched_cells(DrawList& list, const Sheet& sheet) {
    for (int layer = 0; layer < sheet.plan.layers; ++layer)
        for (int lane = 0; lane < sheet.plan.lanes; ++lane)
            for (const CellRect& rect : sheet.plan.cells_not_shown) {
                const glm::vec2 corner = sheet.layout.tile_min(layer, lane);
                add_hatching(list, sheet, corner + sheet.layout.cell_px * glm::vec2(rect.from),
                             corner + sheet.layout.cell_px * glm::vec2(rect.to));
            }
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

// A swatch and its name; whether they have room.
bool add_key(const Sheet& sheet, HudPen& pen, const std::string& name, float right_px, auto add_swatch) {
    const float width = 24.0f * sheet.scale, gap = 8.0f * sheet.scale;
    if (pen.at.x + width + gap + sheet.measured(name) > right_px) return false;
    add_swatch(glm::vec2(pen.at.x, pen.at.y - 0.36f * sheet.text_px), width);
    pen.skip(width + gap);
    pen.write(name, sheet.colors.dim_text);
    pen.skip(18.0f * sheet.scale);
    return true;
}

// What underlines and stripes mean, from the left; where the colour bar begins they end.
void add_keys(DrawList& list, const Sheet& sheet, float right_px) {
    std::vector<bool> named(pattern_count, false);
    for (const auto& pattern : sheet.plan.patterns)
        if (pattern) named[static_cast<size_t>(*pattern)] = true;
    const bool has_part = !sheet.plan.cells_not_shown.empty();
    HudPen pen{list, sheet.measure, {hud_margin_px * sheet.scale, sheet.foot_px()}, sheet.text_px};
    if (std::ranges::find(named, true) != named.end()) {
        char excess[96];
        std::snprintf(excess, sizeof excess,
                      has_part ? "underline: pattern of both, %.2f over uniform"
                               : "underline: a pattern, %.2f over uniform attention",
                      static_cast<double>(least_excess));
        pen.write(excess, sheet.colors.dim_text);
        list.labels.back().max_width_px = right_px - list.labels.back().position.x;
    }
    pen.at = {hud_margin_px * sheet.scale, pen.at.y + 1.5f * sheet.text_px};
    if (has_part)
        add_key(sheet, pen, "not shown", right_px, [&](glm::vec2 middle, float width) {
            const float half = 0.5f * sheet.text_px;
            add_hatching(list, sheet, middle - glm::vec2(0.0f, half), middle + glm::vec2(width, half));
        });
    for (size_t p = 0; p < pattern_count; ++p) {
        const auto pattern = static_cast<Pattern>(p);
        const auto add_line = [&](glm::vec2 middle, float width) {
            ScreenRect line;
            line.min = middle - glm::vec2(0.0f, 1.5f * sheet.scale);
            line.max = line.min + glm::vec2(width, 3.0f * sheet.scale);
            line.fill = pattern_color(sheet.colors, pattern);
            line.corner_px = 1.0f * sheet.scale;
            list.rects.push_back(line);
        };
        if (named[p] && !add_key(sheet, pen, std::string(pattern_name(pattern)), right_px, add_line)) break;
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
        if (head < plan.shares.size()) text += " · " + segments_note(plan.view.segments, plan.shares[head]);
        if (head < plan.patterns.size() && plan.patterns[head])
            text += " · " + std::string(pattern_name(*plan.patterns[head])) +
                    (plan.shares.empty() ? "" : " (of both sentences)");
        return text + " · click: open it, again: fly into it";
    }
    const std::string which = attention_title(attention.kind);
    const std::string part = segments_note(*plan.stack);
    std::string text = (which.empty() ? "" : which + " · ") + (part.empty() ? "" : part + " · ") + "all " +
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
    add_hatched_cells(list, sheet);
    add_veils(list, sheet);
    add_underlines(list, sheet);
    if (view.selected != view.hovered) add_ring(list, sheet, view.hovered, sheet.colors.dim_text);
    add_ring(list, sheet, view.selected, sheet.colors.selected);
    if (!measure) return list;

    sheet.add_title(list, subtitle(sheet));
    add_numbers(list, sheet);
    const QuantityLegend shown = legend(view, *plan.stack);
    const std::string what = shown.by_bars ? "attention weight" : shown.method;
    const char* how_much = plan.cells_not_shown.empty() ? "every weight is in a cell" : "all of this part";
    const float bar_left =
        sheet.add(list, sheet.color_bar(what + " (colour = √), " + how_much, plan.stack->scale,
                                        plan.stack->has_signed_lines()));
    add_keys(list, sheet, bar_left - 24.0f * sheet.scale);
    return list;
}

}  // namespace weft
