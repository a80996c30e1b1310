#include "scenes/image_hud.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scenes/color_bar.h"
#include "scenes/hud.h"
#include "scenes/label_placement.h"
#include "scenes/quantity.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {
namespace {

constexpr float foot_px = 48.0f, tiles_over_foot_px = 36.0f, tile_px = 82.0f, tile_gap_px = 10.0f;
constexpr float least_tile_px = 34.0f, key_em = 11.0f, query_em = 4.4f, query_gap_px = 6.0f;
constexpr float ledger_width_px = 300.0f, ledger_height_px = 8.0f, ledger_line_em = 1.3f, line_em = 1.28f;

struct Hud {
    DrawList& list;
    const ImageStackPlan& plan;
    const TextStackPlan& stack;
    const ViewState& view;
    const ViewMotion& motion;
    const Viewport& viewport;
    const MeasureText& measure;
    const Theme& colors;
    ImageHudLayout at;
    float width() const { return static_cast<float>(viewport.size.x); }
};

const std::string& token_name(const ImageStackPlan& plan, int token) {
    return plan.frame->stacks.front().tokens.at(static_cast<size_t>(token)).text;
}

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

void add_title(Hud& hud) {
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

// Written in lines that break before `right_px`.
class Lines {
  public:
    Lines(Hud& hud, glm::vec2 at, float right_px)
        : hud_(hud), pen_{hud.list, hud.measure, at, hud.at.text_px}, left_(at.x), right_(right_px) {}
    void write(const std::string& text, const glm::vec4& color) {
        const bool fits = pen_.at.x + hud_.measure(text, pen_.size_px, false) <= right_;
        if (pen_.at.x > left_ && !fits) pen_.at = {left_, pen_.at.y + ledger_line_em * pen_.size_px};
        pen_.write(text, color);
        hud_.list.labels.back().max_width_px = right_ - left_;
        pen_.skip(pen_.size_px);
    }

  private:
    Hud& hud_;
    HudPen pen_;
    float left_, right_;
};

// Numbers that are no shares of anything: what they are on average.
void add_means(Hud& hud) {
    const ImageStackPlan& plan = hud.plan;
    const float left = hud_margin_px * hud.at.scale;
    Lines lines(hud, {left, hud.at.ledger_px + ledger_height_px * hud.at.scale + 1.25f * hud.at.text_px},
                hud.width() - left);
    if (plan.row.empty()) return;
    double sum = 0.0;
    int count = 0;
    for (int p = 0; p < plan.patches(); ++p) {
        const float number = plan.patch_number(p);
        if (!std::isfinite(number)) continue;
        sum += static_cast<double>(number);
        ++count;
    }
    if (count > 0)
        lines.write("mean of " + std::to_string(count) + (count == 1 ? " patch " : " patches ") +
                        number_text(static_cast<float>(sum / count)),
                    hud.colors.text);
    for (size_t o = 0; o < plan.others.size() && o < 4; ++o)
        lines.write(token_name(plan, plan.others[o]) + " " +
                        number_text(plan.row[static_cast<size_t>(plan.others[o])]),
                    hud.colors.dim_text);
}

void add_ledger(Hud& hud) {
    const ImageStackPlan& plan = hud.plan;
    if (plan.kind == ImageNumbers::queries) return add_means(hud);
    struct Part {
        std::string text;
        double share;
        glm::vec4 color;
    };
    const bool has_lines = !plan.lines.empty();
    std::vector<Part> parts;
    if (has_lines) parts.push_back({"patches with a line", plan.ledger.lines, hud.colors.amber});
    parts.push_back({has_lines ? "other patches" : "patches", plan.ledger.patches, hud.colors.drawn});
    for (size_t o = 0; o < plan.others.size(); ++o) {
        if (o < 3 || plan.others.size() <= 4) {
            parts.push_back({token_name(plan, plan.others[o]), plan.ledger.others[o], hud.colors.sink});
        } else if (o == 3) {
            parts.push_back({std::to_string(plan.others.size() - 3) + " more tokens", plan.ledger.others[o],
                             hud.colors.sink});
        } else {
            parts.back().share += plan.ledger.others[o];
        }
    }
    std::vector<double> shares;
    for (const Part& part : parts) shares.push_back(part.share);
    const std::vector<int> percents = whole_percents(shares);

    const float scale = hud.at.scale, left = hud_margin_px * scale;
    float x = left;
    for (const Part& part : parts) {
        const float length = static_cast<float>(part.share) * ledger_width_px * scale;
        ScreenRect rect;
        rect.min = {x, hud.at.ledger_px};
        rect.max = {x + std::max(length - 2.0f * scale, 0.0f), hud.at.ledger_px + ledger_height_px * scale};
        rect.fill = part.color;
        rect.corner_px = 1.5f * scale;
        if (rect.max.x > rect.min.x) hud.list.rects.push_back(rect);
        x += length;
    }
    const float beside = left + (ledger_width_px + 10.0f) * scale;
    if (hud.motion.stale > 0.0f) {
        HudPen stale{
            hud.list, hud.measure, {beside, hud.at.ledger_px + ledger_height_px * scale}, hud.at.text_px};
        stale.write("stale", with_alpha(hud.colors.text, hud.motion.stale), true);
    }
    Lines lines(hud, {left, hud.at.ledger_px + ledger_height_px * scale + 1.25f * hud.at.text_px},
                hud.width() - left);
    for (size_t i = 0; i < parts.size(); ++i)
        lines.write(parts[i].text + " " + std::to_string(percents[i]) + " %",
                    i == 0 ? hud.colors.text : hud.colors.dim_text);
    std::string of = plan.query ? "of this query" : has_query(plan.kind) ? "of the mean query" : "";
    if (plan.is_signed) {
        const auto below = static_cast<int>(std::lround(100.0 * plan.ledger.negative));
        of = "of |value|" + std::string(of.empty() ? "" : " ") + of + ", " + std::to_string(below) +
             " % below 0";
    } else if (!plan.is_share) {
        of = "of all values" + std::string(of.empty() ? "" : " ") + of;
    }
    lines.write(of, hud.colors.dim_text);
    if (const std::string explained = explained_text(*plan.frame); !explained.empty())
        lines.write(explained, hud.colors.text);
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

void add_outline(Hud& hud, const ScreenBounds& bounds, const glm::vec4& color, float width_px,
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

void add_tiles(Hud& hud) {
    const ImageStackPlan& plan = hud.plan;
    const Rect shown = image_layout(plan, {}).shown;
    const float s = hud.at.scale;
    const int query = plan.query ? plan.patch_of(*plan.query) : -1;
    const bool is_one = plan.heads.size() == 1;
    for (const ImageHudLayout::Tile& tile : hud.at.tiles) {
        const ImageHead& head = plan.strip.at(static_cast<size_t>(tile.index));
        const PlaceRect place = [&](const Rect& part) { return in_bounds(part, shown, tile.bounds); };
        ImageFace face;
        face.grey_opacity = grey_under_numbers(plan);
        face.has_numbers = true;
        face.first = head.first;
        face.pixels = std::max(tile.bounds.right - tile.bounds.left, tile.bounds.bottom - tile.bounds.top);
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

void add_header(Hud& hud) {
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
float add_map_key(Hud& hud, float top) {
    const ImageStackPlan& plan = hud.plan;
    const ColorScale colors{plan.full, plan.is_signed, plan.kind == ImageNumbers::queries && !plan.is_signed,
                            plan.view.map.get()};
    return add_color_scale(hud.list, colors, hud.at.key.left, hud.at.key.right, top, hud.colors, hud.measure,
                           hud.at.text_px, hud.at.scale);
}

std::string unit_of_numbers(const Hud& hud) {
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

void add_key(Hud& hud) {
    const ImageStackPlan& plan = hud.plan;
    if (plan.row.empty()) return;
    const float left = hud.at.key.left, room = hud.at.key.right - left, line = line_em * hud.at.text_px;
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

std::vector<int> whole_percents(const std::vector<double>& shares) {
    std::vector<int> whole(shares.size(), 0);
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (!(sum > 0.0)) return whole;
    std::vector<size_t> order(shares.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto percent = [&](size_t i) { return 100.0 * shares[i] / sum; };
    for (size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<int>(std::floor(percent(i)));
    std::ranges::stable_sort(order, [&](size_t a, size_t b) {
        return percent(a) - std::floor(percent(a)) > percent(b) - std::floor(percent(b));
    });
    const int missing = 100 - std::accumulate(whole.begin(), whole.end(), 0);
    for (int i = 0; i < missing; ++i) ++whole[order[static_cast<size_t>(i) % order.size()]];
    return whole;
}

std::string patch_name(const ImageStackPlan& plan, int patch) {
    const auto columns = static_cast<int>(plan.grid->columns);
    return "row " + std::to_string(patch / columns) + ", column " + std::to_string(patch % columns);
}

std::string query_name(const ImageStackPlan& plan) {
    if (!plan.query) return "all tokens on average";
    const int patch = plan.patch_of(*plan.query);
    return patch < 0 ? token_name(plan, *plan.query) : "patch (" + patch_name(plan, patch) + ")";
}

std::string place_name(const ImageStackPlan& plan) {
    const std::string layer = "layer " + std::to_string(plan.layer);
    if (plan.heads.empty()) return layer;
    if (plan.heads.size() == 1) return layer + ", head " + std::to_string(plan.heads.front());
    return layer + ", mean of " + std::to_string(plan.heads.size()) + " heads";
}

std::string key_pane_name(const ImageStackPlan& plan) {
    const bool is_input = plan.kind == ImageNumbers::input_to_layer ||
                          plan.kind == ImageNumbers::input_to_end || plan.kind == ImageNumbers::input;
    return is_input ? "patches of the image" : "keys of layer " + std::to_string(plan.layer);
}

std::string query_pane_name(const ImageStackPlan& plan) {
    switch (plan.kind) {
        case ImageNumbers::input_to_layer:
            return "after layer " + std::to_string(plan.layer);
        case ImageNumbers::input_to_end:
        case ImageNumbers::input:
            return "after the last layer";
        default:
            return "queries of layer " + std::to_string(plan.layer);
    }
}

ImageHudLayout image_hud_layout(const ImageStackPlan& plan, const Viewport& viewport) {
    ImageHudLayout hud;
    const Theme& colors = theme(plan.view.theme);
    hud.scale = hud_scale(viewport, 1.0f);
    hud.text_px = 13.0f * hud_scale(viewport, colors.text_scale);
    const glm::vec2 size(viewport.size);
    const float margin = hud_margin_px * hud.scale, right = size.x - viewport.panel_px - margin;
    // In narrow pictures the ledger's words take a second line.
    const float more = size.x < 780.0f * hud.text_px / 13.0f ? ledger_line_em * hud.text_px : 0.0f;
    hud.ledger_px = size.y - foot_px * hud.scale - more - (hud.text_px - 13.0f * hud.scale);

    const float key_width = std::min(key_em * hud.text_px, 0.3f * (right - margin));
    const float room = right - key_width - 1.5f * hud.text_px - margin;
    const Rect shown = image_layout(plan, {}).shown;
    const auto aspect = static_cast<float>(shown.width / shown.height);
    const float gap = tile_gap_px * viewport.ui_scale, least = least_tile_px * hud.scale;
    const auto heads = static_cast<int>(plan.strip.size());
    const float wanted = tile_px * viewport.ui_scale;
    // The longer side of a tile; all heads beside each other if they have room.
    const float narrow = aspect < 1.0f ? aspect : 1.0f;
    const float fitting = heads > 0 ? (room / static_cast<float>(heads) - gap) / narrow : wanted;
    const float side = std::clamp(fitting, std::min(least, wanted), wanted);
    const glm::vec2 tile = aspect < 1.0f ? glm::vec2(side * aspect, side) : glm::vec2(side, side / aspect);
    const float tiles_foot = hud.ledger_px - std::max(tiles_over_foot_px * hud.scale, 1.9f * hud.text_px);
    const float band = heads > 0 ? std::max(tile.y, 0.5f * wanted) : 3.2f * hud.text_px;
    const float top = tiles_foot - band, line = 1.9f * hud.text_px;
    hud.header = {margin, top - 0.6f * hud.text_px};
    hud.panes_foot_px = top - line - 0.4f * hud.text_px;
    hud.key = {right - key_width,
               std::min(top - 0.2f * hud.text_px, tiles_foot - 5.0f * line_em * hud.text_px), right,
               tiles_foot + 0.6f * hud.text_px};

    const int count = std::clamp(static_cast<int>((room + gap) / (tile.x + gap)), 0, heads);
    const int shown_head = plan.heads.size() == 1 ? plan.heads.front() : 0;
    const int first = std::clamp(shown_head - count / 2, 0, heads - count);
    for (int i = 0; i < count; ++i) {
        const float left = margin + static_cast<float>(i) * (tile.x + gap);
        hud.tiles.push_back({first + i, {left, tiles_foot - tile.y, left + tile.x, tiles_foot}});
    }

    if (!has_query(plan.kind)) return hud;
    std::vector<int> tokens;
    for (size_t o = 0; o < plan.others.size() && o < 8; ++o) tokens.push_back(plan.others[o]);
    tokens.push_back(-1);
    const float width = query_em * hud.text_px, query_gap = query_gap_px * hud.scale;
    float left = margin + room - static_cast<float>(tokens.size()) * (width + query_gap) + query_gap;
    for (const int token : tokens) {
        if (left >= margin)
            hud.queries.push_back(
                {token,
                 {left, hud.header.y - 1.2f * hud.text_px, left + width, hud.header.y + 0.3f * hud.text_px}});
        left += width + query_gap;
    }
    return hud;
}

void add_image_hud(DrawList& list, const ImageStackPlan& plan, const TextStackPlan& stack,
                   const ViewState& view, const ViewMotion& motion, const Viewport& viewport,
                   const MeasureText& measure) {
    Hud hud{list,
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
    add_ledger(hud);
    if (view.show_hud) {
        add_tiles(hud);
        add_header(hud);
        add_key(hud);
    }
    for (size_t i = first; i < list.labels.size(); ++i)
        list.labels[i].halo = with_alpha(hud.colors.ground, 0.9f * list.labels[i].color.a);
}

}  // namespace weft
