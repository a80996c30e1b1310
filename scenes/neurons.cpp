#include "scenes/neurons.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/error.h"
#include "scenes/hud.h"
#include "scenes/shown_block.h"

namespace weft {
namespace {

// At 1280x720.
constexpr float query_names_px = 104.0f, key_names_px = 226.0f, vectors_px = 236.0f;
constexpr float numbers_px = 208.0f, between_px = 26.0f, right_px = 24.0f;
constexpr float strip_top_px = 96.0f, strip_height_px = 18.0f, rows_top_px = 152.0f, foot_px = 84.0f;
constexpr float largest_row_px = 24.0f, least_row_px = 5.0f;
constexpr float largest_cell_px = 14.0f, least_matrix_px = 240.0f;  // room for what stands over it

std::shared_ptr<const std::vector<float>> numbers_of(const AttentionBlock& block, const char* name) {
    const auto found = block.quantities.find(std::string("query_key.") + name);
    return found == block.quantities.end() ? nullptr : found->second.values;
}

float largest_of(const std::vector<float>& values) {
    float largest = 0.0f;
    for (const float value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

}  // namespace

std::shared_ptr<const NeuronsPlan> plan_neurons(std::shared_ptr<const TextStackPlan> stack) {
    auto plan = std::make_shared<NeuronsPlan>();
    plan->stack = std::move(stack);
    plan->pictures = std::make_shared<NeuronsPictures>();
    if (plan->stack->layers.empty()) return plan;
    const AttentionBlock& block = shown_block(*plan->stack);
    const auto head = numbers_of(block, "head"), scale = numbers_of(block, "scale");
    plan->query_vectors = numbers_of(block, "queries");
    plan->key_vectors = numbers_of(block, "keys");
    plan->scores = numbers_of(block, "scores");
    if (!head || !scale || !plan->query_vectors || !plan->key_vectors || !plan->scores) return plan;
    plan->queries = static_cast<int>(block.queries);
    plan->keys = static_cast<int>(block.keys);
    WEFT_ASSERT(head->size() == 2 && plan->key_vectors->size() % block.keys == 0,
                std::to_string(plan->key_vectors->size()));
    plan->width = static_cast<int>(plan->key_vectors->size() / block.keys);
    WEFT_ASSERT(plan->query_vectors->size() == size_t{block.queries} * static_cast<size_t>(plan->width) &&
                    plan->scores->size() == size_t{block.queries} * block.keys,
                std::to_string(plan->query_vectors->size()) + ", " + std::to_string(plan->scores->size()));
    plan->layer = static_cast<int>((*head)[0]);
    plan->head = static_cast<int>((*head)[1]);
    plan->scale = scale->at(0);
    plan->largest_vector = std::max(largest_of(*plan->query_vectors), largest_of(*plan->key_vectors));
    // Products of one query are compared with those of the next: one scale for all.
    const auto width = static_cast<size_t>(plan->width);
    std::vector<float> most_key(width, 0.0f), most_query(width, 0.0f);
    for (size_t i = 0; i < plan->key_vectors->size(); ++i)
        most_key[i % width] = std::max(most_key[i % width], std::abs((*plan->key_vectors)[i]));
    for (size_t i = 0; i < plan->query_vectors->size(); ++i)
        most_query[i % width] = std::max(most_query[i % width], std::abs((*plan->query_vectors)[i]));
    for (size_t k = 0; k < width; ++k)
        plan->largest_product = std::max(plan->largest_product, most_key[k] * most_query[k]);
    const Focus line =
        strongest_line(*plan->stack->frame, block, plan->layer, plan->head, plan->stack->segments);
    plan->first_query = line.query >= 0 ? line.query : plan->queries - 1;
    return plan;
}

int neurons_query(const NeuronsPlan& plan, const ViewState& view) {
    for (const Focus* focus : {&view.selected, &view.hovered})
        if (focus->query >= 0 && focus->query < plan.queries) return focus->query;
    return plan.first_query;
}

std::span<const float> neurons_weights(const NeuronsPlan& plan, int query) {
    const AttentionBlock& block = shown_block(*plan.stack);
    const auto keys = static_cast<size_t>(plan.keys);
    const size_t row = static_cast<size_t>(plan.head) * block.queries + static_cast<size_t>(query);
    return std::span<const float>(*block.layer_weights.at(static_cast<size_t>(plan.layer)))
        .subspan(row * keys, keys);
}

std::vector<int> neurons_rows(const NeuronsPlan& plan, int query, int most) {
    std::vector<int> rows(static_cast<size_t>(plan.keys));
    std::iota(rows.begin(), rows.end(), 0);
    if (plan.keys <= most) return rows;
    const std::span<const float> weights = neurons_weights(plan, query);
    std::ranges::stable_sort(rows, [&](int a, int b) {
        return weights[static_cast<size_t>(a)] > weights[static_cast<size_t>(b)];
    });
    rows.resize(static_cast<size_t>(std::max(most, 1)));
    std::ranges::sort(rows);
    return rows;
}

NeuronsLayout neurons_layout(const NeuronsPlan& plan, const ViewState& view, const Viewport& viewport) {
    const float scale = hud_scale(viewport, 1.0f);
    NeuronsLayout layout;
    layout.query_names_right = query_names_px * scale;
    layout.key_names_right = key_names_px * scale;
    layout.vectors_left = vectors_px * scale;
    const float right = static_cast<float>(viewport.size.x) - viewport.panel_px - right_px * scale;
    const float room = right - layout.vectors_left - (numbers_px + between_px) * scale;
    const float width = static_cast<float>(std::max(plan.width, 1));
    layout.matrix_width = std::min(0.5f * room, std::max(largest_cell_px * width, least_matrix_px) * scale);
    layout.products_left = layout.vectors_left + layout.matrix_width + between_px * scale;
    layout.score_right = layout.products_left + layout.matrix_width + 66.0f * scale;
    layout.weight_color_left = layout.score_right + 14.0f * scale;
    layout.weight_color_width = 14.0f * scale;
    layout.weight_left = layout.weight_color_left + layout.weight_color_width + 2.0f * scale;
    layout.weight_width = 60.0f * scale;
    layout.strip_top = strip_top_px * scale;
    layout.strip_height = strip_height_px * scale;
    layout.rows_top = rows_top_px * scale;
    const float height = static_cast<float>(viewport.size.y) - foot_px * scale - layout.rows_top;
    if (plan.layer < 0) return layout;
    const int most = std::max(1, static_cast<int>(height / (least_row_px * scale)));
    layout.rows = neurons_rows(plan, neurons_query(plan, view), most);
    layout.row_height = std::min(largest_row_px * scale,
                                 height / static_cast<float>(std::max<size_t>(layout.rows.size(), 1)));
    layout.query_step = std::min(largest_row_px * scale, height / static_cast<float>(plan.queries));
    return layout;
}

Focus pick_neurons(const NeuronsPlan& plan, const ViewState& view, const Viewport& viewport,
                   glm::vec2 pointer_px) {
    if (plan.layer < 0) return {};
    const NeuronsLayout layout = neurons_layout(plan, view, viewport);
    const float below = pointer_px.y - layout.rows_top;
    const float scale = hud_scale(viewport, 1.0f);
    if (pointer_px.x < layout.query_names_right + 6.0f * scale) {
        const int query = static_cast<int>(std::floor(below / layout.query_step));
        if (query < 0 || query >= plan.queries) return {};
        return {FocusKind::token, 0, plan.layer, -1, query, -1, false};
    }
    const float width = layout.matrix_width;
    Focus focus{FocusKind::edge, 0, plan.layer, plan.head, neurons_query(plan, view), -1, false};
    for (const float left : {layout.vectors_left, layout.products_left}) {
        const float part = (pointer_px.x - left) / width;
        if (part >= 0.0f && part < 1.0f)
            focus.dimension = static_cast<int>(part * static_cast<float>(plan.width));
    }
    const bool on_strip = pointer_px.y >= layout.strip_top &&
                          pointer_px.y < layout.strip_top + layout.strip_height && focus.dimension >= 0;
    if (on_strip) {
        focus.kind = FocusKind::token;
        return focus;
    }
    const int row = static_cast<int>(std::floor(below / layout.row_height));
    const float right = layout.weight_left + layout.weight_width + 60.0f * scale;
    if (row < 0 || row >= static_cast<int>(layout.rows.size()) || pointer_px.x > right) return {};
    focus.key = layout.rows[static_cast<size_t>(row)];
    return focus;
}

}  // namespace weft
