#include "renderer/flow/piece.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

constexpr float pad_px = 0.51f;    // beyond a line's border, where a pixel is still partly covered
constexpr float too_flat = 1e-3f;  // a border that hardly leaves its row is taken as a row
constexpr float largest_px = 32768.0f;

int pixel_from(float px) {
    return int(std::ceil(std::clamp(px, -largest_px, largest_px) - 0.5f));
}

// Pixels where normal . (p - through) >= 0, or < 0.
void keep_side(FlowPiece& piece, glm::vec2 normal, glm::vec2 through, bool positive) {
    if (std::abs(normal.x) <= too_flat * std::abs(normal.y)) {
        const int row = pixel_from(through.y);
        if ((normal.y > 0.0f) == positive)
            piece.first_row = std::max(piece.first_row, row);
        else
            piece.end_row = std::min(piece.end_row, row);
        return;
    }
    const float per_row = -normal.y / normal.x;
    const FlowPiece::Edge edge{through.x - per_row * through.y, per_row};
    if ((normal.x > 0.0f) == positive)
        piece.lows[piece.low_count++] = edge;
    else
        piece.highs[piece.high_count++] = edge;
}

// Pixels where `f` >= 0; one that does not change along a row cuts nothing.
void keep_where(FlowPiece& piece, const Linear& f) {
    if (std::abs(f.x) < too_flat) return;
    const FlowPiece::Edge edge{-f.c / f.x, -f.y / f.x};
    if (f.x > 0.0f)
        piece.lows[piece.low_count++] = edge;
    else
        piece.highs[piece.high_count++] = edge;
}

// From one value at the first point to another at the second, by `part` of the way.
Linear between(const Linear& part, float from, float to) {
    const float step = to - from;
    return {from + step * part.c, step * part.x, step * part.y};
}

// The border through a point: along its side, with the line's direction before it.
glm::vec2 ahead(const FlowPoint& point, glm::vec2 along) {
    const glm::vec2 normal(-point.side.y, point.side.x);
    return glm::dot(normal, along) < 0.0f ? -normal : normal;
}

}  // namespace

std::optional<FlowPiece> piece_between(const FlowPoint& a, const FlowPoint& b, const FlowLook& look) {
    if (a.opacity <= 0.0f && b.opacity <= 0.0f) return {};
    const glm::vec2 along = b.px - a.px;
    const float squared = glm::dot(along, along);
    if (!(squared > 1e-8f) || !(squared < largest_px * largest_px)) return {};
    const float px_per_px = 0.5f * (glm::length(a.side) + glm::length(b.side));
    if (!(px_per_px > 1e-3f && px_per_px < 1e3f)) return {};

    FlowPiece piece;
    const float reach = (std::max(a.half_px, b.half_px) + pad_px) * px_per_px;
    const glm::vec2 low = glm::min(a.px, b.px) - reach, high = glm::max(a.px, b.px) + reach;
    piece.first_row = pixel_from(low.y);
    piece.end_row = pixel_from(high.y) + 1;
    piece.lows[piece.low_count++] = {low.x, 0.0f};
    piece.highs[piece.high_count++] = {high.x + 1.0f, 0.0f};

    const glm::vec2 direction = along / squared;
    const Linear part{-glm::dot(direction, a.px), direction.x, direction.y};
    const glm::vec2 normal = glm::vec2(-along.y, along.x) / (std::sqrt(squared) * px_per_px);
    piece.across = {-glm::dot(normal, a.px), normal.x, normal.y};
    piece.half_px = between(part, a.half_px, b.half_px);
    piece.end_px = between(part, a.end_px, b.end_px);
    piece.opacity = between(part, a.opacity, b.opacity);
    piece.t = between(part, a.t, b.t);
    piece.red = look.color.r;
    piece.green = look.color.g;
    piece.blue = look.color.b;
    piece.weight = look.depth_weight;

    keep_side(piece, ahead(a, along), a.px, true);
    keep_side(piece, ahead(b, along), b.px, false);
    const Linear &h = piece.half_px, &d = piece.across;
    keep_where(piece, {h.c + pad_px - d.c, h.x - d.x, h.y - d.y});
    keep_where(piece, {h.c + pad_px + d.c, h.x + d.x, h.y + d.y});
    if (piece.first_row >= piece.end_row) return {};
    return piece;
}

}  // namespace weft
