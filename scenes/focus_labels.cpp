#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "scenes/flow_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/labels.h"
#include "scenes/plan_memory.h"
#include "scenes/projection.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr size_t most_key_labels = 6;
constexpr float least_key_px = 13.0f, largest_key_px = 18.0f;
constexpr float least_part_of_patch = 0.25f;  // of what reads it most: others of a patch are not named

std::string with_number(const TextStackPlan& plan, const std::string& text, float weight) {
    return text + "  " +
           (reads_patches(plan) ? number_text(weight * plan.scale) : weight_text(plan, weight, 2));
}

// The other words of a token's block, in the text's order above and below its pill.
void add_unfolded_words(LabelPlacement& placement, const LabelScene& scene, const std::vector<Token>& tokens,
                        int own, const Label& pill, float opacity) {
    const int size = scene.plan.tokens_per_block, first = own / size * size;
    const int end = std::min(first + size, static_cast<int>(tokens.size()));
    const float pitch = unfolded_pitch_em * pill.size_px;
    for (int token = first; token < end; ++token) {
        if (token == own) continue;
        const glm::vec2 at{pill.position.x, pill.position.y + static_cast<float>(token - own) * pitch};
        Label word = scene_label(scene, token_text(tokens[static_cast<size_t>(token)]), at, pill.size_px,
                                 pill.align, opacity);
        word.position = at;
        word.id = scene.id("unfolded", pill.align == LabelAlign::right, token);
        placement.add(std::move(word), 190.0f - static_cast<float>(std::abs(token - own)));
    }
}

// One token: a pill where it reads, and what it reads, with numbers, on the other pane.
void add_token_focus(LabelPlacement& placement, const LabelScene& scene, const Focus& focus) {
    const bool by_key = focus.kind == FocusKind::token && focus.by_key;
    const int own = by_key ? focus.key : focus.query;
    const auto& own_tokens = by_key ? scene.key_tokens : scene.query_tokens;
    const auto& other_tokens = by_key ? scene.query_tokens : scene.key_tokens;
    if (own < 0 || own >= static_cast<int>(own_tokens.size()) || focus.layer >= scene.layout.layers) return;
    // What a query reads of an image is seen there; the decoder's own part has its pill.
    if (!scene.names_keys && focus.kind == FocusKind::token && !by_key) return;
    const float scale = scene.text_scale, opacity = scene.motion.focus, gap = 10.0f * scale;
    const int own_pane = by_key ? focus.layer : focus.layer + 1,
              other_pane = by_key ? focus.layer + 1 : focus.layer;

    const glm::vec3 end = row_end(scene, own_pane, own, by_key, by_key);
    if (end.z > near_plane_u && (scene.names_keys || !by_key)) {
        Label pill = scene_label(scene, token_text(own_tokens[static_cast<size_t>(own)]),
                                 {by_key ? end.x - 1.6f * gap : end.x + 1.6f * gap, end.y}, 15.0f * scale,
                                 by_key ? LabelAlign::right : LabelAlign::left, opacity);
        const Theme& colors = theme(scene.view.theme);
        pill.bold = true;
        pill.id = scene.id("pill", own_pane, own);
        pill.halo.a = 0.0f;
        pill.pill = with_alpha(colors.text, opacity);
        pill.color = with_alpha(colors.ground, opacity);
        if (scene.plan.near) add_unfolded_words(placement, scene, own_tokens, own, pill, opacity);
        placement.add(std::move(pill), 200.0f);
    }

    if (!scene.names_keys && !by_key) return;
    Focus row = focus;
    if (focus.kind == FocusKind::edge) row.kind = FocusKind::token;
    const std::vector<float> means = mean_weights(scene.plan, row);
    std::vector<size_t> order(means.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return std::abs(means[a]) > std::abs(means[b]); });
    const auto& sinks = scene.plan.layers[static_cast<size_t>(focus.layer)].sink_keys;
    size_t labelled = 0;
    float strongest = scene.names_keys ? focus_line_threshold : 0.0f;
    for (const size_t other : order) {
        const bool sink = !by_key && other < sinks.size() && sinks[other];
        if (!sink) strongest = std::max(strongest, std::abs(means[other]));
    }
    const float least = scene.names_keys || order.empty()
                            ? focus_line_threshold
                            : least_part_of_patch * std::abs(means[order.front()]);
    for (const size_t other : order) {
        const bool chosen = focus.kind == FocusKind::edge && static_cast<int>(other) == focus.key;
        if (!chosen && (std::abs(means[other]) < least || labelled >= most_key_labels)) continue;
        const bool sink = !by_key && other < sinks.size() && sinks[other];
        const glm::vec3 at = row_end(scene, other_pane, static_cast<int>(other), !by_key, !by_key);
        if (at.z <= near_plane_u) continue;
        const float part = std::clamp(std::abs(means[other]) / std::max(strongest, 1e-9f), 0.0f, 1.0f);
        const float size =
            sink ? least_key_px : least_key_px + (largest_key_px - least_key_px) * std::sqrt(part);
        const float number = chosen ? edge_weight(scene.plan, focus) : means[other];
        Label label = scene_label(scene, with_number(scene.plan, token_text(other_tokens[other]), number),
                                  {by_key ? at.x + gap : at.x - gap, at.y}, size * scale,
                                  by_key ? LabelAlign::left : LabelAlign::right, opacity, sink);
        label.bold = chosen;
        label.id = scene.id("read", other_pane, static_cast<int>(other));
        placement.add(std::move(label), 150.0f + std::abs(means[other]));
        ++labelled;
    }
}

void add_caption(LabelPlacement& placement, const LabelScene& scene, const std::string& text, glm::vec2 at,
                 LabelAlign align, float opacity) {
    Label caption = scene_label(scene, text, at, 13.0f * scene.text_scale, align, opacity, true);
    caption.id = scene.id(text);
    placement.add(std::move(caption), 90.0f);
}

// What each query of a lane gives to sinks.
std::vector<double> shares_of_sinks(const WeightBlock& block, const LayerPlan& layer, size_t lane) {
    std::vector<double> shares(block.rows, 0.0);
    for (uint32_t key = 0; key < block.columns; ++key) {
        if (!layer.sink_keys[key]) continue;
        for (size_t row = 0; row < block.rows; ++row)
            shares[row] +=
                static_cast<double>((*block.values)[(lane * block.rows + row) * block.columns + key]);
    }
    return shares;
}

// Both columns of words beside the gap of one head, what each query gives to sinks, and the sinks by name.
void add_inside(LabelPlacement& placement, DrawList& list, const LabelScene& scene) {
    const float opacity = inside_words(scene.motion.inside), scale = scene.text_scale, gap = 12.0f * scale;
    const int layer = scene.motion.inside_layer;
    if (opacity <= 0.0f || layer < 0 || layer >= scene.layout.layers) return;
    const int lane = std::clamp(scene.motion.inside_head, 0, std::max(scene.layout.lanes - 1, 0));
    const Theme& colors = theme(scene.view.theme);
    const LayerPlan& layer_plan = scene.plan.layers[static_cast<size_t>(layer)];
    const WeightBlock& block = scene.plan.blocks[static_cast<size_t>(layer)];
    const Focus& lit =
        scene.view.hovered.kind == FocusKind::edge ? scene.view.hovered : scene.motion.shown_focus;

    const AttentionKind kind = shown_block(scene.plan).kind;
    const auto sink_shares = scene.plan.memory->numbers(
        "to sinks " + std::to_string(layer) + " " + std::to_string(lane),
        [&] { return shares_of_sinks(block, layer_plan, static_cast<size_t>(lane)); });
    const auto column = [&](bool keys) {
        const auto& tokens = keys ? scene.key_tokens : scene.query_tokens;
        const int count = static_cast<int>(tokens.size());
        const auto at = [&](int token) {
            const glm::vec3 world = keys ? scene.layout.key_position(layer, lane, token)
                                         : scene.layout.query_position(layer, lane, token);
            return screen_from_world(scene.camera, scene.viewport, world);
        };
        const glm::vec3 first = at(0), last = at(count - 1);
        if (first.z <= near_plane_u || last.z <= near_plane_u) return;
        const float row_px = count > 1 ? std::abs(last.y - first.y) / static_cast<float>(count - 1) : 40.0f;
        const float size = std::clamp(row_px - 1.5f, least_text_px, std::max(17.0f * scale, least_text_px));
        const float side = keys ? -1.0f : 1.0f;
        add_caption(placement, scene, keys ? key_word(kind) : query_word(kind),
                    {first.x + side * gap, first.y - std::max(1.5f * size, 22.0f * scale)},
                    keys ? LabelAlign::right : LabelAlign::left, opacity);
        for (int token = 0; token < count; ++token) {
            const glm::vec3 here = at(token);
            const bool is_lit =
                lit.kind == FocusKind::edge && lit.layer == layer && (keys ? lit.key : lit.query) == token;
            const bool sink = keys && layer_plan.sink_keys[static_cast<size_t>(token)];
            Label label = scene_label(scene, token_text(tokens[static_cast<size_t>(token)]),
                                      {here.x + side * gap, here.y}, size,
                                      keys ? LabelAlign::right : LabelAlign::left, opacity, sink);
            label.bold = is_lit;
            label.id = scene.id("inside", keys, token);
            label.max_width_px = 150.0f * scale;
            const float width =
                std::min(scene.measure(label.text, label.size_px, label.bold), label.max_width_px);
            placement.add(std::move(label), is_lit ? 120.0f : 100.0f - 0.001f * static_cast<float>(token));
            if (keys || !block.values || row_px < 8.0f || !scene.plan.has_sinks) continue;
            // What this query gives to sinks: 70 px are the whole row.
            const double to_sinks = (*sink_shares)[static_cast<size_t>(token)];
            ScreenRect bar;
            bar.min = {here.x + gap + width + 10.0f * scale, here.y - 3.0f * scale};
            bar.max = bar.min + glm::vec2(static_cast<float>(to_sinks) * 70.0f * scale, 6.0f * scale);
            bar.fill = with_alpha(colors.sink, opacity);
            bar.corner_px = 2.0f * scale;
            if (to_sinks > 0.005) list.rects.push_back(bar);
        }
        if (!keys && scene.plan.has_sinks) {
            const float width =
                scene.measure(query_word(kind), std::max(13.0f * scale, least_text_px), false);
            add_caption(
                placement, scene, "to sinks",
                {first.x + gap + width + 14.0f * scale, first.y - std::max(1.5f * size, 22.0f * scale)},
                LabelAlign::left, opacity);
        }
    };
    column(true);
    column(false);

    for (size_t key = 0; key < layer_plan.sink_keys.size(); ++key) {
        if (!layer_plan.sink_keys[key]) continue;
        const float share =
            layer_plan.sink_mean[static_cast<size_t>(lane) * layer_plan.sink_keys.size() + key];
        char text[48];
        std::snprintf(text, sizeof text, " takes %.0f %% of this head", 100.0 * static_cast<double>(share));
        const glm::vec3 at = screen_from_world(scene.camera, scene.viewport,
                                               scene.layout.key_position(layer, lane, static_cast<int>(key)));
        Label label = scene_label(scene, token_text(scene.key_tokens[key]) + text,
                                  {at.x + 12.0f * scale, at.y - 15.0f * scale}, 13.0f * scale,
                                  LabelAlign::left, opacity);
        label.id = scene.id("sink", static_cast<int>(key));
        placement.add(std::move(label), 80.0f);
    }
}

// The word that the followed token reads most in each layer, with the number, where its line starts.
void add_along(LabelPlacement& placement, const LabelScene& scene) {
    if (!is_along(scene.layout, scene.motion) || scene.motion.along <= 0.5f) return;
    for (int layer = 0; layer < scene.layout.layers; ++layer) {
        const std::vector<StrongestLine> strongest = strongest_lines(
            scene.plan, {FocusKind::token, 0, layer, -1, scene.motion.along_token, -1, false}, 1);
        if (strongest.empty()) continue;
        const StrongestLine& line = strongest.front();
        const glm::vec3 at = screen_from_world(scene.camera, scene.viewport,
                                               scene.layout.key_position(layer, line.lane, line.other));
        if (at.z <= near_plane_u) continue;
        const float size =
            std::clamp(15.0f * scene.text_scale, least_text_px, largest_key_px * scene.text_scale);
        Label label =
            scene_label(scene,
                        with_number(scene.plan, token_text(scene.key_tokens[static_cast<size_t>(line.other)]),
                                    line.weight),
                        {at.x, at.y - size}, size, LabelAlign::center, 2.0f * scene.motion.along - 1.0f);
        label.id = scene.id("along", layer);
        placement.add(std::move(label), 60.0f + std::abs(line.weight));
    }
}

}  // namespace

void add_focus_labels(LabelPlacement& placement, DrawList& list, const LabelScene& scene) {
    add_inside(placement, list, scene);
    add_along(placement, scene);
    const Focus& focus = scene.motion.shown_focus;
    if (scene.motion.focus <= 0.0f || scene.motion.inside > 0.5f || focus.layer < 0) return;
    if (focus.kind == FocusKind::token || focus.kind == FocusKind::edge)
        add_token_focus(placement, scene, focus);
}

}  // namespace weft
