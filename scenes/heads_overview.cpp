#include "scenes/heads_overview.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "scenes/block_means.h"
#include "scenes/color_map.h"
#include "scenes/hud.h"
#include "scenes/pattern_color.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {
namespace {

// At 1280x720: what titles, numbers and keys leave to the tiles.
constexpr float left_px = 118.0f, top_px = 92.0f, foot_px = 66.0f, right_px = 24.0f;
constexpr float room_x_px = 1130.0f, room_y_px = 560.0f;
constexpr int most_cells = 38;
constexpr float gap_part = 14.0f / 38.0f;  // of a tile

int gap_of(int cells) {
    return std::max(1, static_cast<int>(std::lround(gap_part * static_cast<float>(cells))));
}

// Cells of a tile of which so many tiles lie in `room_px`, a pixel each.
int cells_that_fit(float room_px, int tiles) {
    return std::max(1, static_cast<int>(room_px / (static_cast<float>(tiles) * (1.0f + gap_part))));
}

// The map by position, -1..1 of signed numbers and 0..1 of others, so that a cell costs no power function.
class TileColors {
  public:
    TileColors(const ViewState& view, bool is_signed) : is_signed_(is_signed) {
        const Theme& colors = theme(view.theme);
        for (size_t i = 0; i < colors_.size(); ++i) {
            const float position = static_cast<float>(i) / static_cast<float>(colors_.size() - 1);
            const glm::vec4 color = is_signed ? difference_color(colors, 2.0f * position - 1.0f)
                                              : map_color(colors, view.map.get(), position);
            for (int c = 0; c < 4; ++c)
                colors_[i][static_cast<size_t>(c)] =
                    static_cast<uint8_t>(std::lround(255.0f * std::clamp(color[c], 0.0f, 1.0f)));
        }
    }
    const std::array<uint8_t, 4>& at(float weight) const {
        const float root = std::copysign(std::sqrt(std::min(std::abs(weight), 1.0f)), weight);
        const float position = is_signed_ ? 0.5f + 0.5f * root : std::max(root, 0.0f);
        return colors_[static_cast<size_t>(position * static_cast<float>(colors_.size() - 1) + 0.5f)];
    }

  private:
    bool is_signed_;
    std::array<std::array<uint8_t, 4>, 1025> colors_{};
};

std::shared_ptr<const Image> tiles_of(const HeadsOverviewPlan& plan) {
    const int row_step = plan.cell_rows + plan.gap, column_step = plan.cell_columns + plan.gap;
    auto image = std::make_shared<Image>();
    image->width = static_cast<uint32_t>(plan.lanes * column_step - plan.gap);
    image->height = static_cast<uint32_t>(plan.layers * row_step - plan.gap);
    image->rgba.assign(size_t{image->width} * image->height * 4, 0);
    const TileColors colors(plan.view, plan.stack->has_signed_lines());
    const auto most = static_cast<uint32_t>(std::max(plan.cell_rows, plan.cell_columns));
    for (int layer = 0; layer < plan.layers; ++layer) {
        const WeightBlock& block = plan.stack->blocks[static_cast<size_t>(layer)];
        for (int lane = 0; lane < plan.lanes; ++lane) {
            const BlockMeans cells = block_means(lane_weights(*plan.stack, layer, lane), block.rows,
                                                 block.columns, most, plan.stack->segments);
            for (uint32_t row = 0; row < cells.rows; ++row) {
                const size_t y = static_cast<size_t>(layer * row_step) + row;
                uint8_t* texel =
                    &image->rgba[4 * (y * image->width + static_cast<size_t>(lane * column_step))];
                for (uint32_t column = 0; column < cells.columns; ++column, texel += 4) {
                    const float value = cells.values[size_t{row} * cells.columns + column];
                    if (!std::isnan(value)) std::ranges::copy(colors.at(value), texel);
                }
            }
        }
    }
    return image;
}

// Every tile leaves out the same cells.
void find_part(HeadsOverviewPlan& plan) {
    const SegmentFilter& segments = plan.stack->segments;
    if (!segments.is_active()) return;
    const WeightBlock& block = plan.stack->blocks.front();
    const BlockMeans cells =
        block_means(lane_weights(*plan.stack, 0, 0), block.rows, block.columns,
                    static_cast<uint32_t>(std::max(plan.cell_rows, plan.cell_columns)), segments);
    plan.cells_not_shown = cells_not_shown(cells.values, cells.rows, cells.columns);
    for (int layer = 0; layer < plan.layers; ++layer)
        for (int lane = 0; lane < plan.lanes; ++lane)
            plan.shares.push_back(kept_share(segments, lane_weights(*plan.stack, layer, lane)));
}

}  // namespace

std::shared_ptr<const HeadsOverviewPlan> plan_heads_overview(std::shared_ptr<const TextStackPlan> stack,
                                                             const ViewState& view,
                                                             const HeadsOverviewPlan* previous) {
    auto plan = std::make_shared<HeadsOverviewPlan>();
    plan->stack = std::move(stack);
    plan->view = view;
    if (plan->stack->blocks.empty() || plan->stack->layers.empty()) return plan;
    const AttentionBlock& attention = shown_block(*plan->stack);
    const WeightBlock& block = plan->stack->blocks.front();
    plan->layers = static_cast<int>(plan->stack->blocks.size());
    plan->lanes = plan->stack->lanes;
    const int most = std::min(
        {most_cells, cells_that_fit(room_y_px, plan->layers), cells_that_fit(room_x_px, plan->lanes)});
    const auto longest = static_cast<int>(std::max(block.rows, block.columns));
    plan->block = std::max(1, (longest + most - 1) / most);
    const auto cells = [&](uint32_t tokens) {
        return (static_cast<int>(tokens) + plan->block - 1) / plan->block;
    };
    plan->cell_rows = cells(block.rows);
    plan->cell_columns = cells(block.columns);
    plan->gap = gap_of(std::max(plan->cell_rows, plan->cell_columns));
    if (plan->lanes == static_cast<int>(attention.heads) &&
        plan->layers == static_cast<int>(attention.layers))
        plan->patterns = head_patterns(attention);
    const auto same_values = [](const WeightBlock& a, const WeightBlock& b) { return a.values == b.values; };
    const bool is_same = previous && previous->tiles && previous->view.theme == view.theme &&
                         previous->view.map == view.map && previous->view.segments == view.segments &&
                         std::ranges::equal(previous->stack->blocks, plan->stack->blocks, same_values);
    plan->tiles = is_same ? previous->tiles : tiles_of(*plan);
    if (is_same) {
        plan->cells_not_shown = previous->cells_not_shown;
        plan->shares = previous->shares;
    } else {
        find_part(*plan);
    }
    return plan;
}

HeadsOverviewLayout heads_overview_layout(const HeadsOverviewPlan& plan, const Viewport& viewport) {
    const float scale = hud_scale(viewport, 1.0f);
    HeadsOverviewLayout layout;
    layout.origin = {std::round(left_px * scale), std::round(top_px * scale)};
    if (!plan.tiles) return layout;
    const glm::vec2 room{
        static_cast<float>(viewport.size.x) - viewport.panel_px - right_px * scale - layout.origin.x,
        static_cast<float>(viewport.size.y) - foot_px * scale - layout.origin.y};
    const glm::vec2 cells{static_cast<float>(plan.tiles->width), static_cast<float>(plan.tiles->height)};
    // Few heads do not become posters.
    const float most = std::max(
        1.0f, std::floor(160.0f * scale / static_cast<float>(std::max(plan.cell_rows, plan.cell_columns))));
    const float fits = std::max(std::min(room.x / cells.x, room.y / cells.y), 0.01f);
    layout.is_crisp = fits >= 1.0f;
    layout.cell_px = layout.is_crisp ? std::min(std::floor(fits), most) : fits;
    layout.tile_px =
        layout.cell_px * glm::vec2(static_cast<float>(plan.cell_columns), static_cast<float>(plan.cell_rows));
    layout.pitch_px = layout.tile_px + layout.cell_px * static_cast<float>(plan.gap);
    return layout;
}

Focus pick_heads_overview(const HeadsOverviewPlan& plan, const Viewport& viewport, glm::vec2 pointer_px) {
    if (!plan.tiles) return {};
    const HeadsOverviewLayout layout = heads_overview_layout(plan, viewport);
    // The gap belongs to the nearer tile.
    const glm::vec2 half_gap = 0.5f * (layout.pitch_px - layout.tile_px);
    const glm::vec2 at = (pointer_px - layout.origin + half_gap) / layout.pitch_px;
    const int lane = static_cast<int>(std::floor(at.x)), layer = static_cast<int>(std::floor(at.y));
    if (lane < 0 || layer < 0 || lane >= plan.lanes || layer >= plan.layers) return {};
    return {FocusKind::head, 0, layer, lane, -1, -1, false};
}

}  // namespace weft
