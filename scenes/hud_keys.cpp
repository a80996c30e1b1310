#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "scenes/hud.h"
#include "scenes/label_placement.h"
#include "scenes/level_of_detail.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {

namespace {

constexpr float swatch_px = 14.0f, swatch_pitch_px = 22.0f;
constexpr float numbers_apart_px = 8.0f;
constexpr float wedge_px = 64.0f, wedge_row_px = 18.0f, words_gap_px = 22.0f;

const Theme& theme_of(const HudScene& scene) {
    return theme(scene.view.theme, scene.view.palette);
}

int lanes_each(const HudScene& scene) {
    return lanes_per_color(theme_of(scene), scene.plan.lanes);
}

float digits_px(const HudScene& scene) {
    return std::max(11.0f / 13.0f * scene.text_px, least_text_px);
}

std::string swatch_text(const HudScene& scene, int group) {
    const int each = lanes_each(scene), first = group * each,
              last = std::min(first + each, scene.plan.lanes) - 1;
    return first == last ? std::to_string(first) : std::to_string(first) + "–" + std::to_string(last);
}

int swatches(const HudScene& scene) {
    const int each = lanes_each(scene);
    return (scene.plan.lanes + each - 1) / each;
}

// From one swatch to the next: the numbers below them stay apart.
float swatch_pitch(const HudScene& scene) {
    if (lanes_each(scene) == 1) return swatch_pitch_px * scene.scale;
    float widest = 0.0f;
    for (int group = 0; group < swatches(scene); ++group)
        widest = std::max(widest, scene.measure(swatch_text(scene, group), digits_px(scene), false));
    return widest + numbers_apart_px * scene.scale;
}

std::array<std::string, 3> key_words(const QuantityLegend& legend, AttentionKind kind, bool stacked) {
    const bool is_cross = kind == AttentionKind::cross;
    const std::string which = kind == AttentionKind::self || is_cross ? "" : attention_name(kind) + " ";
    if (legend.by_bars) return {(is_cross ? "cross " : which) + legend.method, legend.unit, legend.width};
    if (legend.method == "attention weight") {
        const char* const arrow = stacked ? " ↑ " : " → ";
        return {which + (is_cross ? "source" : "key") + arrow + (is_cross ? "target" : "query") +
                    ": wide at the key,",
                "narrow at the query", legend.width};
    }
    return {which + legend.method, legend.unit, legend.width};
}

std::array<std::string, 3> key_words(const HudScene& scene) {
    // Attention of all parts is drawn by the same rule; what else they show has a scale of its own.
    const bool is_of_all = scene.parts && scene.plan.view.quantity == "attention";
    const AttentionKind kind = is_of_all ? AttentionKind::self : shown_block(scene.plan).kind;
    return key_words(legend(scene.view, scene.plan), kind, scene.motion.stack > 0.5f);
}

std::string sample_text(const QuantityLegend& legend, size_t sample) {
    const float weight = legend.samples[sample];
    if (legend.scale != 1.0f) return number_text(weight * legend.scale);
    char number[8];
    std::snprintf(number, sizeof number,
                  std::abs(100.0f * weight - std::round(100.0f * weight)) > 0.01f ? "%.3f" : "%.2f",
                  static_cast<double>(weight));
    return number;
}

float numbers_width(const HudScene& scene, const QuantityLegend& legend) {
    float width = scene.measure("1.00", scene.text_px, false);
    for (size_t i = 0; i < legend.samples.size() && !legend.by_bars && legend.scale != 1.0f; ++i)
        width = std::max(width, scene.measure(sample_text(legend, i), scene.text_px, false));
    return width;
}

// A line of the key; of one below zero its dashes, each as high as the wedge is there.
void add_sample(DrawList& list, const ScreenRect& line, bool is_dashed) {
    if (!is_dashed) return list.rects.push_back(line);
    constexpr int dashes = 5;
    const float length = line.max.x - line.min.x, height = line.max.y - line.min.y;
    const float middle = 0.5f * (line.min.y + line.max.y);
    const auto height_at = [&](float part) { return glm::mix(height, line.right_height_px, part); };
    for (int d = 0; d < dashes; ++d) {
        const float from = static_cast<float>(d) / static_cast<float>(dashes),
                    to = from + 0.6f / static_cast<float>(dashes);
        ScreenRect dash = line;
        dash.min = {line.min.x + from * length, middle - 0.5f * height_at(from)};
        dash.max = {line.min.x + to * length, middle + 0.5f * height_at(from)};
        dash.right_height_px = height_at(to);
        list.rects.push_back(dash);
    }
}

}  // namespace

float head_key_width(const HudScene& scene) {
    // Signed lines and bars have the colour of their sign.
    const bool by_sign =
        scene.plan.is_signed && quantity_shape(scene.plan.view.quantity) != MethodShape::tokens;
    if (scene.plan.lanes <= 1 || by_sign) return 0.0f;
    const int groups = swatches(scene);
    const float pitch = swatch_pitch(scene);
    return scene.measure("head", scene.text_px, false) + 8.0f * scene.scale +
           pitch * static_cast<float>(groups);
}

void add_head_key(DrawList& list, const HudScene& scene, float centre_px, float foot_px) {
    const Theme& colors = theme_of(scene);
    const int lanes = scene.plan.lanes, each = lanes_each(scene), groups = swatches(scene);
    const float pitch = swatch_pitch(scene);
    const float size = swatch_px * scene.scale, digits = digits_px(scene);
    HudPen pen{list,
               scene.measure,
               {centre_px - 0.5f * head_key_width(scene), foot_px + 0.5f * size + 0.36f * scene.text_px},
               scene.text_px};
    pen.write("head", colors.dim_text);
    float x = pen.at.x + 8.0f * scene.scale;
    const Focus& focus = scene.motion.shown_focus;
    const bool one =
        scene.motion.focus > 0.0f && (focus.kind == FocusKind::head || focus.kind == FocusKind::edge);
    for (int group = 0; group < groups; ++group, x += pitch) {
        const int first = group * each, last = std::min(first + each, lanes) - 1;
        const bool receded = one && (focus.head < first || focus.head > last);
        ScreenRect swatch;
        swatch.min = {x, foot_px + 0.08f * size};
        swatch.max = {x + size, foot_px + 0.92f * size};
        swatch.corner_px = 3.0f * scene.scale;
        swatch.fill =
            with_alpha(head_color(colors, first, lanes), receded ? 1.0f - 0.75f * scene.motion.focus : 1.0f);
        list.rects.push_back(swatch);
        Label label;
        label.text = swatch_text(scene, group);
        label.size_px = digits;
        label.position = {x + 0.5f * size, foot_px + 1.05f * size + digits};
        label.align = LabelAlign::center;
        label.color = one && !receded ? colors.text : colors.dim_text;
        list.labels.push_back(std::move(label));
    }
}

float line_key_width(const HudScene& scene) {
    float words_width = 0.0f;
    for (const std::string& line : key_words(scene))
        words_width = std::max(words_width, scene.measure(line, scene.text_px, false));
    return (wedge_px + 10.0f + words_gap_px) * scene.scale +
           numbers_width(scene, legend(scene.view, scene.plan)) + words_width;
}

float line_key_row_px(const HudScene& scene) {
    return std::max(wedge_row_px * scene.scale, 1.3f * scene.text_px);
}

void add_line_key(DrawList& list, const HudScene& scene, float left, float foot_px) {
    const Theme& colors = theme_of(scene);
    const QuantityLegend quantity = legend(scene.view, scene.plan);
    const std::array<std::string, 3> words = key_words(scene);
    const float numbers = numbers_width(scene, quantity);
    const float wedge = wedge_px * scene.scale, row = line_key_row_px(scene);
    const float words_left = left + wedge + (10.0f + words_gap_px) * scene.scale + numbers;
    const float first_row = foot_px + 28.0f * scene.scale - 2.0f * row;

    // As wide as a line in the middle of the scene.
    const float unit_px = pixels_per_unit(scene.camera, scene.viewport, scene.camera.distance_u) *
                          width_part(scene.layout, scene.camera, scene.viewport, scene.camera.distance_u);
    const Focus& focus = scene.motion.shown_focus;
    const bool one_head =
        scene.motion.focus > 0.5f && focus.kind == FocusKind::head && focus.head >= 0 && scene.plan.lanes > 1;
    const glm::vec4 ink = one_head ? head_color(colors, focus.head, scene.plan.lanes) : colors.text;
    for (size_t i = 0; i < words.size(); ++i) {
        const float weight = std::abs(quantity.samples[i]);
        const bool is_negative = quantity.samples[i] < 0.0f;
        const float y = first_row + row * static_cast<float>(i);
        if (!quantity.by_bars) {
            const float width =
                colors.line_width_u * std::sqrt(std::min(weight / quantity.full_weight, 1.0f)) * unit_px;
            const float drawn =
                std::clamp(width, colors.line_min_px * scene.viewport.ui_scale, colors.line_max_px);
            ScreenRect line;
            line.min = {left, y - 0.5f * drawn};
            line.max = {left + wedge, y + 0.5f * drawn};
            line.right_height_px = std::max(0.35f * drawn, 1.0f);
            const glm::vec4 own = !quantity.is_signed ? ink
                                  : is_negative       ? negative_color(colors)
                                                      : positive_color(colors);
            line.fill = with_alpha(own, std::clamp(std::pow(weight, quantity.opacity_power),
                                                   colors.opacity_min, colors.opacity_max));
            add_sample(list, line, is_negative);
            const std::string number = sample_text(quantity, i);
            HudPen pen{list,
                       scene.measure,
                       {left + wedge + 10.0f * scene.scale, y + 0.36f * scene.text_px},
                       scene.text_px};
            pen.write(number, colors.dim_text);
        }
        HudPen pen{list, scene.measure, {words_left, y + 0.36f * scene.text_px}, scene.text_px};
        pen.write(words[i], colors.dim_text);
    }
}

}  // namespace weft
