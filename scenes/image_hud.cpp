#include "scenes/image_hud.h"

#include <algorithm>
#include <cmath>

#include "scenes/color_bar.h"
#include "scenes/image_face.h"
#include "scenes/image_hud_parts.h"
#include "scenes/image_light.h"
#include "scenes/image_names.h"
#include "scenes/label_placement.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

std::string caption(const ImageStackPlan& plan) {
    const std::string title = quantity_title(plan.view.quantity), who = query_name(plan);
    if (plan.quantity_missing) return title + ": not there yet";
    const bool is_plain =
        plan.view.quantity == "attention" || quantity_shape(plan.view.quantity) == MethodShape::heads;
    std::string text;
    switch (plan.kind) {
        case ImageNumbers::keys_of_layer:
            text = is_plain && !plan.query ? "what all tokens read on average in " + place_name(plan)
                   : is_plain              ? "what " + who + " reads in " + place_name(plan)
                                           : title + " of " + who + " in " + place_name(plan);
            break;
        case ImageNumbers::input_to_layer:
            text = title + ": what " + who + (plan.query ? " has" : " have") + " of the image after " +
                   place_name(plan);
            break;
        case ImageNumbers::input_to_end:
            text =
                title + ": what " + who + (plan.query ? " has" : " have") + " of the image after all layers";
            break;
        case ImageNumbers::queries:
            text = title + " of every patch in " + place_name(plan);
            break;
        case ImageNumbers::input:
            text = title + " of every patch of the image";
            break;
    }
    text += " · " + std::to_string(plan.grid->rows) + "×" + std::to_string(plan.grid->columns) + " patches";
    return text + (plan.view.image.smooth ? ", smoothed between them" : "");
}

void add_title(ImageHud& hud) {
    const Provenance& provenance = hud.plan.frame->provenance;
    const float size = title_em * hud.at.text_px, left = hud_margin_px * hud.at.scale;
    const float end = title_end_px(hud.viewport, hud.at.scale);
    HudPen pen{hud.list, hud.measure, {left, hud_title_y_px * hud.at.scale + 0.36f * size}, size};
    std::string title = hud.view.title;
    if (title.empty()) title = provenance.title.empty() ? provenance.model : provenance.title;
    if (!title.empty()) {
        pen.write(title, hud.colors.text, true);
        const float widest = 0.4f * (end - left);
        hud.list.labels.back().max_width_px = widest;
        hud.list.labels.back().id = label_id(title, 1);
        pen.at.x = std::min(pen.at.x, left + widest) + 12.0f * hud.at.scale;
    }
    pen.size_px = hud.at.text_px;
    const std::string about = caption(hud.plan);
    pen.write(about, hud.colors.dim_text);
    hud.list.labels.back().id = label_id(about, 2);
    hud.list.labels.back().max_width_px = std::max(end - hud.list.labels.back().position.x, 4.0f * size);
}

std::array<glm::vec3, 4> in_bounds(const Rect& part, const Rect& shown, const ScreenBounds& bounds) {
    const auto at = [&](double x, double y) {
        return glm::vec3(
            glm::mix(bounds.left, bounds.right, static_cast<float>((x - shown.x) / shown.width)),
            glm::mix(bounds.top, bounds.bottom, static_cast<float>((y - shown.y) / shown.height)), 0.0f);
    };
    return {at(part.x, part.y), at(part.x + part.width, part.y),
            at(part.x + part.width, part.y + part.height), at(part.x, part.y + part.height)};
}

void add_outline(ImageHud& hud, const ScreenBounds& bounds, const glm::vec4& color, float width_px,
                 float corner_px) {
    ScreenRect rect;
    rect.min = {bounds.left, bounds.top};
    rect.max = {bounds.right, bounds.bottom};
    rect.fill = glm::vec4(0.0f);
    rect.border = color;
    rect.border_px = width_px;
    rect.corner_px = corner_px;
    hud.list.rects.push_back(rect);
}

void add_tiles(ImageHud& hud) {
    const ImageStackPlan& plan = hud.plan;
    const Rect shown = image_layout(plan, {}).shown;
    const float s = hud.at.scale;
    const int query = plan.query ? plan.patch_of(*plan.query) : -1;
    const bool is_one = plan.heads.size() == 1;
    const ImageStackPlan* former = former_light(plan, hud.motion);
    const auto numbers = former ? mixed_numbers(former->numbers, plan.numbers, hud.motion.lit) : plan.numbers;
    for (const ImageHudLayout::Tile& tile : hud.at.tiles) {
        const ImageHead& head = plan.strip.at(static_cast<size_t>(tile.index));
        const PlaceRect place = [&](const Rect& part) { return in_bounds(part, shown, tile.bounds); };
        ImageFace face;
        face.grey_opacity = grey_under_numbers(plan);
        face.has_numbers = true;
        face.first = head.first;
        face.numbers = numbers;
        face.pixels = std::max(tile.bounds.right - tile.bounds.left, tile.bounds.bottom - tile.bounds.top);
        hud.list.pictures.push_back(image_plate(place(shown), plan.view.theme));
        add_image_face(hud.list.pictures, plan, place, face);
        add_outline(hud, tile.bounds, hud.colors.rule, 1.0f * s, 0.0f);
        if (query >= 0) {
            const auto corners = in_bounds(plan.area_of(query), shown, tile.bounds);
            add_outline(hud,
                        {corners[0].x - 1.0f, corners[0].y - 1.0f, corners[2].x + 1.0f, corners[2].y + 1.0f},
                        hud.colors.amber, 1.2f * s, 0.0f);
        }
        const bool is_shown = is_one && plan.heads.front() == head.head;
        const bool is_pointed = hud.view.hovered.head == head.head;
        const float out = 3.0f * s;
        const ScreenBounds around{tile.bounds.left - out, tile.bounds.top - out, tile.bounds.right + out,
                                  tile.bounds.bottom + out};
        if (is_shown) add_outline(hud, around, hud.colors.amber, 2.0f * s, 3.0f * s);
        if (is_pointed && !is_shown) add_outline(hud, around, hud.colors.selected, 1.2f * s, 3.0f * s);
        Label name;
        name.text = head.own ? number_text(*head.own) : std::to_string(head.head);
        name.size_px = std::max(11.0f / 13.0f * hud.at.text_px, least_text_px);
        name.position = {0.5f * (tile.bounds.left + tile.bounds.right),
                         tile.bounds.bottom + 4.0f * s + name.size_px};
        name.align = LabelAlign::center;
        name.color = is_shown ? hud.colors.text : hud.colors.dim_text;
        name.bold = is_shown;
        name.max_width_px = tile.bounds.right - tile.bounds.left + 8.0f * s;
        hud.list.labels.push_back(std::move(name));
    }
}

void add_header(ImageHud& hud) {
    const ImageStackPlan& plan = hud.plan;
    const float s = hud.at.scale;
    float right = hud.at.queries.empty() ? hud.at.key.left : hud.at.queries.front().bounds.left;
    if (!plan.strip.empty() && !hud.at.tiles.empty()) {
        const bool of_heads = plan.strip.front().own.has_value();
        const size_t shown = hud.at.tiles.size();
        std::string text = of_heads ? quantity_title(plan.view.quantity) + " of the heads of layer " +
                                          std::to_string(plan.layer)
                           : has_query(plan.kind) ? query_name(plan) + ", "
                                                  : "every patch, ";
        if (!of_heads)
            text += (shown == plan.strip.size() ? "all heads"
                                                : "heads " + std::to_string(hud.at.tiles.front().index) +
                                                      "–" + std::to_string(hud.at.tiles.back().index) +
                                                      " of " + std::to_string(plan.strip.size())) +
                    " of layer " + std::to_string(plan.layer);
        HudPen pen{hud.list, hud.measure, hud.at.header, hud.at.text_px};
        pen.write(text, hud.colors.dim_text);
        hud.list.labels.back().id = label_id(text, 3);
        hud.list.labels.back().max_width_px =
            std::max(right - hud.at.header.x - 12.0f * s - 3.6f * hud.at.text_px, 1.0f);
    }
    if (!hud.at.queries.empty()) {
        Label label;
        label.text = "query";
        label.size_px = hud.at.text_px;
        label.position = {hud.at.queries.front().bounds.left - 0.6f * hud.at.text_px, hud.at.header.y};
        label.align = LabelAlign::right;
        label.color = hud.colors.dim_text;
        hud.list.labels.push_back(std::move(label));
    }
    for (const ImageHudLayout::Query& query : hud.at.queries) {
        const bool is_shown = query.token < 0 ? !plan.query : plan.query == query.token;
        const Focus& hovered = hud.view.hovered;
        const bool is_pointed = query.token < 0
                                    ? hovered.kind == FocusKind::layer
                                    : hovered.kind == FocusKind::token && hovered.query == query.token;
        ScreenRect box;
        box.min = {query.bounds.left, query.bounds.top};
        box.max = {query.bounds.right, query.bounds.bottom};
        box.fill = hud.colors.panel;
        box.border = is_shown ? hud.colors.amber : is_pointed ? hud.colors.selected : hud.colors.rule;
        box.border_px = (is_shown ? 2.0f : 1.0f) * s;
        box.corner_px = 4.0f * s;
        hud.list.rects.push_back(box);
        Label label;
        label.text = query.token < 0 ? "mean" : token_name(plan, query.token);
        label.size_px = std::max(12.0f / 13.0f * hud.at.text_px, least_text_px);
        label.position = {0.5f * (query.bounds.left + query.bounds.right),
                          0.5f * (query.bounds.top + query.bounds.bottom) + 0.36f * label.size_px};
        label.align = LabelAlign::center;
        label.color = is_shown ? hud.colors.text : hud.colors.dim_text;
        label.bold = is_shown;
        label.max_width_px = query.bounds.right - query.bounds.left - 6.0f * s;
        hud.list.labels.push_back(std::move(label));
    }
}

// What the colours of a map stand for; returns the y below it.
float add_map_key(ImageHud& hud, float top) {
    const ImageStackPlan& plan = hud.plan;
    const ColorScale colors{plan.full, plan.is_signed, plan.kind == ImageNumbers::queries && !plan.is_signed,
                            plan.view.map.get()};
    return add_color_scale(hud.list, colors, hud.at.key.left, hud.at.key.right, top, hud.colors, hud.measure,
                           hud.at.text_px, hud.at.scale);
}

std::string unit_of_numbers(const ImageHud& hud) {
    if (hud.plan.view.quantity == "attention") return "share of the row";
    if (hud.plan.view.quantity == "rollout") return "share of the input";
    if (hud.plan.view.quantity == "entropy") return "of ln(keys)";
    const std::string unit = legend(hud.view, hud.stack).unit;
    // "largest 0.31 · in units of y": the largest stands at the bar.
    const size_t dot = unit.find(" · ");
    if (unit.starts_with("largest"))
        return dot == std::string::npos ? "" : unit.substr(dot + std::string(" · ").size());
    return unit;
}

void add_key(ImageHud& hud) {
    const ImageStackPlan& plan = hud.plan;
    if (plan.row.empty()) return;
    const float left = hud.at.key.left, room = hud.at.key.right - left,
                line = image_key_line_em * hud.at.text_px;
    float y = hud.at.key.top + hud.at.text_px;
    const auto write = [&](const std::string& text, const glm::vec4& color, bool bold = false) {
        if (text.empty() || y > hud.at.key.bottom + 0.5f * hud.at.text_px) return;
        HudPen pen{hud.list, hud.measure, {left, y}, hud.at.text_px};
        pen.write(text, color, bold);
        hud.list.labels.back().max_width_px = room;
        y += line;
    };
    if (plan.is_map()) {
        write(quantity_title(plan.view.quantity), hud.colors.text, true);
        if (!(plan.full > 0.0f)) return write("0 at every patch", hud.colors.dim_text);
        y = add_map_key(hud, y - 0.6f * hud.at.text_px) + hud.at.text_px;
        write(unit_of_numbers(hud), hud.colors.dim_text);
        if (plan.is_signed) write("hatched: below 0", hud.colors.dim_text);
    } else {
        write("spotlight:", hud.colors.text, true);
        write("√(weight / p98)", hud.colors.dim_text);
        write("p98 = " + number_text(plan.full), hud.colors.dim_text);
    }
    if (plan.lines.empty()) return;
    const double patches = plan.ledger.lines + plan.ledger.patches;
    const auto held = static_cast<int>(std::lround(100.0 * plan.ledger.lines / std::max(patches, 1e-30)));
    const size_t count = plan.lines.size();
    write(std::to_string(count) + (count == 1 ? " line: " : " lines: ") + std::to_string(held) + " %",
          hud.colors.dim_text);
    write("of the patches", hud.colors.dim_text);
}

}  // namespace

void add_image_hud(DrawList& list, const ImageStackPlan& plan, const TextStackPlan& stack,
                   const ViewState& view, const ViewMotion& motion, const Viewport& viewport,
                   const MeasureText& measure) {
    ImageHud hud{list,
                 plan,
                 stack,
                 view,
                 motion,
                 viewport,
                 measure,
                 theme(view.theme),
                 image_hud_layout(plan, viewport)};
    const size_t first = list.labels.size();
    add_title(hud);
    add_image_ledger(hud);
    if (view.show_hud) {
        add_tiles(hud);
        add_header(hud);
        add_key(hud);
    }
    for (size_t i = first; i < list.labels.size(); ++i)
        list.labels[i].halo = with_alpha(hud.colors.ground, 0.9f * list.labels[i].color.a);
}

}  // namespace weft
