#include "scenes/layout.h"

#include <algorithm>
#include <cmath>

#include "scenes/shown_block.h"

namespace weft {
namespace {

constexpr float pane_token_margin_u = 0.5f, pane_lane_margin_u = 0.35f;
constexpr float inside_gap_factor = 1.5f;
constexpr float stacked_height_u = 12.0f, stacked_token_u = 3.0f;  // in a wide picture

int former_rows(const TextStackPlan& former) {
    const AttentionBlock& block = shown_block(former);
    return static_cast<int>(std::max(block.keys, block.queries));
}

}  // namespace

float pane_pitch_u(int layers) {
    return std::clamp(26.0f / static_cast<float>(std::max(layers, 1)), 1.6f, 5.0f);
}

float token_pitch_u(int tokens) {
    return tokens < 2 ? 1.5f : std::clamp(12.0f / static_cast<float>(tokens - 1), 0.004f, 1.5f);
}

float lane_pitch_u(int layers, int lanes) {
    return lanes < 2 ? 0.6f
                     : std::clamp(2.0f * pane_pitch_u(layers) / static_cast<float>(lanes - 1), 0.12f, 0.6f);
}

glm::vec3 TextStackLayout::position(int pane, int lane, int token) const {
    return point(pane_at[static_cast<size_t>(pane)], token_offset(token), lane_offset(lane));
}

float TextStackLayout::gap_u(int layer) const {
    return pane_at[static_cast<size_t>(layer) + 1] - pane_at[static_cast<size_t>(layer)];
}

glm::vec3 TextStackLayout::gap_centre(int layer) const {
    return point(0.5f * (pane_at[static_cast<size_t>(layer)] + pane_at[static_cast<size_t>(layer) + 1]), 0.0f,
                 0.0f);
}

glm::vec3 TextStackLayout::gap_top(int layer) const {
    if (!has_keys_apart()) return gap_centre(layer) - token_axis * half_rows_u();
    return gap_centre(layer) + token_axis * (token_offset(0) - token_margin) + keys_apart;
}

float TextStackLayout::token_offset(int token) const {
    return token_pitch * (static_cast<float>(token) - 0.5f * (rows - 1.0f));
}

float TextStackLayout::lane_offset(int lane) const {
    return lane_pitch * (static_cast<float>(lane) - 0.5f * static_cast<float>(lanes - 1));
}

float TextStackLayout::half_rows_u() const {
    return 0.5f * token_pitch * std::max(rows - 1.0f, 0.0f) + token_margin;
}

float TextStackLayout::half_lanes_u() const {
    return 0.5f * lane_pitch * static_cast<float>(std::max(lanes - 1, 0)) + lane_margin;
}

std::array<glm::vec3, 4> TextStackLayout::pane_corners(int pane, float foot_u) const {
    const glm::vec3 centre = point(pane_at[static_cast<size_t>(pane)], 0.0f, 0.0f);
    const glm::vec3 up = token_axis * half_rows_u(), down = token_axis * foot_u,
                    away = lane_axis * half_lanes_u();
    return {centre - up - away, centre - up + away, centre + down + away, centre + down - away};
}

float TextStackLayout::lowest_foot_u() const {
    return std::max(half_rows_u(), token_offset(tokens - 1) + token_margin);
}

std::array<glm::vec3, 4> TextStackLayout::key_pane_corners(int layer) const {
    if (!has_keys_apart()) return pane_corners(layer);
    const float at = pane_at[static_cast<size_t>(layer)], away = half_lanes_u();
    const float top = token_offset(0) - token_margin,
                foot = token_offset(std::max(keys - 1, 0)) + token_margin;
    const auto corner = [&](float along_tokens, float along_lanes) {
        return point(at, along_tokens, along_lanes) + keys_apart;
    };
    return {corner(top, -away), corner(top, away), corner(foot, away), corner(foot, -away)};
}

std::array<glm::vec3, 8> TextStackLayout::box_corners() const {
    const auto first = pane_corners(0), last = pane_corners(layers);
    return {first[0], first[1], first[2], first[3], last[0], last[1], last[2], last[3]};
}

TextStackLayout make_layout(int layers, int tokens, int lanes, float aspect, const ViewMotion& motion) {
    TextStackLayout layout;
    layout.layers = std::max(layers, 0);
    layout.tokens = layout.keys = layout.queries = std::max(tokens, 0);
    layout.rows = static_cast<float>(layout.tokens);
    layout.lanes = std::max(lanes, 0);
    layout.token_margin = pane_token_margin_u;
    layout.lane_margin = pane_lane_margin_u;

    const float stack = std::clamp(motion.stack, 0.0f, 1.0f);
    layout.pane_pitch = pane_pitch_u(layers);
    layout.token_pitch = token_pitch_u(tokens);
    layout.lane_pitch = lane_pitch_u(layers, lanes) * (1.0f - std::clamp(motion.fold, 0.0f, 1.0f));
    if (aspect > 1.0f && layout.layers > 0) {
        const float layers_u = layout.pane_pitch * static_cast<float>(layout.layers);
        const float wide_rows = layers_u / static_cast<float>(std::max(tokens - 1, 1));
        layout.pane_pitch = glm::mix(layout.pane_pitch, stacked_height_u / static_cast<float>(layers), stack);
        layout.token_pitch = glm::mix(layout.token_pitch, std::min(wide_rows, stacked_token_u), stack);
    }

    const float turn = glm::radians(90.0f) * stack;
    layout.layer_axis = {std::cos(turn), std::sin(turn), 0.0f};
    layout.token_axis = {std::sin(turn), -std::cos(turn), 0.0f};

    place_panes(layout, motion);
    layout.pass_layers = layout.layers;
    return layout;
}

void place_panes(TextStackLayout& layout, const ViewMotion& motion) {
    layout.pane_at.resize(static_cast<size_t>(layout.layers) + 1);
    float at = 0.0f;
    for (int pane = 0; pane <= layout.layers; ++pane) {
        layout.pane_at[static_cast<size_t>(pane)] = at;
        const float widened = pane == motion.inside_layer ? (inside_gap_factor - 1.0f) * motion.inside : 0.0f;
        at += layout.pane_pitch * (1.0f + widened);
    }
    const float centre = 0.5f * layout.pane_at.back();
    for (float& x : layout.pane_at) x -= centre;
}

void join_ends(TextStackLayout& layout) {
    layout.layers = layout.pass_layers = 1;
    layout.pane_at = {layout.pane_at.front(), layout.pane_at.back()};
    layout.pane_pitch = layout.gap_u(0);
}

TextStackLayout make_layout(const TextStackPlan& plan, const ViewMotion& motion, const Viewport& viewport) {
    const bool empty = !plan.frame || plan.frame->blocks.empty();
    const int layers = static_cast<int>(plan.joins_ends ? shown_block(plan).layers : plan.layers.size());
    const int keys = empty ? 0 : static_cast<int>(shown_block(plan).keys);
    const int queries = empty ? 0 : static_cast<int>(shown_block(plan).queries);
    const float width = static_cast<float>(viewport.size.x) - viewport.panel_px;
    const float aspect = viewport.size.y > 0 ? width / static_cast<float>(viewport.size.y) : 1.0f;
    TextStackLayout layout = make_layout(layers, std::max(keys, queries), plan.lanes, aspect, motion);
    if (motion.former && motion.slid < 1.0f) {
        const int rows = former_rows(*motion.former);
        const TextStackLayout before = make_layout(layers, rows, plan.lanes, aspect, motion);
        const float height = glm::mix(before.half_rows_u(), layout.half_rows_u(), motion.slid);
        layout.token_pitch = glm::mix(before.token_pitch, layout.token_pitch, motion.slid);
        layout.rows = 2.0f * (height - layout.token_margin) / layout.token_pitch + 1.0f;
    }
    layout.keys = keys;
    layout.queries = queries;
    if (plan.joins_ends && layers > 1) join_ends(layout);
    return layout;
}

}  // namespace weft
