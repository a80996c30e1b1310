// Glyphs as coverage at the exact size at which they are drawn, or as small colour pictures. Main thread
// only.
//
// Upright glyphs are hinted in the vertical only (stems keep their true place, the baseline and the x-height
// lie on pixel rows), which at 11 to 15 px is what makes words readable; rotated ones are rasterised in their
// rotation.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "renderer/text/font_set.h"

namespace weft {

struct GlyphBitmap {
    int left = 0, top = 0;  // of the bitmap's first row and column from the glyph's origin; +top is up
    int width = 0, height = 0;
    std::vector<uint8_t> coverage;  // [height, width]
    std::vector<uint8_t> rgba;      // [height, width, 4], sRGB, premultiplied; empty unless in colour
};

// Everything that a bitmap depends on.
struct GlyphKey {
    FaceId face = hex_box_face;
    uint32_t glyph = 0;
    uint16_t size_q = 0;               // size in px, times 4
    int16_t angle_q = 0;               // angle in degrees, times 4
    uint8_t phase_x = 0, phase_y = 0;  // quarter pixels to the right and up
    bool operator==(const GlyphKey&) const = default;
};

struct GlyphKeyHash {
    size_t operator()(const GlyphKey& key) const;
};

// Rasterises a glyph on first use. At most `capacity` bitmaps; the whole cache is emptied when it is full, so
// a reference is good only until the next call.
class GlyphCache {
  public:
    explicit GlyphCache(FontSet& fonts, size_t capacity = 16384) : fonts_(fonts), capacity_(capacity) {}
    const GlyphBitmap& bitmap(const GlyphKey& key);
    FontSet& fonts() { return fonts_; }
    size_t size() const { return bitmaps_.size(); }

  private:
    FontSet& fonts_;
    size_t capacity_;
    std::unordered_map<GlyphKey, GlyphBitmap, GlyphKeyHash> bitmaps_;
};

GlyphBitmap rasterise_glyph(FontSet& fonts, const GlyphKey& key);

// Area average to the nearest whole size, in premultiplied colour. `rgba` [height, width, 4].
std::vector<uint8_t> area_average(const std::vector<uint8_t>& rgba, int width, int height, int new_width,
                                  int new_height);

}  // namespace weft
