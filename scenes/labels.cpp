#include "scenes/labels.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>

#include "scenes/merged_rows.h"
#include "scenes/plan_memory.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_strip.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr float label_gap_px = 10.0f, tick_px = 7.0f, widest_label_px = 110.0f;
constexpr float halo_opacity = 0.9f;
constexpr int every_token_up_to = 32;  // more: landmarks
constexpr int thinned_from = 160;      // candidates for labels
constexpr float landmark_size_px = 13.0f;
constexpr float numbers_apart_px = 6.0f;
constexpr float layer_number_px = 15.0f, threshold_px = 12.0f;
constexpr float receded_opacity = 0.45f;
constexpr float chip_padding_px = 6.0f;
constexpr float numbered_part = 0.05f;  // of the largest: smaller ones are near zero by their colour

std::vector<double> token_landmarks(const TextStackPlan& plan, bool first_pane) {
    const size_t layer = first_pane ? 0 : plan.layers.size() - 1;
    const WeightBlock& block = plan.blocks[layer];
    const LayerPlan& layer_plan = plan.layers[layer];
    std::vector<double> weights(first_pane ? block.columns : block.rows, 0.0);
    const float* value = block.values->data();
    for (uint32_t slice = 0; slice < block.slices; ++slice) {
        for (uint32_t row = 0; row < block.rows; ++row) {
            for (uint32_t column = 0; column < block.columns; ++column, ++value) {
                const float weight = std::abs(*value);
                if (weight < layer_plan.threshold || layer_plan.sink_keys[column]) continue;
                weights[first_pane ? column : row] += static_cast<double>(weight);
            }
        }
    }
    return weights;
}

// A block's lines are its strongest token's first; the others of the block come close behind.
std::vector<double> merged_landmarks(const TextStackPlan& plan, bool first_pane) {
    const size_t layer = first_pane ? 0 : plan.layers.size() - 1;
    const WeightBlock& block = plan.merged_blocks[layer];
    const LayerPlan& layer_plan = plan.layers[layer];
    const MergedRows& merged = *layer_plan.merged;
    std::vector<double> of_blocks(first_pane ? block.columns : block.rows, 0.0);
    for (const DrawnLine& line : *plan.memory->lines(block, layer_plan.selection)) {
        const size_t row = size_t{line.slice} * block.rows + line.row;
        of_blocks[first_pane ? line.column : line.row] +=
            std::abs(static_cast<double>((*block.values)[row * block.columns + line.column]));
    }
    std::vector<double> own(first_pane ? merged.columns : merged.rows, 1.0);
    if (first_pane) {
        std::ranges::fill(own, 0.0);
        for (size_t place = 0; place < merged.column_sums.size(); ++place) {
            const size_t column = place % merged.columns;
            if (!layer_plan.sink_keys[column]) own[column] += std::abs(merged.column_sums[place]);
        }
    }
    for (size_t first = 0; first < own.size(); first += merged.tokens) {
        const size_t end = std::min(first + merged.tokens, own.size());
        const double most = *std::max_element(own.begin() + static_cast<std::ptrdiff_t>(first),
                                              own.begin() + static_cast<std::ptrdiff_t>(end));
        for (size_t token = first; token < end; ++token)
            own[token] = most > 0.0 ? of_blocks[first / merged.tokens] * own[token] / most : 0.0;
    }
    return own;
}

// What the drawn lines bring to each token of a pane: leaving keys on the first pane, arriving at queries on
// the last.
std::vector<float> landmark_weights(const LabelScene& scene, bool first_pane) {
    const AttentionBlock& attention = shown_block(scene.plan);
    if (scene.plan.blocks.empty())
        return std::vector<float>(first_pane ? attention.keys : attention.queries, 0.0f);
    const auto weights = scene.plan.memory->numbers(first_pane ? "landmarks first" : "landmarks last", [&] {
        return scene.plan.near ? merged_landmarks(scene.plan, first_pane)
                               : token_landmarks(scene.plan, first_pane);
    });
    return {weights->begin(), weights->end()};
}

// Which rows of a long text are labelled at all: the heaviest first, a label's height apart. `at_px` descends
// or ascends with the row.
std::vector<bool> thinned(const std::vector<float>& weights, const std::vector<float>& at_px,
                          float apart_px) {
    std::vector<size_t> order(weights.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return weights[a] > weights[b]; });
    std::vector<bool> kept(weights.size(), false);
    std::set<float> taken;
    for (const size_t row : order) {
        const float at = at_px[row];
        const auto after = taken.lower_bound(at);
        if (after != taken.end() && *after - at < apart_px) continue;
        if (after != taken.begin() && at - *std::prev(after) < apart_px) continue;
        taken.insert(at);
        kept[row] = true;
    }
    return kept;
}

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

// Colours a word by its number; returns the number to stand beside it, if it is one that counts.
std::optional<Label> make_chip(const LabelScene& scene, const TokenStrip& strip, size_t token, float opacity,
                               Label& label) {
    const Theme& colors = theme(scene.view.theme);
    const glm::vec4 chip = strip_color(strip, colors, token);
    label.pill = with_alpha(chip, opacity);
    label.color = with_alpha(ink_on(chip, colors), opacity);
    label.halo.a = 0.0f;
    const float value = strip.values[token];
    if (!std::isfinite(value) || std::abs(value) < numbered_part * strip.largest || label.angle_rad != 0.0f)
        return std::nullopt;
    const float width = std::min(scene.measure(label.text, label.size_px, label.bold), label.max_width_px);
    const float beside = width + (2.0f * chip_padding_px + 4.0f) * scene.text_scale;
    Label number = scene_label(scene, (strip.is_signed && value > 0.0f ? "+" : "") + number_text(value),
                               label.position, 11.0f * scene.text_scale, label.align, opacity, true);
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
    const float size = all ? std::clamp(row_px - 1.5f, least_text_px, std::max(largest, least_text_px))
                           : std::max(landmark_size_px * scale, least_text_px);
    const TokenStrip strip = first_pane ? token_strip(scene.plan, scene.view) : TokenStrip{};
    std::vector<float> weights(tokens.size(), 0.0f);
    if (!all) weights = strip.values.empty() ? landmark_weights(scene, first_pane) : magnitudes(strip);
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
        label.max_width_px = std::min(widest_label_px * scale, room);
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

std::string threshold_text(const LabelScene& scene, size_t layer) {
    const Thresholding& threshold = scene.plan.threshold;
    char text[32];
    if (threshold.mode == ThresholdMode::top_k) {
        std::snprintf(text, sizeof text, scene.plan.joins_ends ? "top %d of each row" : "top %d",
                      threshold.top_k);
    } else if (threshold.mode == ThresholdMode::mass) {
        std::snprintf(text, sizeof text, "to %.0f %%", 100.0 * static_cast<double>(threshold.mass));
    } else {
        if (scene.plan.scale != 1.0f)
            return "≥" + number_text(scene.plan.layers[layer].threshold * scene.plan.scale);
        std::snprintf(text, sizeof text, "≥%.2f", static_cast<double>(scene.plan.layers[layer].threshold));
        std::string shortened(text);
        const size_t zero = shortened.find("0.");
        if (zero != std::string::npos) shortened.erase(zero, 1);
        return shortened;
    }
    return text;
}

// From above the lanes are what lies apart: their numbers stand at the left, where the words have gone.
void add_lane_numbers(LabelPlacement& placement, const LabelScene& scene) {
    const float opacity = seen_from_above(scene.camera) * outside_words(scene.motion.inside);
    const TextStackLayout& layout = scene.layout;
    if (opacity <= 0.0f || layout.lanes < 2 || scene.motion.stack > 0.5f) return;
    const auto left_of = [&](int lane) {
        const glm::vec3 a = screen_from_world(scene.camera, scene.viewport, layout.position(0, lane, 0));
        const glm::vec3 b =
            screen_from_world(scene.camera, scene.viewport, layout.position(0, lane, layout.tokens - 1));
        return a.x < b.x ? a : b;
    };
    for (int lane = 0; lane < layout.lanes; ++lane) {
        const glm::vec3 at = left_of(lane);
        if (at.z <= near_plane_u) continue;
        Label label = scene_label(scene, (lane == 0 ? "head " : "") + std::to_string(lane),
                                  {at.x - label_gap_px * scene.text_scale, at.y}, 13.0f * scene.text_scale,
                                  LabelAlign::right, opacity);
        label.id = scene.id("lane", lane);
        placement.add(std::move(label), 12.0f);
    }
}

// The left end on screen of the two panes of a gap.
float leftmost_px(const LabelScene& scene, int layer) {
    float left = 1e9f;
    for (const int pane : {layer, layer + 1})
        for (const auto& corners : {scene.layout.pane_corners(pane), scene.layout.key_pane_corners(pane)})
            for (const glm::vec3& corner : corners)
                left = std::min(left, screen_from_world(scene.camera, scene.viewport, corner).x);
    return left;
}

// How much room the number of each layer has along its row, px; 1e6 where only one is on the picture.
float least_number_pitch(const LabelScene& scene) {
    float least = 1e6f;
    for (int layer = 0; layer + 1 < scene.layout.layers; ++layer) {
        const auto at = [&](int l) {
            return screen_from_world(scene.camera, scene.viewport,
                                     layer_number_at(scene.layout, scene.camera, l));
        };
        const glm::vec3 here = at(layer), next = at(layer + 1);
        if (here.z <= near_plane_u || next.z <= near_plane_u) continue;
        const float along = scene.motion.stack > 0.5f ? next.y - here.y : next.x - here.x;
        least = std::min(least, std::abs(along));
    }
    return least;
}

struct NumberRow {
    int every = 1;           // each, each second, each third layer has its number
    bool has_rungs = false;  // beside it the weight from which on lines are drawn: of all layers, or of none
};

NumberRow number_row(const LabelScene& scene, float size, float small) {
    const float pitch = least_number_pitch(scene), apart = numbers_apart_px * scene.text_scale;
    const std::string last = std::to_string(std::max(scene.layout.layers - 1, 0));
    const bool stacked = scene.motion.stack > 0.5f;
    const float number = stacked ? size : scene.measure(last, size, true);
    float rung = 0.0f;
    for (size_t l = 0; l < scene.plan.layers.size(); ++l)
        rung = std::max(rung, scene.measure(threshold_text(scene, l), small, false));
    NumberRow row;
    row.every = std::max(1, static_cast<int>(std::ceil((number + apart) / std::max(pitch, 1.0f))));
    const float spare = pitch - number - rung - 5.0f * scene.text_scale - apart;
    row.has_rungs = row.every == 1 && (stacked || spare >= 0.0f);
    return row;
}

// The number stands over the gap, never over a pane; with it the weight from which on lines are drawn.
void add_layer_numbers(LabelPlacement& placement, const LabelScene& scene) {
    const float scale = scene.text_scale;
    const float size = std::max(layer_number_px * scale, least_text_px);
    const float small = std::max(threshold_px * scale, least_text_px);
    const bool stacked = scene.motion.stack > 0.5f;
    const TextStackLayout& layout = scene.layout;
    const NumberRow row = number_row(scene, size, small);
    for (int layer = 0; layer < layout.layers; ++layer) {
        const glm::vec3 at =
            screen_from_world(scene.camera, scene.viewport, layer_number_at(layout, scene.camera, layer));
        if (at.z <= near_plane_u) continue;
        const Focus& focus = scene.motion.shown_focus;
        const bool focused = focus.kind != FocusKind::none && focus.layer == layer;
        if (layer % row.every != 0 && !focused) continue;
        const float recede = focused ? 1.0f : 1.0f - (1.0f - receded_opacity) * scene.motion.focus;
        const std::string number = scene.plan.joins_ends ? "all layers" : std::to_string(layer),
                          threshold = threshold_text(scene, static_cast<size_t>(layer));
        const float number_width = scene.measure(number, size, true), gap = 5.0f * scale;
        const float whole = number_width + gap + scene.measure(threshold, small, false);
        const float y = at.y - 12.0f * scale;
        glm::vec2 anchor{at.x - 0.5f * whole, y};
        if (stacked) anchor = {leftmost_px(scene, layer) - 10.0f * scale - whole, at.y};
        Label label = scene_label(scene, number, anchor, size, LabelAlign::left,
                                  recede * outside_words(scene.motion.inside));
        label.bold = true;
        label.id = scene.id("layer", layer);
        const float baseline = label.position.y;
        placement.add(std::move(label), 30.0f);
        const std::vector<bool>& shown = scene.plan.layers[static_cast<size_t>(layer)].lane_shown;
        const bool draws = std::find(shown.begin(), shown.end(), true) != shown.end();
        Label rung =
            scene_label(scene, threshold, {anchor.x + number_width + gap, anchor.y}, small, LabelAlign::left,
                        recede * (1.0f - scene.motion.focus) * outside_words(scene.motion.inside), true);
        rung.position.y = baseline;
        rung.id = scene.id("rung", layer);
        if (draws && row.has_rungs) placement.add(std::move(rung), 20.0f);
        if (layer == 0 && !stacked && !scene.plan.joins_ends && scene.outer.caption) {
            const glm::vec3 words = row_end(scene, 0, 0, true, true);
            const float beside = anchor.x - 3.0f * gap;
            const float x =
                words.z > near_plane_u ? std::min(beside, words.x - label_gap_px * scale) : beside;
            Label caption = scene_label(scene, "layer", {x, anchor.y}, small, LabelAlign::right,
                                        outside_words(scene.motion.inside), true);
            caption.position.y = baseline;
            caption.id = scene.id("layer caption");
            placement.add(std::move(caption), 15.0f);
        }
    }
}

}  // namespace

Label scene_label(const LabelScene& scene, std::string text, glm::vec2 anchor, float size_px,
                  LabelAlign align, float opacity, bool dim) {
    const Theme& colors = theme(scene.view.theme);
    Label label;
    label.text = std::move(text);
    label.size_px = std::max(size_px, least_text_px);
    label.position = {anchor.x,
                      anchor.y + 0.34f * label.size_px};  // centres lower-case letters on the anchor
    label.align = align;
    label.color = with_alpha(dim ? colors.dim_text : colors.text, opacity);
    label.halo = with_alpha(colors.ground, halo_opacity * opacity);
    label.halo_px = 3.0f * std::max(scene.text_scale, 0.67f);
    return label;
}

float inside_words(float inside) {
    return glm::smoothstep(0.65f, 1.0f, inside);
}

float outside_words(float inside) {
    return 1.0f - glm::smoothstep(0.0f, 0.4f, inside);
}

float seen_from_above(const DrawCamera& camera) {
    return glm::smoothstep(0.5f, 0.87f, std::abs(camera.view_from_world[1][2]));  // sine of the pitch
}

glm::vec3 layer_number_at(const TextStackLayout& layout, const DrawCamera& camera, int layer) {
    const glm::vec3 top = layout.gap_top(layer);
    const glm::mat4& view = camera.view_from_world;
    const glm::vec3 up{view[0][1], view[1][1], view[2][1]};
    return top + layout.lane_axis *
                     (layout.half_lanes_u() * seen_from_above(camera) * glm::dot(up, layout.lane_axis));
}

glm::vec3 row_end(const LabelScene& scene, int pane, int token, bool leftmost, bool as_key) {
    const TextStackLayout& layout = scene.layout;
    const glm::vec3 row = as_key ? layout.key_position(pane, 0, token) : layout.position(pane, 0, token);
    const glm::vec3 centre = row - layout.lane_axis * layout.lane_offset(0);
    const glm::vec3 half = layout.lane_axis * layout.half_lanes_u();
    const glm::vec3 a = screen_from_world(scene.camera, scene.viewport, centre - half);
    const glm::vec3 b = screen_from_world(scene.camera, scene.viewport, centre + half);
    if (a.z <= near_plane_u || b.z <= near_plane_u) return {0.0f, 0.0f, -1.0f};
    if (scene.motion.stack > 0.5f) return (a.y > b.y) == leftmost ? a : b;  // stacked: lowest or highest
    return (a.x < b.x) == leftmost ? a : b;
}

void add_outer_labels(LabelPlacement& placement, const LabelScene& scene) {
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
    if (outer.numbers) add_layer_numbers(placement, scene);
    if (outer.first_pane && outer.numbers) add_lane_numbers(placement, scene);
}

LabelScene make_label_scene(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                            const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                            const MeasureText& measure) {
    const AttentionBlock& attention = shown_block(plan);
    return {plan,
            layout,
            view,
            motion,
            viewport,
            measure,
            draw_camera(camera, viewport),
            viewport.ui_scale * theme(view.theme).text_scale,
            key_tokens(*plan.frame, attention),
            query_tokens(*plan.frame, attention)};
}

void add_labels(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout,
                const ViewState& view, const ViewMotion& motion, const Camera& camera, double,
                const Viewport& viewport, const MeasureText& measure) {
    if (!view.show_labels) return;
    const LabelScene scene = make_label_scene(plan, layout, view, motion, camera, viewport, measure);
    LabelPlacement placement(viewport, measure);
    placement.reserve_all(list);
    add_focus_labels(placement, list, scene);
    add_outer_labels(placement, scene);
    placement.place(list);
}

}  // namespace weft
