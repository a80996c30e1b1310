#include "scenes/hud.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/focus_rows.h"
#include "scenes/label_placement.h"
#include "scenes/ledger.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr float margin_px = 24.0f, title_y_px = 26.0f, ledger_y_px = 672.0f;
constexpr float ledger_width_px = 300.0f, ledger_height_px = 8.0f;

std::string plural(size_t count, const char* word) {
    return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string grouped(uint32_t number) {
    std::string digits = std::to_string(number);
    for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<size_t>(at), ",");
    return digits;
}

std::string in_quotes(const std::vector<Token>& tokens, int token) {
    if (token < 0 || token >= static_cast<int>(tokens.size())) return "?";
    return "“" + token_text(tokens[static_cast<size_t>(token)]) + "”";
}

std::string subtitle(const HudScene& scene) {
    const AttentionBlock& attention = scene.plan.frame->blocks.front();
    const auto& keys = scene.plan.frame->stacks[attention.key_stack].tokens;
    const auto& queries = scene.plan.frame->stacks[attention.query_stack].tokens;
    const Focus& focus = scene.motion.shown_focus;
    if (scene.motion.focus > 0.5f && focus.layer >= 0) {
        const std::string layer = "layer " + std::to_string(focus.layer),
                          head = "head " + std::to_string(focus.head);
        const std::string heads =
            scene.plan.lanes > 1 ? ", all " + std::to_string(scene.plan.lanes) + " heads" : "";
        switch (focus.kind) {
            case FocusKind::token:
                if (focus.by_key) return "who reads " + in_quotes(keys, focus.key) + " in " + layer + heads;
                return "what " + in_quotes(queries, focus.query) + " reads in " + layer + heads +
                       (scene.plan.lanes > 1 ? " · numbers at the keys: mean over heads" : "");
            case FocusKind::edge: {
                char number[16];
                std::snprintf(number, sizeof number, "%.3f",
                              static_cast<double>(edge_weight(scene.plan, focus)));
                return layer + " · " + head + " · " + in_quotes(queries, focus.query) + " reads " +
                       in_quotes(keys, focus.key) + ": " + number;
            }
            case FocusKind::head:
                return layer + " · " + head;
            case FocusKind::layer:
                return layer + heads;
            case FocusKind::none:
                break;
        }
    }
    std::string text = plural(attention.layers, "layer") + " · " + plural(attention.heads, "head") + " · " +
                       plural(queries.size(), "token");
    if (scene.view.quantity != "attention") text += " · " + scene.view.quantity;
    return text;
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

void add_title(DrawList& list, const HudScene& scene) {
    const Theme& colors = theme(scene.view.theme);
    const Provenance& provenance = scene.plan.frame->provenance;
    const float size = std::max(15.0f * scene.scale, least_text_px);
    const float end =
        static_cast<float>(scene.viewport.size.x) - scene.viewport.panel_px - margin_px * scene.scale;
    HudPen pen{list, scene.measure, {margin_px * scene.scale, title_y_px * scene.scale + 0.36f * size}, size};
    std::string title = scene.view.title;
    if (title.empty()) title = provenance.title.empty() ? provenance.model : provenance.title;
    if (!title.empty()) {
        pen.write(title, colors.text, true);
        pen.skip(12.0f * scene.scale);
    }
    pen.size_px = scene.text_px;
    pen.write(subtitle(scene), colors.dim_text);
    list.labels.back().max_width_px = std::max(end - list.labels.back().position.x, 4.0f * size);
    if (const auto& cut = scene.plan.frame->truncation) {
        pen.at = {margin_px * scene.scale, pen.at.y + 1.6f * size};
        pen.write("cut at token " + grouped(cut->token_limit) + " of " + grouped(cut->token_count) +
                      ": the rest of the text is not analysed",
                  colors.text);
    }
}

float add_ledger(DrawList& list, const HudScene& scene, float foot_px) {
    const Theme& colors = theme(scene.view.theme);
    const Focus& focus = scene.motion.shown_focus;
    const bool focused = scene.motion.focus > 0.5f && focus.kind != FocusKind::none;
    const FocusLedger in_focus = focus_ledger(scene.plan, focused ? focus : Focus{});
    const Ledger& ledger = in_focus.ledger;
    const Ledger::Percent percent = ledger.percent();

    struct Part {
        std::string text;
        double share;
        int percent;
        glm::vec4 color;
    };
    std::vector<Part> parts{{"drawn", ledger.drawn, percent.drawn, colors.drawn}};
    const char* sinks = scene.view.sinks == SinkMode::hidden && !in_focus.sinks_as_lines ? "sinks (hidden)"
                        : scene.view.sinks == SinkMode::lines || in_focus.sinks_as_lines
                            ? "sinks (grey lines)"
                            : "sinks (grey bars)";
    parts.push_back({sinks, ledger.sinks, percent.sinks, colors.sink});
    if (ledger.neighbours > 0.0) {
        parts.push_back({"neighbours within " + std::to_string(scene.plan.band) + " (bars at the foot)",
                         ledger.neighbours, percent.neighbours, colors.neighbours});
    }
    char rest[24] = "not drawn";
    if (in_focus.threshold > 0.0f)
        std::snprintf(rest, sizeof rest, "below %.2f", static_cast<double>(in_focus.threshold));
    parts.push_back({rest, ledger.not_drawn, percent.not_drawn, colors.rule});

    const float left = margin_px * scene.scale, width = ledger_width_px * scene.scale,
                height = ledger_height_px * scene.scale;
    float x = left;
    for (const Part& part : parts) {
        const float length = static_cast<float>(part.share) * width;
        ScreenRect rect;
        rect.min = {x, foot_px};
        rect.max = {x + std::max(length - 2.0f * scene.scale, 0.0f), foot_px + height};
        rect.fill = part.color;
        rect.corner_px = 1.5f * scene.scale;
        if (rect.max.x > rect.min.x) list.rects.push_back(rect);
        x += length;
    }
    HudPen pen{list, scene.measure, {left, foot_px + height + 1.25f * scene.text_px}, scene.text_px};
    for (size_t i = 0; i < parts.size(); ++i) {
        pen.write(parts[i].text + " " + std::to_string(parts[i].percent) + " %",
                  i == 0 ? colors.text : colors.dim_text);
        pen.skip(scene.text_px);
    }
    if (!in_focus.of.empty()) pen.write(in_focus.of, colors.dim_text);
    if (scene.motion.stale > 0.0f) {
        pen.skip(scene.text_px);
        pen.write("stale", with_alpha(colors.text, scene.motion.stale), true);
    }
    return std::max(pen.at.x, left + width);
}

void add_hud(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
             const ViewMotion& motion, const Camera& camera, double, const Viewport& viewport,
             const MeasureText& measure) {
    const float scale = viewport.ui_scale * theme(view.theme).text_scale;
    const HudScene scene{
        plan, layout, view, motion, camera, viewport, measure, scale, std::max(13.0f * scale, least_text_px)};
    add_title(list, scene);
    const float height = static_cast<float>(viewport.size.y);
    const float row_px = 34.0f * std::max(viewport.ui_scale, scene.text_px / 13.0f);
    float foot = height - (720.0f - ledger_y_px) * std::max(viewport.ui_scale, scene.text_px / 13.0f);
    const float ledger_end = add_ledger(list, scene, foot);
    if (!view.show_hud) return;

    // One row where there is room: ledger, head key, line key. Otherwise the keys lose their words, then move
    // up.
    const float gap = 24.0f * scale, width = static_cast<float>(viewport.size.x) - viewport.panel_px;
    const float head_width = head_key_width(scene);
    DrawList words{}, bare{};
    const float with_words = add_line_key(words, scene, foot, true),
                without_words = add_line_key(bare, scene, foot, false);
    const float head_need = head_width > 0.0f ? head_width + gap : 0.0f;
    float key_left = with_words;
    DrawList* key = &words;
    if (ledger_end + gap + head_need > with_words) {
        key = &bare;
        key_left = without_words;
    }
    DrawList raised{};
    if (ledger_end + gap > key_left) {
        foot -= row_px;
        key_left = add_line_key(raised, scene, foot, false);
        key = &raised;
    }
    list.rects.insert(list.rects.end(), key->rects.begin(), key->rects.end());
    list.labels.insert(list.labels.end(), key->labels.begin(), key->labels.end());
    if (head_width > 0.0f) {
        const float left_end = key == &raised ? 0.0f : ledger_end;
        float centre =
            std::clamp(0.5f * width - 20.0f * scale, left_end + gap + 0.5f * head_width,
                       std::max(key_left - gap - 0.5f * head_width, left_end + gap + 0.5f * head_width));
        if (left_end + gap + head_width + gap > key_left) {
            foot -= row_px;
            centre = 0.5f * width;
        }
        if (head_width < width) add_head_key(list, scene, centre, foot);
    }
    if (!view.hint.empty()) {
        Label hint;
        hint.text = view.hint;
        hint.size_px = std::max(15.0f * scale, least_text_px);
        hint.position = {0.5f * width, foot - 14.0f * scale};
        hint.align = LabelAlign::center;
        hint.color = theme(view.theme).text;
        hint.halo = with_alpha(theme(view.theme).ground, 0.9f);
        list.labels.push_back(std::move(hint));
    }
    add_tooltip(list, scene);
}

}  // namespace weft
