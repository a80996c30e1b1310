// A shaped line becomes a picture of two coverages, text and halo. A whole line and not single glyphs,
// because then the halo is one shape: it is equally opaque everywhere and never lies on a neighbouring
// letter. Main thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "renderer/text/glyph_bitmap.h"
#include "renderer/text/shape.h"

namespace weft {

// Whole pixels; x to the right, y DOWN, the origin is the left end of the baseline.
struct PixelRect {
    int x = 0, y = 0, width = 0, height = 0;
};

struct PlacedGlyph {
    GlyphKey key;
    int x = 0, y = 0;  // of the glyph's origin
    PixelRect box;     // of its bitmap
    bool color = false;
};

struct LabelLayout {
    std::vector<PlacedGlyph> glyphs;  // those that have ink
    PixelRect box;                    // of all ink and its halo
    int halo_margin = 0;
};

struct LabelStyle {
    float size_px = 15.0f;   // as drawn_size_px
    float angle_rad = 0.0f;  // counter-clockwise, drawn in steps of a quarter degree
    float halo_px = 0.0f;    // 0: no halo
};

LabelLayout layout_label(GlyphCache& glyphs, const ShapedLine& line, const LabelStyle& style);

// The part `tile` of the label. `out` [tile.height, tile.width]: text coverage in the low byte, halo in the
// high one. Colour glyphs leave the text coverage empty but have their halo.
void compose_label(GlyphCache& glyphs, const LabelLayout& layout, float halo_px, const PixelRect& tile,
                   std::vector<uint16_t>& out);

// Largest coverage within `radius_px` of each pixel, with a soft edge of one pixel. [height, width]; the
// outermost dilation_reach() rows and columns of the result are of no use.
std::vector<uint8_t> dilated(const std::vector<uint8_t>& coverage, int width, float radius_px);
int dilation_reach(float radius_px);

float drawn_angle_rad(float angle_rad);

}  // namespace weft
