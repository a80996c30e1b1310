#include "renderer/text/label_image.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

constexpr float quarter_degree_rad = 3.14159265f / 720.0f;

int16_t angle_steps(float angle_rad) {
    if (!std::isfinite(angle_rad)) return 0;
    return static_cast<int16_t>(
        std::lround(std::remainder(angle_rad, 2.0f * 3.14159265f) / quarter_degree_rad));
}

bool overlap(const PixelRect& a, const PixelRect& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// Where two glyphs share a pixel their coverages add up as independent layers do.
void blend_coverage(const GlyphBitmap& bitmap, const PixelRect& box, const PixelRect& target,
                    std::vector<uint8_t>& coverage) {
    const int x0 = std::max(box.x, target.x), x1 = std::min(box.x + box.width, target.x + target.width);
    const int y0 = std::max(box.y, target.y), y1 = std::min(box.y + box.height, target.y + target.height);
    for (int y = y0; y < y1; ++y) {
        const uint8_t* from = &bitmap.coverage[static_cast<size_t>(y - box.y) * box.width];
        uint8_t* to = &coverage[static_cast<size_t>(y - target.y) * target.width];
        for (int x = x0; x < x1; ++x) {
            uint8_t& value = to[x - target.x];
            const int free = 255 - value;
            value = static_cast<uint8_t>(value + (free * from[x - box.x] + 127) / 255);
        }
    }
}

void raise(uint8_t* __restrict to, const uint8_t* __restrict from, std::ptrdiff_t count) {
    for (std::ptrdiff_t k = 0; k < count; ++k) to[k] = std::max(to[k], from[k]);
}

void raise_weighted(uint8_t* __restrict to, const uint8_t* __restrict from, uint16_t weight,
                    std::ptrdiff_t count) {
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        const uint16_t product = static_cast<uint16_t>(from[k] * weight);  // weight < 256
        to[k] = std::max(to[k], static_cast<uint8_t>(product >> 8));
    }
}

}  // namespace

int dilation_reach(float radius_px) {
    return static_cast<int>(std::ceil(radius_px)) + 1;
}

float drawn_angle_rad(float angle_rad) {
    return static_cast<float>(angle_steps(angle_rad)) * quarter_degree_rad;
}

LabelLayout layout_label(GlyphCache& glyphs, const ShapedLine& line, const LabelStyle& style) {
    LabelLayout layout;
    layout.halo_margin = style.halo_px > 0.0f ? dilation_reach(style.halo_px) : 0;
    const int16_t angle_q = angle_steps(style.angle_rad);
    const float c = std::cos(drawn_angle_rad(style.angle_rad)),
                s = std::sin(drawn_angle_rad(style.angle_rad));
    int x0 = 1 << 30, y0 = 1 << 30, x1 = -(1 << 30), y1 = -(1 << 30);
    for (const ShapedGlyph& glyph : line.glyphs) {
        const float along = glyph.x_em * style.size_px, above = glyph.y_em * style.size_px;
        const bool color = glyph.face != hex_box_face && glyphs.fonts().face(glyph.face).color;
        const bool whole = color || glyph.face == hex_box_face;
        // Quarter pixels; upright text keeps whole rows, pictures and boxes whole pixels.
        long x_q = std::lround((c * along - s * above) * 4.0f),
             y_q = std::lround((s * along + c * above) * 4.0f);
        if (whole) x_q = (x_q + 2) & ~3L;
        if (whole || angle_q == 0) y_q = (y_q + 2) & ~3L;
        PlacedGlyph placed{{glyph.face, glyph.glyph, static_cast<uint16_t>(std::lround(style.size_px * 4.0f)),
                            angle_q, static_cast<uint8_t>(x_q & 3), static_cast<uint8_t>(y_q & 3)},
                           static_cast<int>(x_q >> 2),
                           static_cast<int>(-(y_q >> 2)),
                           {},
                           color};
        const GlyphBitmap& bitmap = glyphs.bitmap(placed.key);
        if (bitmap.coverage.empty()) continue;
        placed.box = {placed.x + bitmap.left, placed.y - bitmap.top, bitmap.width, bitmap.height};
        x0 = std::min(x0, placed.box.x);
        y0 = std::min(y0, placed.box.y);
        x1 = std::max(x1, placed.box.x + placed.box.width);
        y1 = std::max(y1, placed.box.y + placed.box.height);
        layout.glyphs.push_back(placed);
    }
    if (layout.glyphs.empty()) return layout;
    const int margin = layout.halo_margin;
    layout.box = {x0 - margin, y0 - margin, x1 - x0 + 2 * margin, y1 - y0 + 2 * margin};
    return layout;
}

void compose_label(GlyphCache& glyphs, const LabelLayout& layout, float halo_px, const PixelRect& tile,
                   std::vector<uint16_t>& out) {
    const int margin = layout.halo_margin;
    const PixelRect area{tile.x - margin, tile.y - margin, tile.width + 2 * margin, tile.height + 2 * margin};
    std::vector<uint8_t> text(static_cast<size_t>(area.width) * area.height, 0), pictures;
    for (const PlacedGlyph& glyph : layout.glyphs) {
        if (!overlap(glyph.box, area)) continue;
        if (glyph.color && margin == 0) continue;
        if (glyph.color && pictures.empty()) pictures.resize(text.size(), 0);
        blend_coverage(glyphs.bitmap(glyph.key), glyph.box, area, glyph.color ? pictures : text);
    }
    std::vector<uint8_t> halo;
    if (margin > 0) {
        if (pictures.empty()) {
            halo = dilated(text, area.width, halo_px);
        } else {
            for (size_t k = 0; k < text.size(); ++k) pictures[k] = std::max(pictures[k], text[k]);
            halo = dilated(pictures, area.width, halo_px);
        }
    }
    out.resize(static_cast<size_t>(tile.width) * tile.height);
    for (int y = 0; y < tile.height; ++y) {
        const size_t from = static_cast<size_t>(y + margin) * area.width + margin;
        for (int x = 0; x < tile.width; ++x)
            out[static_cast<size_t>(y) * tile.width + x] =
                static_cast<uint16_t>(text[from + x] | (halo.empty() ? 0 : halo[from + x] << 8));
    }
}

std::vector<uint8_t> dilated(const std::vector<uint8_t>& coverage, int width, float radius_px) {
    const int reach = dilation_reach(radius_px);
    const std::ptrdiff_t border = static_cast<std::ptrdiff_t>(reach) * width + reach;
    const std::ptrdiff_t count = static_cast<std::ptrdiff_t>(coverage.size()) - 2 * border;
    const std::ptrdiff_t whole = static_cast<std::ptrdiff_t>(coverage.size()) - 2 * reach;
    std::vector<uint8_t> out(coverage.size(), 0);
    if (count <= 0) return out;
    const auto weight_at = [&](int dx, int dy) {
        const float distance = std::sqrt(static_cast<float>(dx * dx + dy * dy));
        return static_cast<uint16_t>(
            std::lround(std::clamp(radius_px + 1.0f - distance, 0.0f, 1.0f) * 256.0f));
    };
    // The full disc row by row: `span` is the maximum over |dx| <= half, which grows as half does.
    std::vector<uint8_t> span = coverage;
    for (int half = 0; half <= reach; ++half) {
        if (half > 0) {
            raise(&span[reach], &coverage[reach - half], whole);
            raise(&span[reach], &coverage[reach + half], whole);
        }
        for (int dy = -reach; dy <= reach; ++dy)
            if (weight_at(half, dy) == 256 && weight_at(half + 1, dy) != 256)
                raise(&out[border], &span[border + static_cast<std::ptrdiff_t>(dy) * width], count);
    }
    for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
            const uint16_t weight = weight_at(dx, dy);
            if (weight == 0 || weight == 256) continue;
            raise_weighted(&out[border], &coverage[border + static_cast<std::ptrdiff_t>(dy) * width + dx],
                           weight, count);
        }
    }
    return out;
}

}  // namespace weft
