// All heads at once, flat: layers down, heads across, each a tile whose rows are queries and whose columns
// are keys. One colour map and one scale for all tiles, sinks included, so that their stripes are seen. Pure;
// any thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/method/patterns.h"
#include "scenes/hatching.h"
#include "scenes/text_stack.h"

namespace weft {

struct HeadsOverviewPlan {
    std::shared_ptr<const TextStackPlan> stack;
    ViewState view;                                // as planned
    int layers = 0, lanes = 0;                     // of tiles
    int cell_rows = 0, cell_columns = 0;           // of a tile
    int block = 1;                                 // tokens of a cell either way; a cell is their mean
    int gap = 1;                                   // between tiles, cells
    std::shared_ptr<const Image> tiles;            // one texel for each cell; nothing in the gaps
    std::vector<std::optional<Pattern>> patterns;  // [layers * lanes], of the whole attention
    // Where a part of a text pair is shown: the cells of every tile that are not, and how much of a tile's
    // weight is [layers * lanes].
    std::vector<CellRect> cells_not_shown;
    std::vector<double> shares;
};

std::shared_ptr<const HeadsOverviewPlan> plan_heads_overview(std::shared_ptr<const TextStackPlan> stack,
                                                             const ViewState& view,
                                                             const HeadsOverviewPlan* previous);

// Where tiles stand, px of the picture.
struct HeadsOverviewLayout {
    glm::vec2 origin{0.0f};
    float cell_px = 1.0f;
    glm::vec2 tile_px{0.0f}, pitch_px{0.0f};
    bool is_crisp = true;  // a cell is a whole number of pixels

    glm::vec2 tile_min(int layer, int lane) const {
        return origin + pitch_px * glm::vec2(static_cast<float>(lane), static_cast<float>(layer));
    }
};
HeadsOverviewLayout heads_overview_layout(const HeadsOverviewPlan& plan, const Viewport& viewport);

DrawList draw_heads_overview(const HeadsOverviewPlan& plan, const ViewState& view, const ViewMotion& motion,
                             const Viewport& viewport, const MeasureText& measure);

// The head of the tile under the pointer, or none.
Focus pick_heads_overview(const HeadsOverviewPlan& plan, const Viewport& viewport, glm::vec2 pointer_px);

}  // namespace weft
