#include "scenes/hud.h"
#include "analysis/grouped.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/flow_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/label_placement.h"
#include "scenes/ledger.h"
#include "scenes/level_of_detail.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/shared_keys.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_strip.h"
#include "scenes/token_text.h"
#include "scenes/transition.h"

namespace weft {

namespace {

constexpr float foot_px = 48.0f;     // of the lowest row's upper border over the lower border of the picture
constexpr float key_row_px = 54.0f;  // height of a row of keys over the ledger
constexpr float ledger_line_em = 1.3f;
constexpr float corner_key_em = 2.8f;  // em from the ledgers up to the key of heads over them
constexpr float halo_opacity = 0.9f;
constexpr float ledger_width_px = 300.0f, ledger_height_px = 8.0f;

std::string plural(size_t count, const char* word) {
    return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string in_quotes(const std::vector<Token>& tokens, int token) {
    if (token < 0 || token >= static_cast<int>(tokens.size())) return "?";
    return "“" + token_text(tokens[static_cast<size_t>(token)]) + "”";
}

// What is read: a word in quotes, or a patch by its place.
std::string key_in_quotes(const AttentionFrame& frame, const AttentionBlock& attention, int token) {
    const std::optional<PatchGrid>& grid = frame.stacks.at(attention.key_stack).grid;
    const int patch = grid ? token - static_cast<int>(grid->first_token) : -1;
    if (patch < 0 || patch >= static_cast<int>(grid->rows * grid->columns))
        return in_quotes(key_tokens(frame, attention), token);
    const auto columns = static_cast<int>(grid->columns);
    return "patch (row " + std::to_string(patch / columns) + ", column " + std::to_string(patch % columns) +
           ")";
}

// "12 tokens"; of an image its grid; between two texts both.
std::string tokens_text(const AttentionFrame& frame, const AttentionBlock& attention) {
    const size_t keys = key_tokens(frame, attention).size(), queries = query_tokens(frame, attention).size();
    const std::optional<PatchGrid>& grid = frame.stacks.at(attention.key_stack).grid;
    std::string of_keys;
    if (grid) {
        of_keys = std::to_string(grid->rows) + "×" + std::to_string(grid->columns) + " patches";
        if (grid->first_token > 0) of_keys += " + " + plural(grid->first_token, "token");
    }
    if (attention.key_stack == attention.query_stack) return grid ? of_keys : plural(queries, "token");
    return (grid ? of_keys : plural(keys, "source token")) + " → " + plural(queries, "target token");
}

std::string subtitle_of_focus(const HudScene& scene) {
    const AttentionBlock& attention = shown_block(scene.plan);
    const auto& queries = query_tokens(*scene.plan.frame, attention);
    const Focus& focus = scene.motion.shown_focus;
    const auto key = [&] { return key_in_quotes(*scene.plan.frame, attention, focus.key); };
    if (scene.motion.focus > 0.5f && focus.layer >= 0) {
        const std::optional<int> shared = key_value_head(attention, focus.head);
        const std::string layer = scene.plan.joins_ends ? "all layers together"
                                                        : "layer " + std::to_string(focus.layer),
                          head = "head " + std::to_string(focus.head) +
                                 (shared ? ", key-value head " + std::to_string(*shared) : "");
        const int shown = shown_lanes(scene.plan, focus.layer);
        const std::string heads = scene.plan.lanes > 1 ? (shown < scene.plan.lanes ? ", " : ", all ") +
                                                             plural(static_cast<size_t>(shown), "head")
                                                       : "";
        switch (focus.kind) {
            case FocusKind::token:
                if (focus.by_key) return "who reads " + key() + " in " + layer + heads;
                return "what " + in_quotes(queries, focus.query) + " reads in " + layer + heads +
                       (scene.plan.lanes > 1 ? " · numbers at the keys: mean over heads" : "");
            case FocusKind::edge: {
                const std::string which = scene.plan.lanes > 1 ? layer + " · " + head : layer;
                return which + " · " + in_quotes(queries, focus.query) + " reads " + key() + ": " +
                       weight_text(scene.plan, edge_weight(scene.plan, focus), 3);
            }
            case FocusKind::head:
                return layer + " · " + head;
            case FocusKind::layer:
                return layer + heads;
            case FocusKind::none:
                break;
        }
    }
    if (is_along(scene.layout, scene.motion) && scene.motion.along > 0.5f)
        return "what " + in_quotes(queries, scene.motion.along_token) + " reads, layer by layer";
    if (scene.parts) return scene.parts->summary;
    std::string text = plural(attention.layers, "layer") + " · " + plural(attention.heads, "head") + " · ";
    if (key_value_head(attention, 0))
        text += std::to_string(attention.key_value_heads) + " key-value heads · ";
    text += tokens_text(*scene.plan.frame, attention);
    if (scene.plan.near && shows_blocks(scene.plan, scene.layout, scene.camera, scene.viewport))
        text += " · " + std::to_string(scene.plan.tokens_per_block) + " tokens to a row until you come near";
    if (scene.view.quantity != "attention") text += " · " + quantity_title(scene.view.quantity);
    return text;
}

std::string subtitle(const HudScene& scene) {
    const bool sums_up = scene.parts && scene.motion.focus <= 0.5f && scene.motion.along <= 0.5f;
    const std::string which = sums_up ? "" : attention_title(shown_block(scene.plan).kind);
    std::string text;
    for (const std::string& part : {segments_note(scene.plan), which, subtitle_of_focus(scene),
                                    token_strip(scene.plan, scene.view).note})
        if (!part.empty()) text += (text.empty() ? "" : " · ") + part;
    return text;
}

// What speaks of one head has its colour.
glm::vec4 subtitle_color(const HudScene& scene) {
    const Theme& colors = theme(scene.view.theme);
    const Focus& focus = scene.motion.shown_focus;
    const bool of_a_head =
        scene.motion.focus > 0.5f && focus.kind == FocusKind::head && focus.head >= 0 && scene.plan.lanes > 1;
    return of_a_head ? readable(colors, head_color(theme(scene.view.theme, scene.view.palette), focus.head,
                                                   scene.plan.lanes))
                     : colors.dim_text;
}

}  // namespace

void HudPen::write(const std::string& text, const glm::vec4& color, bool bold) {
    Label label;
    label.text = text;
    label.position = at;
    label.size_px = size_px;
    label.color = color;
    label.bold = bold;
    at.x += measure(text, size_px, bold);
    list.labels.push_back(std::move(label));
}

float title_end_px(const Viewport& viewport, float scale) {
    const bool is_beside_panel = (hud_title_y_px + 12.0f) * scale > panel_top_px * viewport.ui_scale;
    return static_cast<float>(viewport.size.x) - hud_margin_px * scale -
           (is_beside_panel ? viewport.panel_px : 0.0f);
}

void add_title(DrawList& list, const HudScene& scene, const std::string& about,
               const glm::vec4& about_color) {
    const Theme& colors = theme(scene.view.theme);
    const Provenance& provenance = scene.plan.frame->provenance;
    const float size = title_em * scene.text_px;
    const float end = title_end_px(scene.viewport, scene.scale);
    HudPen pen{list,
               scene.measure,
               {hud_margin_px * scene.scale, hud_title_y_px * scene.scale + 0.36f * size},
               size};
    std::string title = scene.view.title;
    if (title.empty()) title = provenance.title.empty() ? provenance.model : provenance.title;
    if (!title.empty()) {
        pen.write(title, colors.text, true);
        // A long title leaves a third of the line to what it is about.
        const float widest = 0.62f * (end - list.labels.back().position.x);
        list.labels.back().max_width_px = widest;
        list.labels.back().id = label_id(title, 1);
        pen.at.x = std::min(pen.at.x, list.labels.back().position.x + widest) + 12.0f * scene.scale;
    }
    pen.size_px = scene.text_px;
    pen.write(about, about_color);
    list.labels.back().id = label_id(about, 2);
    list.labels.back().max_width_px =
        std::max(end - list.labels.back().position.x, std::min(4.0f * size, 0.2f * end));
    if (const auto& cut = scene.plan.frame->truncation) {
        const float left = hud_margin_px * scene.scale;
        pen.at = {left, pen.at.y + 1.5f * size};
        pen.write("cut at token " + grouped(cut->token_limit) + " of " + grouped(cut->token_count) +
                      ": the rest of the text is not analysed",
                  colors.text);
        const float free = static_cast<float>(scene.viewport.size.x) - scene.viewport.panel_px;
        list.labels.back().max_width_px = free - 2.0f * left;
    }
}

namespace {

// What the ledger's bar shows on the way from a former text's shares to these.
Ledger sliding_ledger(const TextStackPlan& plan, const Ledger& ledger, const TextStackLayout& layout,
                      const ViewMotion& motion, const Camera& camera, const Viewport& viewport) {
    const TextStackPlan* former = former_of(plan, motion);
    if (!former || former->blocks.empty()) return ledger;
    const Ledger was = drawn_ledger(*former, layout, camera, viewport);
    // A part that comes or goes has no length on the way.
    if ((was.neighbours > 0.0) != (ledger.neighbours > 0.0)) return ledger;
    const auto slid = static_cast<double>(motion.slid);
    Ledger now = ledger;
    now.drawn = std::lerp(was.drawn, ledger.drawn, slid);
    now.sinks = std::lerp(was.sinks, ledger.sinks, slid);
    now.neighbours = std::lerp(was.neighbours, ledger.neighbours, slid);
    now.not_drawn = std::lerp(was.not_drawn, ledger.not_drawn, slid);
    return now;
}

}  // namespace

LedgerShares ledger_shares(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                           const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                           bool along, bool in_short, bool in_corner) {
    const Theme& colors = theme(view.theme);
    const Focus& focus = motion.shown_focus;
    const bool focused = motion.focus > 0.5f && focus.kind != FocusKind::none;
    along = along && !focused;
    const FocusLedger in_focus =
        along ? along_ledger(plan, motion.along_token) : focus_ledger(plan, focused ? focus : Focus{});
    const bool at_rest = in_focus.of.empty(), of_layer = focused && focus.kind == FocusKind::layer;
    const Ledger ledger = at_rest || of_layer ? drawn_ledger(plan, layout, camera, viewport,
                                                             of_layer && !at_rest ? focus.layer : -1)
                                              : in_focus.ledger;
    const Ledger::Percent percent = ledger.percent();
    const Ledger bar = at_rest ? sliding_ledger(plan, ledger, layout, motion, camera, viewport) : ledger;

    std::vector<LedgerShare> shares{{"drawn", bar.drawn, percent.drawn, colors.drawn}};
    const bool hides_sinks = along || (view.sinks == SinkMode::hidden && !in_focus.sinks_as_lines);
    const char* sinks = in_short                                                   ? "sinks"
                        : hides_sinks                                              ? "sinks (hidden)"
                        : view.sinks == SinkMode::lines || in_focus.sinks_as_lines ? "sinks (grey lines)"
                                                                                   : "sinks (grey bars)";
    if (plan.has_sinks) shares.push_back({sinks, bar.sinks, percent.sinks, colors.sink});
    if (ledger.neighbours > 0.0) {
        const std::string folded = plan.joins_ends ? "of the same word (hidden)"
                                   : in_short      ? "neighbours"
                                                   : "neighbours within " + std::to_string(plan.band) +
                                                    (plan.near ? " rows" : "") + " (bars at the foot)";
        shares.push_back({folded, bar.neighbours, percent.neighbours, colors.neighbours});
    }
    std::string rest = "not drawn";
    if (in_focus.threshold > 0.0f && in_corner)
        rest = "rest";
    else if (in_focus.threshold > 0.0f)
        rest = "below " + (reads_patches(plan) ? number_text(in_focus.threshold * plan.scale)
                                               : weight_text(plan, in_focus.threshold, 2));
    shares.push_back({rest, bar.not_drawn, percent.not_drawn, colors.rule});
    return {std::move(shares), in_corner ? "" : in_focus.of};
}

void add_ledger_bar(DrawList& list, const LedgerShares& ledger, glm::vec2 left_top, glm::vec2 size,
                    float scale) {
    float x = left_top.x;
    for (const LedgerShare& share : ledger.shares) {
        const float length = static_cast<float>(share.share) * size.x;
        ScreenRect rect;
        rect.min = {x, left_top.y};
        rect.max = {x + std::max(length - 2.0f * scale, 0.0f), left_top.y + size.y};
        rect.fill = share.color;
        rect.corner_px = 1.5f * scale;
        if (rect.max.x > rect.min.x) list.rects.push_back(rect);
        x += length;
    }
}

LedgerExtent add_ledger(DrawList& list, const HudScene& scene, float foot_px, float right_px) {
    const Theme& colors = theme(scene.view.theme);
    const bool along = is_along(scene.layout, scene.motion) && scene.motion.along > 0.5f;
    const LedgerShares ledger = ledger_shares(scene.plan, scene.layout, scene.view, scene.motion,
                                              scene.camera, scene.viewport, along, false);
    const float left = hud_margin_px * scene.scale, width = ledger_width_px * scene.scale,
                height = ledger_height_px * scene.scale;
    add_ledger_bar(list, ledger, {left, foot_px}, {width, height}, scene.scale);
    const float stale_left = left + width + 10.0f * scene.scale;
    const float stale_width = scene.measure("stale", scene.text_px, true);
    if (scene.motion.stale > 0.0f) {
        HudPen stale{list, scene.measure, {stale_left, foot_px + height}, scene.text_px};
        stale.write("stale", with_alpha(colors.text, scene.motion.stale), true);
    }
    LedgerExtent extent{stale_left + stale_width, 1};
    HudPen pen{list, scene.measure, {left, foot_px + height + 1.25f * scene.text_px}, scene.text_px};
    const auto write = [&](const std::string& text, const glm::vec4& color) {
        if (pen.at.x > left && pen.at.x + scene.measure(text, scene.text_px, false) > right_px) {
            pen.at = {left, pen.at.y + ledger_line_em * scene.text_px};
            ++extent.lines;
        }
        pen.write(text, color);
        extent.right = std::max(extent.right, pen.at.x);
        pen.skip(scene.text_px);
    };
    for (size_t i = 0; i < ledger.shares.size(); ++i)
        write(ledger.shares[i].text + " " + std::to_string(ledger.shares[i].percent) + " %",
              i == 0 ? colors.text : colors.dim_text);
    const std::string which = attention_title(shown_block(scene.plan).kind);
    const std::string of = which.empty()       ? ledger.of
                           : ledger.of.empty() ? "of " + which
                                               : ledger.of + " in " + which;
    if (!of.empty()) write(of, colors.dim_text);
    if (const std::string explained = explained_text(*scene.plan.frame); !explained.empty())
        write(explained, colors.text);
    if (!scene.plan.alike.empty()) write(scene.plan.alike, colors.dim_text);
    return extent;
}

float hud_scale(const Viewport& viewport, float text_scale) {
    return std::max(viewport.ui_scale * text_scale, least_text_px / 13.0f);
}

namespace {

// What ledger (on two lines at most) and keys take beside each other: their shapes, their words.
bool has_room_in_one_row(const Viewport& viewport, float text_scale) {
    const float scale = hud_scale(viewport, 1.0f), text = hud_scale(viewport, text_scale);
    return static_cast<float>(viewport.size.x) >= 460.0f * scale + 560.0f * text;
}

}  // namespace

std::optional<float> corner_foot_px(const Viewport& viewport, float text_scale, int lanes) {
    const float scale = hud_scale(viewport, 1.0f), text = hud_scale(viewport, text_scale);
    const bool has_room = static_cast<float>(viewport.size.x) >= 240.0f * scale + 500.0f * text;
    if (has_room_in_one_row(viewport, text_scale) || !has_room || lanes > 12) return std::nullopt;
    return foot_px * scale;
}

float hud_foot_px(const Viewport& viewport, float text_scale, int lanes) {
    const float scale = hud_scale(viewport, 1.0f), text = hud_scale(viewport, text_scale);
    const float width = static_cast<float>(viewport.size.x);
    const int each = lanes <= 12 ? 1 : (lanes + 7) / 8;
    const float swatch = each == 1 ? 22.0f : 42.0f;
    const float head_key = lanes <= 1 ? 0.0f : 38.0f + swatch * static_cast<float>((lanes + each - 1) / each);
    const float keys_px = 358.0f + head_key;
    const float key_rows = has_room_in_one_row(viewport, text_scale)     ? 0.0f
                           : width - viewport.panel_px >= keys_px * text ? 1.0f
                                                                         : 2.0f;
    const float lines = width < 620.0f * text ? ledger_line_em * 13.0f : 0.0f;
    return (foot_px + 10.0f) * scale + (key_rows * key_row_px + lines) * text +
           (key_rows > 0.0f ? viewport.prompt_px : 0.0f);
}

namespace {

float key_row_height(const HudScene& scene) {
    return std::max(key_row_px * scene.scale, key_row_px / 13.0f * scene.text_px);
}

// How far above the keys' foot a ledger of so many lines begins, in em. Three of parts have room below the
// prompt line, and two of one ledger; more lines grow upwards.
float ledger_rise(int lines, bool of_parts, bool has_prompt) {
    if (!of_parts) return static_cast<float>(std::max(lines - (has_prompt ? 2 : 1), 0)) * ledger_line_em;
    constexpr int rows_below = 3;
    return static_cast<float>(std::max(lines - rows_below, 0)) * part_row_em;
}

// Ledger, keys and hint; returns the y above which the picture is free.
float add_foot(DrawList& list, const HudScene& scene) {
    const ViewState& view = scene.view;
    const float scale = scene.scale;
    const Viewport& viewport = scene.viewport;
    // One row where there is room, over the whole width: a docked panel ends above it. Otherwise the keys
    // stand over the ledger, beside each other or one over the other.
    const float whole_width = static_cast<float>(viewport.size.x), gap = 16.0f * scale;
    const float free_width = whole_width - viewport.panel_px, margin = hud_margin_px * scale;
    const float head_width = view.show_hud ? head_key_width(scene) : 0.0f;
    const float line_width = line_key_width(scene);
    const float keys_width = line_width + (head_width > 0.0f ? head_width + gap : 0.0f);
    const float key_foot = static_cast<float>(viewport.size.y) - foot_px * scale;
    const auto rise_of = [&](int lines) {
        return ledger_rise(lines, scene.parts != nullptr, viewport.prompt_px > 0.0f) * scene.text_px;
    };
    DrawList unused;
    if (view.show_hud && scene.parts && scene.parts->keys_in_corner) {
        const float line_left = whole_width - margin - line_width, ledger_right = line_left - gap;
        const float foot = key_foot - rise_of(add_part_ledgers(unused, scene, 0.0f, ledger_right).lines);
        add_part_ledgers(list, scene, foot, ledger_right);
        add_line_key(list, scene, line_left, key_foot);
        const float corner = foot - corner_key_em * scene.text_px - viewport.prompt_px;
        if (head_width > 0.0f) add_head_key(list, scene, margin + 0.5f * head_width, corner);
        return corner;
    }
    const auto write_ledgers = scene.parts ? add_part_ledgers : add_ledger;
    const int most_lines = scene.parts ? static_cast<int>(scene.parts->ledgers.size()) : 2;
    const float beside_keys = whole_width - margin - keys_width - gap;
    const LedgerExtent narrow = write_ledgers(unused, scene, 0.0f, beside_keys);
    const bool one_row = !view.show_hud || (narrow.lines <= most_lines && narrow.right <= beside_keys);
    const float ledger_right = view.show_hud && one_row ? beside_keys
                               : one_row                ? whole_width - margin
                                                        : free_width - margin;
    const LedgerExtent ledger = write_ledgers(unused, scene, 0.0f, ledger_right);
    float foot = key_foot - rise_of(ledger.lines);
    write_ledgers(list, scene, foot, ledger_right);
    if (!view.show_hud) return foot;

    const float right = (one_row ? whole_width : free_width) - margin;
    if (one_row) {
        const float low = ledger.right + gap + 0.5f * head_width;
        const float high = right - line_width - gap - 0.5f * head_width;
        if (head_width > 0.0f)
            add_head_key(list, scene, std::clamp(0.555f * whole_width, low, std::max(low, high)), key_foot);
        add_line_key(list, scene, right - line_width, key_foot);
    } else {
        foot -= key_row_height(scene) + viewport.prompt_px;
        const bool beside = margin + keys_width <= right;
        add_line_key(list, scene, beside ? right - line_width : margin, foot);
        if (head_width > 0.0f) {
            if (!beside) foot -= key_row_height(scene);
            add_head_key(list, scene, margin + 0.5f * head_width, foot);
        }
    }
    if (!view.hint.empty()) {
        Label hint;
        hint.text = view.hint;
        hint.size_px = title_em * scene.text_px;
        // Large words of the key reach above its foot.
        const float rise = std::max(2.0f * (line_key_row_px(scene) - 18.0f * scale), 0.0f);
        hint.position = {0.5f * free_width, foot - 22.0f * scale - rise};
        hint.align = LabelAlign::center;
        hint.max_width_px = free_width - 2.0f * margin;
        hint.color = theme(view.theme).text;
        list.labels.push_back(std::move(hint));
    }
    return foot;
}

// Whether anything of the stack may lie behind the title or the foot.
bool reaches_hud(const HudScene& scene, float picture_foot_px) {
    const DrawCamera camera = draw_camera(scene.camera, scene.viewport);
    const float title_foot_px = (hud_title_y_px + 14.0f) * scene.scale;
    const auto reaches = [&](const glm::vec3& corner) {
        const glm::vec3 at = screen_from_world(camera, scene.viewport, corner);
        return at.z <= near_plane_u || at.y < title_foot_px || at.y > picture_foot_px;
    };
    const auto own = scene.layout.box_corners();
    if (std::any_of(own.begin(), own.end(), reaches)) return true;
    return scene.parts && std::any_of(scene.parts->corners.begin(), scene.parts->corners.end(), reaches);
}

}  // namespace

void add_hud(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
             const ViewMotion& motion, const Camera& camera, double, const Viewport& viewport,
             const MeasureText& measure, const HudParts* parts) {
    const float scale = hud_scale(viewport, 1.0f);
    const float text_px = 13.0f * hud_scale(viewport, theme(view.theme).text_scale);
    const HudScene scene{plan, layout, view, motion, camera, viewport, measure, scale, text_px, parts};
    const size_t first_label = list.labels.size();
    add_title(list, scene, subtitle(scene), subtitle_color(scene));
    const float hint_foot_px = add_foot(list, scene);
    // Lines run behind the words once the camera stands among them.
    const bool stands_over_scene = reaches_hud(scene, hint_foot_px);
    for (size_t i = first_label; stands_over_scene && i < list.labels.size(); ++i)
        list.labels[i].halo = with_alpha(theme(view.theme).ground, halo_opacity * list.labels[i].color.a);
    if (!view.show_hud) return;
    const float bottom_px = hint_foot_px - 20.0f * scale;
    if (!parts || !parts->free_place) {
        add_tooltip(list, scene, bottom_px, std::nullopt);
        return;
    }
    glm::vec2 corner = parts->free_place->corner;
    for (auto part = parts->ledgers.rbegin(); part != parts->ledgers.rend(); ++part) {
        const HudScene own{*part->plan, layout,  view,  *part->motion, camera,
                           viewport,    measure, scale, text_px,       parts};
        const float below = add_tooltip(list, own, bottom_px, corner);
        if (!parts->free_place->is_low) {
            corner.y = below;
        } else if (below > corner.y) {
            corner.x += (tooltip_width_px + tooltip_gap_px) * text_px / 13.0f;
        }
    }
}

}  // namespace weft
