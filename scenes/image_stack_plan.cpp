#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/error.h"
#include "analysis/method/method_table.h"
#include "scenes/color_map.h"
#include "scenes/image_stack.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"

namespace weft {
namespace {

constexpr double spotlight_percentile = 0.98;
constexpr uint32_t map_colors = 256;

bool is_share_of_row(const std::string& quantity) {
    return quantity == "attention" || quantity == "rollout" || quantity_shape(quantity) == MethodShape::heads;
}

// The heads whose mean is shown: those that were chosen in this layer, or with these numbers in another one;
// all where none was.
std::vector<int> shown_heads(const ViewState& view, int layer, int heads) {
    const Focus& selected = view.selected;
    if (selected.kind == FocusKind::head && selected.head >= 0 && selected.head < heads)
        return {selected.head};
    std::vector<int> chosen, elsewhere;
    for (const auto& [l, h] : view.heads)
        if (h >= 0 && h < heads) (l == layer ? chosen : elsewhere).push_back(h);
    std::vector<int>& taken = chosen.empty() ? elsewhere : chosen;
    std::ranges::sort(taken);
    taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
    if (!taken.empty()) return taken;
    taken.resize(static_cast<size_t>(heads));
    std::iota(taken.begin(), taken.end(), 0);
    return taken;
}

int opened_layer(const ViewState& view, int layers) {
    const int last = view.last_layer < 0 ? layers - 1 : std::min(view.last_layer, layers - 1);
    const int wanted = view.opened_layer < 0 ? last : view.opened_layer;
    return std::clamp(wanted, std::clamp(view.first_layer, 0, last), last);
}

// The token that a focus reads as, -1 where it names none.
int query_of(const Focus& focus) {
    if (focus.kind != FocusKind::token && focus.kind != FocusKind::edge) return -1;
    return focus.by_key ? focus.key : focus.query;
}

void choose_query(ImageStackPlan& plan, const AttentionBlock& block) {
    if (!has_query(plan.kind)) return;
    const Focus& selected = plan.view.selected;
    const Focus& hovered = plan.view.hovered;
    const int queries = static_cast<int>(block.queries);
    const auto is_query = [queries](int token) { return token >= 0 && token < queries; };
    if (is_query(query_of(selected))) {
        plan.query = query_of(selected);
    } else if (selected.kind == FocusKind::layer) {
        return;
    } else if (is_query(query_of(hovered)) && hovered.key < 0 && hovered.head < 0) {
        plan.query = query_of(hovered);
        plan.is_hovered = true;
    } else if (!plan.others.empty()) {
        plan.query = plan.others.front();
    }
}

void choose_panes(ImageStackPlan& plan) {
    switch (plan.kind) {
        case ImageNumbers::keys_of_layer:
        case ImageNumbers::queries:
            plan.key_pane = plan.layer;
            plan.query_pane = plan.layer + 1;
            break;
        case ImageNumbers::input_to_layer:
            plan.key_pane = 0;
            plan.query_pane = plan.layer + 1;
            break;
        case ImageNumbers::input_to_end:
        case ImageNumbers::input:
            plan.key_pane = 0;
            plan.query_pane = plan.layers;
            break;
    }
    plan.on_queries = plan.kind == ImageNumbers::queries;
}

// The number of full light or full colour among those of the patches.
float full_number(const ImageStackPlan& plan, const std::vector<float>& row) {
    if (row.empty()) return 0.0f;
    std::vector<float> patches;
    for (int p = 0; p < plan.patches(); ++p) patches.push_back(row[static_cast<size_t>(plan.token_of(p))]);
    if (plan.view.quantity == "entropy" && plan.kind == ImageNumbers::queries) return 1.0f;
    const float largest = largest_magnitude(patches);
    if (plan.is_map()) return largest;
    const float light = percentile(patches, spotlight_percentile);
    return light > 0.0f ? light : largest;
}

// 0..1 as cells carry it; below 0: none.
float cell_number(const ImageStackPlan& plan, float number, float full) {
    if (!std::isfinite(number)) return -1.0f;
    const float part = full > 0.0f ? number / full : 0.0f;
    if (plan.is_signed) {
        const float root = std::sqrt(std::min(std::abs(part), 1.0f));
        return 0.5f + (part < 0.0f ? -0.5f : 0.5f) * root;
    }
    const float clipped = std::clamp(part, 0.0f, 1.0f);
    return plan.kind == ImageNumbers::queries ? clipped : std::sqrt(clipped);
}

void add_cells(const ImageStackPlan& plan, const std::vector<float>& row, float full, Image& image) {
    image.width = plan.grid->columns;
    image.height += plan.grid->rows;
    for (int p = 0; p < plan.patches(); ++p) {
        const float number =
            row.empty() ? -1.0f : cell_number(plan, row[static_cast<size_t>(plan.token_of(p))], full);
        const auto alpha = static_cast<uint8_t>(std::lround(255.0f * std::max(number, 0.0f)));
        const uint8_t missing = number < 0.0f ? 255 : 0;
        for (const uint8_t channel : {missing, uint8_t{0}, uint8_t{0}, alpha}) image.rgba.push_back(channel);
    }
}

std::shared_ptr<const Image> make_colors(const ImageStackPlan& plan) {
    const Theme& colors = theme(plan.view.theme);
    auto image = std::make_shared<Image>();
    image->width = map_colors;
    image->height = 1;
    for (uint32_t i = 0; i < map_colors; ++i) {
        const float position = static_cast<float>(i) / (map_colors - 1.0f);
        const glm::vec4 color = plan.is_signed ? difference_color(colors, 2.0f * position - 1.0f)
                                               : map_color(colors, plan.view.map.get(), position);
        for (int c = 0; c < 4; ++c)
            image->rgba.push_back(
                static_cast<uint8_t>(std::lround(255.0f * std::clamp(color[c], 0.0f, 1.0f))));
    }
    return image;
}

void choose_lines(ImageStackPlan& plan) {
    if (!plan.query || plan.patch_of(*plan.query) < 0 || plan.row.empty()) return;
    std::vector<PatchLine> all;
    double sum = 0.0;
    for (int p = 0; p < plan.patches(); ++p) {
        const float number = plan.patch_number(p);
        if (!std::isfinite(number) || number == 0.0f) continue;
        all.push_back({p, number});
        sum += static_cast<double>(std::abs(number));
    }
    std::ranges::stable_sort(
        all, [](const PatchLine& a, const PatchLine& b) { return std::abs(a.weight) > std::abs(b.weight); });
    double reached = 0.0;
    for (const PatchLine& line : all) {
        if (plan.lines.size() >= static_cast<size_t>(most_image_lines) || reached >= image_line_mass * sum)
            break;
        plan.lines.push_back(line);
        reached += static_cast<double>(std::abs(line.weight));
    }
    if (plan.lines.empty()) return;
    auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(plan.patches()), 0.0f);
    const float largest = std::abs(plan.lines.front().weight);
    for (const PatchLine& line : plan.lines)
        (*values)[static_cast<size_t>(line.patch)] = line.weight / largest;
    plan.line_block = {std::move(values), plan.grid->rows, 1, plan.grid->columns};
}

void fill_ledger(ImageStackPlan& plan) {
    ImageLedger& ledger = plan.ledger;
    ledger.others.assign(plan.others.size(), 0.0);
    if (plan.row.empty()) return;
    const auto size_of = [&](int token) {
        const float number = plan.row[static_cast<size_t>(token)];
        return std::isfinite(number) ? std::abs(static_cast<double>(number)) : 0.0;
    };
    double sum = 0.0;
    for (int p = 0; p < plan.patches(); ++p) ledger.patches += size_of(plan.token_of(p));
    for (const PatchLine& line : plan.lines) ledger.lines += std::abs(static_cast<double>(line.weight));
    ledger.patches = std::max(ledger.patches - ledger.lines, 0.0);
    for (size_t o = 0; o < plan.others.size(); ++o) ledger.others[o] = size_of(plan.others[o]);
    for (const float number : plan.row)
        if (std::isfinite(number) && number < 0.0f) ledger.negative -= static_cast<double>(number);
    sum = std::accumulate(ledger.others.begin(), ledger.others.end(), ledger.lines + ledger.patches);
    if (!(sum > 0.0)) {
        ledger = {};
        ledger.others.assign(plan.others.size(), 0.0);
        return;
    }
    for (double* part : {&ledger.lines, &ledger.patches, &ledger.negative}) *part /= sum;
    for (double& part : ledger.others) part /= sum;
}

void fill_strip(ImageStackPlan& plan, const AttentionBlock& block, Image& numbers) {
    const bool has_own = quantity_shape(plan.view.quantity) == MethodShape::heads && !plan.quantity_missing;
    const std::vector<float> own =
        has_own ? drawn_numbers(*plan.frame, block, plan.view.quantity) : std::vector<float>();
    for (uint32_t h = 0; h < block.heads; ++h) {
        ImageHead head;
        head.head = static_cast<int>(h);
        const std::vector<float> row =
            image_row(*plan.frame, block, {plan.view.quantity, plan.layer, {head.head}, plan.query});
        head.full = full_number(plan, row);
        head.first = {0, numbers.height};
        if (has_own) head.own = own.at(static_cast<size_t>(plan.layer) * block.heads + h);
        add_cells(plan, row, head.full, numbers);
        plan.strip.push_back(head);
    }
}

}  // namespace

bool shows_image(const AttentionFrame& frame, const ViewState& view) {
    if (frame.blocks.empty()) return false;
    const AttentionBlock& block = shown_block(frame, view);
    if (block.key_stack != block.query_stack || block.layers == 0 || block.heads == 0) return false;
    const std::optional<PatchGrid>& grid = frame.stacks.at(block.key_stack).grid;
    if (!grid || grid->rows == 0 || grid->columns == 0) return false;
    const Rect& area = grid->patches_in_image;
    if (grid->image_rgba && (!(area.width > 0.0) || !(area.height > 0.0))) return false;
    const uint64_t end = uint64_t{grid->first_token} + uint64_t{grid->rows} * grid->columns;
    return end <= block.keys && end <= block.queries;
}

bool same_image_plan(const ViewState& a, const ViewState& b) {
    return same_plan(a, b) && a.image == b.image && a.map == b.map && a.opened_layer == b.opened_layer &&
           a.selected == b.selected && a.hovered == b.hovered;
}

std::shared_ptr<const ImageStackPlan> plan_image_stack(std::shared_ptr<const AttentionFrame> frame,
                                                       const ViewState& view,
                                                       const ImageStackPlan* previous) {
    WEFT_ASSERT(frame && shows_image(*frame, view), "no patches");
    auto plan = std::make_shared<ImageStackPlan>();
    plan->frame = std::move(frame);
    plan->view = view;
    const AttentionBlock& block = shown_block(*plan->frame, view);
    plan->grid = &*plan->frame->stacks.at(block.key_stack).grid;
    plan->patches_area = plan->grid->image_rgba
                             ? plan->grid->patches_in_image
                             : Rect{0.0, 0.0, double(plan->grid->columns), double(plan->grid->rows)};
    const bool same_image = previous && previous->grid->image_rgba == plan->grid->image_rgba;
    plan->image = same_image ? previous->image : image_levels(*plan->grid);
    for (int t = 0; t < static_cast<int>(block.keys); ++t)
        if (plan->patch_of(t) < 0) plan->others.push_back(t);

    plan->layers = static_cast<int>(block.layers);
    plan->layer = opened_layer(view, plan->layers);
    plan->quantity_missing = !has_quantity(*plan->frame, view);
    plan->kind = image_numbers(view.quantity);
    const MethodRow* method = find_method(view.quantity);
    const bool of_heads = quantity_shape(view.quantity) == MethodShape::heads;
    const bool is_change = view.quantity == "token_ablation";
    plan->is_signed = method && !of_heads && (method->is_signed || is_change);
    plan->is_share = is_share_of_row(view.quantity);
    if (has_heads(plan->kind)) plan->heads = shown_heads(view, plan->layer, static_cast<int>(block.heads));
    choose_panes(*plan);
    choose_query(*plan, block);

    if (!plan->quantity_missing)
        plan->row = image_row(*plan->frame, block, {view.quantity, plan->layer, plan->heads, plan->query});
    plan->full = full_number(*plan, plan->row);
    choose_lines(*plan);
    fill_ledger(*plan);
    auto numbers = std::make_shared<Image>();
    add_cells(*plan, plan->row, plan->full, *numbers);
    if (has_heads(plan->kind) && !plan->quantity_missing) fill_strip(*plan, block, *numbers);
    // The same array for the same numbers: the renderer tells by identity.
    plan->numbers =
        previous && previous->numbers->rgba == numbers->rgba ? previous->numbers : std::move(numbers);
    const bool same_colors = previous && previous->view.theme == view.theme &&
                             previous->view.map == view.map && previous->is_signed == plan->is_signed;
    plan->colors = same_colors ? previous->colors : make_colors(*plan);
    return plan;
}

}  // namespace weft
