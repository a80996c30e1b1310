#include <algorithm>

#include "scenes/image_hud_parts.h"

namespace weft {

namespace {

constexpr float tiles_over_foot_px = 36.0f, tile_px = 82.0f, tile_gap_px = 10.0f;
constexpr float least_tile_px = 34.0f, key_em = 11.0f, query_em = 4.4f, query_gap_px = 6.0f;

}  // namespace

ImageHudLayout image_hud_layout(const ImageStackPlan& plan, const Viewport& viewport) {
    ImageHudLayout hud;
    const Theme& colors = theme(plan.view.theme);
    hud.scale = hud_scale(viewport, 1.0f);
    hud.text_px = 13.0f * hud_scale(viewport, colors.text_scale);
    const glm::vec2 size(viewport.size);
    const float margin = hud_margin_px * hud.scale, right = size.x - viewport.panel_px - margin;
    // In narrow pictures the ledger's words take a second line.
    const float more = size.x < 780.0f * hud.text_px / 13.0f ? ledger_line_em * hud.text_px : 0.0f;
    hud.ledger_px = size.y - ledger_over_foot_px * hud.scale - more - (hud.text_px - 13.0f * hud.scale);

    const float key_width = std::min(key_em * hud.text_px, 0.3f * (right - margin));
    const float room = right - key_width - 1.5f * hud.text_px - margin;
    const Rect shown = image_layout(plan, {}).shown;
    const auto aspect = static_cast<float>(shown.width / shown.height);
    const float gap = tile_gap_px * viewport.ui_scale, least = least_tile_px * hud.scale;
    const auto heads = static_cast<int>(plan.strip.size());
    const float wanted = tile_px * viewport.ui_scale;
    // The longer side of a tile; all heads beside each other if they have room.
    const float narrow = aspect < 1.0f ? aspect : 1.0f;
    const float fitting = heads > 0 ? (room / static_cast<float>(heads) - gap) / narrow : wanted;
    const float side = std::clamp(fitting, std::min(least, wanted), wanted);
    const glm::vec2 tile = aspect < 1.0f ? glm::vec2(side * aspect, side) : glm::vec2(side, side / aspect);
    const float tiles_foot = hud.ledger_px - std::max(tiles_over_foot_px * hud.scale, 1.9f * hud.text_px);
    const float band = heads > 0 ? std::max(tile.y, 0.5f * wanted) : 3.2f * hud.text_px;
    const float top = tiles_foot - band, line = 1.9f * hud.text_px;
    hud.header = {margin, top - 0.6f * hud.text_px};
    hud.panes_foot_px = top - line - 0.4f * hud.text_px;
    hud.key = {right - key_width,
               std::min(top - 0.2f * hud.text_px, tiles_foot - 5.0f * image_key_line_em * hud.text_px), right,
               tiles_foot + 0.6f * hud.text_px};

    const int count = std::clamp(static_cast<int>((room + gap) / (tile.x + gap)), 0, heads);
    const int shown_head = plan.heads.size() == 1 ? plan.heads.front() : 0;
    const int first = std::clamp(shown_head - count / 2, 0, heads - count);
    for (int i = 0; i < count; ++i) {
        const float left = margin + static_cast<float>(i) * (tile.x + gap);
        hud.tiles.push_back({first + i, {left, tiles_foot - tile.y, left + tile.x, tiles_foot}});
    }

    if (!has_query(plan.kind)) return hud;
    std::vector<int> tokens;
    for (size_t o = 0; o < plan.others.size() && o < 8; ++o) tokens.push_back(plan.others[o]);
    tokens.push_back(-1);
    const float width = query_em * hud.text_px, query_gap = query_gap_px * hud.scale;
    float left = margin + room - static_cast<float>(tokens.size()) * (width + query_gap) + query_gap;
    for (const int token : tokens) {
        if (left >= margin)
            hud.queries.push_back(
                {token,
                 {left, hud.header.y - 1.2f * hud.text_px, left + width, hud.header.y + 0.3f * hud.text_px}});
        left += width + query_gap;
    }
    return hud;
}

}  // namespace weft
