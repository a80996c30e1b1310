// The tokens beside the first and the last pane.
#include <algorithm>
#include <cmath>
#include <optional>

#include "scenes/labels.h"
#include "scenes/landmarks.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_strip.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr float tick_px = 7.0f;
constexpr int every_token_up_to = 32;  // more: landmarks
constexpr int thinned_from = 160;      // candidates for labels
constexpr float landmark_size_px = 13.0f;
constexpr float chip_padding_px = 6.0f;
constexpr float chip_em = 1.36f;  // its height
constexpr float numbers_margin_px = 12.0f;
constexpr float numbered_part = 0.05f;  // of the largest: smaller ones are near zero by their colour

// A row of the first pane (keys) or of the last (queries). Of one text both are the same word, of two texts
// they are not.
bool is_focused_row(const LabelScene& scene, int token, bool first_pane) {
    const Focus& focus = scene.motion.shown_focus;
    const bool two_texts = shown_block(scene.plan).kind == AttentionKind::cross;
    const bool as_key = !two_texts || first_pane, as_query = !two_texts || !first_pane;
    if (scene.motion.along > 0.5f && scene.motion.along_token == token && as_query) return true;
    return (focus.kind == FocusKind::token || focus.kind == FocusKind::edge) &&
           ((as_query && focus.query == token) || (as_key && focus.key == token));
}

std::vector<float> magnitudes(const TokenStrip& strip) {
    std::vector<float> result;
    for (const float value : strip.values) result.push_back(std::isfinite(value) ? std::abs(value) : 0.0f);
    return result;
}

// What stands beside a word: its number, if it is one that counts.
std::string number_beside(const TokenStrip& strip, size_t token) {
    if (strip.values.empty()) return "";
    const float value = strip.values[token];
    if (!std::isfinite(value) || std::abs(value) < numbered_part * strip.largest) return "";
    return (strip.is_signed && value > 0.0f ? "+" : "") + number_text(value);
}

float number_size(const LabelScene& scene) {
    return std::max(11.0f * scene.text_scale, least_text_px);
}

// From a word to its number.
float number_gap(const LabelScene& scene) {
    return (2.0f * chip_padding_px + 4.0f) * scene.text_scale;
}

// Colours a word by its number; returns the number to stand beside it, if it is one that counts.
std::optional<Label> make_chip(const LabelScene& scene, const TokenStrip& strip, size_t token, float opacity,
                               Label& label) {
    const Theme& colors = theme(scene.view.theme);
    const glm::vec4 chip = strip_color(strip, colors, token);
    label.pill = with_alpha(chip, opacity);
    label.color = with_alpha(ink_on(chip, colors), opacity);
    label.halo.a = 0.0f;
    const std::string text = number_beside(strip, token);
    if (text.empty() || label.angle_rad != 0.0f) return std::nullopt;
    const float width = std::min(scene.measure(label.text, label.size_px, label.bold), label.max_width_px);
    const float beside = width + number_gap(scene);
    Label number = scene_label(scene, text, label.position, number_size(scene), label.align, opacity, true);
    number.id = label.id + 1;
    number.position = {label.position.x + (label.align == LabelAlign::right ? -beside : beside),
                       label.position.y};
    return number;
}

// One side of the panes: `pane` is the first or the last.
void add_side(LabelPlacement& placement, const LabelScene& scene, int pane, bool left) {
    const bool first_pane = pane == 0;
    const auto& tokens = first_pane ? scene.key_tokens : scene.query_tokens;
    const int count = static_cast<int>(tokens.size());
    const float scale = scene.text_scale;
    const glm::vec3 first = row_end(scene, pane, 0, left, first_pane),
                    last = row_end(scene, pane, count - 1, left, first_pane);
    if (first.z <= near_plane_u || last.z <= near_plane_u) return;
    const float row_px = count > 1 ? std::abs(last.y - first.y) / static_cast<float>(count - 1) : 100.0f;
    const bool all = count <= every_token_up_to && row_px >= scene.least_row_px;
    const float largest = 15.0f * scale;
    const TokenStrip strip = first_pane ? token_strip(scene.plan, scene.view) : TokenStrip{};
    // Chips are higher than letters.
    const float letters_px = strip.values.empty() ? row_px - 1.5f : std::min(row_px - 1.5f, row_px / chip_em);
    const float size = all ? std::clamp(letters_px, least_text_px, std::max(largest, least_text_px))
                           : std::max(landmark_size_px * scale, least_text_px);
    std::vector<float> weights(tokens.size(), 0.0f);
    if (!all) weights = strip.values.empty() ? landmark_weights(scene.plan, first_pane) : magnitudes(strip);
    const float outer = std::abs(1.0f - 2.0f * scene.motion.stack) * outside_words(scene.motion.inside) *
                        (1.0f - seen_from_above(scene.camera));
    const float heaviest = all ? 1.0f : std::max(*std::max_element(weights.begin(), weights.end()), 1e-9f);
    std::vector<glm::vec3> ends(tokens.size());
    std::vector<float> at_px(tokens.size());
    for (int token = 0; token < count; ++token) {
        ends[static_cast<size_t>(token)] = row_end(scene, pane, token, left, first_pane);
        at_px[static_cast<size_t>(token)] = ends[static_cast<size_t>(token)].y;
    }
    // More candidates than twice what has room would only be turned away.
    std::vector<bool> kept(tokens.size(), true);
    if (count > thinned_from) kept = thinned(weights, at_px, 0.5f * size);

    for (int token = 0; token < count; ++token) {
        glm::vec3 end = ends[static_cast<size_t>(token)];
        if (!kept[static_cast<size_t>(token)] && !is_focused_row(scene, token, first_pane)) continue;
        const float arrival = token >= scene.motion.arrives_from ? scene.motion.arrival : 1.0f;
        end.y += (1.0f - arrival) * 0.5f * std::min(row_px, 40.0f);
        const bool focused = is_focused_row(scene, token, first_pane);
        const float recede =
            arrival * (focused ? 1.0f : 1.0f - (1.0f - receded_opacity) * scene.motion.focus);
        const bool has_chip = !strip.values.empty();
        const float gap = (has_chip ? label_gap_px + chip_padding_px : label_gap_px) * scale;
        const float x = left ? end.x - gap : end.x + gap;
        const float room =
            left ? x - 6.0f : static_cast<float>(scene.viewport.size.x) - scene.viewport.panel_px - x - 6.0f;
        if (room < 2.0f * size) continue;
        const float weight = weights[static_cast<size_t>(token)];
        Label label = scene_label(scene, token_text(tokens[static_cast<size_t>(token)]), {x, end.y}, size,
                                  left ? LabelAlign::right : LabelAlign::left, outer * recede,
                                  !all && weight < 0.3f * heaviest);
        label.id = scene.id("side", pane, token);
        const std::string beside = number_beside(strip, static_cast<size_t>(token));
        const float of_number = beside.empty() ? 0.0f
                                               : scene.measure(beside, number_size(scene), false) +
                                                     number_gap(scene) + numbers_margin_px * scale;
        label.max_width_px = std::min(widest_label_px * scale, std::max(room - of_number, 2.0f * size));
        label.bold = focused && std::max(scene.motion.focus, scene.motion.along) > 0.5f;
        std::optional<Label> number;
        if (has_chip) number = make_chip(scene, strip, static_cast<size_t>(token), outer, label);
        const float priority = focused ? 50.0f
                               : all   ? 10.0f - 0.001f * static_cast<float>(token)
                                       : 10.0f * weight / heaviest;
        if (all) {
            placement.add(std::move(label), priority, nullptr, number ? &*number : nullptr);
            continue;
        }
        // Landmarks stand farther apart than their letters are high, and a tick ties each to its row.
        const float tick = tick_px * scale;
        label.position.x += left ? -2.0f * scale : 2.0f * scale;
        ScreenRect rect;
        rect.min = {left ? end.x - tick - 1.0f : end.x + 1.0f, std::round(end.y) - 0.5f};
        rect.max = rect.min + glm::vec2(tick, 1.0f);
        rect.fill = with_alpha(theme(scene.view.theme).dim_text, outer * recede);
        if (number) number->position.x += left ? -2.0f * scale : 2.0f * scale;
        placement.add(std::move(label), priority, &rect, number ? &*number : nullptr);
    }
}

// Stacked: tokens run to the right; words stand below the lowest and above the highest pane, slanted where
// they are wider than their column.
void add_stacked_side(LabelPlacement& placement, const LabelScene& scene, int pane, bool below) {
    const auto& tokens = below ? scene.key_tokens : scene.query_tokens;
    const int count = static_cast<int>(tokens.size());
    const float size = std::max(13.0f * scene.text_scale, least_text_px);
    const float opacity =
        std::max(2.0f * scene.motion.stack - 1.0f, 0.0f) * outside_words(scene.motion.inside);
    const glm::vec3 first = row_end(scene, pane, 0, below, below),
                    last = row_end(scene, pane, count - 1, below, below);
    if (first.z <= near_plane_u || last.z <= near_plane_u) return;
    const float column_px = count > 1 ? std::abs(last.x - first.x) / static_cast<float>(count - 1) : 1e3f;
    float widest = 0.0f;
    for (const Token& token : tokens)
        widest = std::max(widest, scene.measure(token_text(token), size, false));
    const bool slanted = widest + 4.0f > column_px;
    const TokenStrip strip = below ? token_strip(scene.plan, scene.view) : TokenStrip{};
    for (int token = 0; token < count; ++token) {
        const glm::vec3 end = row_end(scene, pane, token, below, below);
        const float y = below ? end.y + 9.0f * scene.text_scale : end.y - 9.0f * scene.text_scale;
        Label label = scene_label(scene, token_text(tokens[static_cast<size_t>(token)]), {end.x, y}, size,
                                  !slanted ? LabelAlign::center
                                  : below  ? LabelAlign::right
                                           : LabelAlign::left,
                                  opacity);
        label.id = scene.id("stacked", pane, token);
        if (slanted) label.angle_rad = glm::radians(55.0f);
        label.max_width_px = slanted ? 5.5f * size : column_px;
        if (!strip.values.empty()) make_chip(scene, strip, static_cast<size_t>(token), opacity, label);
        placement.add(std::move(label), 10.0f - 0.001f * static_cast<float>(token));
    }
}

}  // namespace

void add_side_labels(LabelPlacement& placement, const LabelScene& scene) {
    const int last_pane = scene.layout.layers;
    const OuterWords& outer = scene.outer;
    const bool has_last = outer.last_pane && scene.layout.layers > 0;
    if (scene.motion.stack > 0.5f) {
        if (outer.first_pane) add_stacked_side(placement, scene, 0, true);
        if (outer.last_pane) add_stacked_side(placement, scene, last_pane, false);
    } else {
        const bool seen_from_behind =
            row_end(scene, 0, 0, true, true).x > row_end(scene, last_pane, 0, true, false).x;
        if (outer.first_pane) add_side(placement, scene, 0, !seen_from_behind);
        if (has_last) add_side(placement, scene, last_pane, seen_from_behind);
    }
}

}  // namespace weft
