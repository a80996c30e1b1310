// The HUD's first line: the title, and in words what is shown.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "analysis/grouped.h"
#include "scenes/flow_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/hud.h"
#include "scenes/label_placement.h"
#include "scenes/level_of_detail.h"
#include "scenes/quantity.h"
#include "scenes/shared_keys.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_strip.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

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

void add_title(DrawList& list, const HudScene& scene) {
    add_title(list, scene, subtitle(scene), subtitle_color(scene));
}

}  // namespace weft
