// A line of UTF-8 becomes glyphs in visual order: split by font, script and direction, shaped by HarfBuzz,
// cached. Independent of size: all lengths are in em. Owned by whoever draws text; main thread only.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "renderer/text/font_set.h"

namespace weft {

struct ShapedGlyph {
    FaceId face = hex_box_face;
    uint32_t glyph = 0;       // index in the face; for hex_box_face the code point
    float x_em = 0.0f;        // where its origin is drawn, from the left end of the line
    float y_em = 0.0f;        // up from the baseline
    float advance_em = 0.0f;  // the sum over all glyphs is the width of the line
    uint32_t byte = 0;        // its cluster: where that begins in the source
};

struct ShapedLine {
    std::vector<ShapedGlyph> glyphs;  // left to right
    std::vector<uint32_t> clusters;   // first byte of every cluster, ascending; a line is cut only there
    float width_em = 0.0f;
    bool is_right_to_left = false;
    bool is_cut = false;
};

// Never fails: ill-formed bytes become U+FFFD, control characters their pictures, unknown ones boxes.
ShapedLine shape_line(FontSet& fonts, std::string_view text, bool bold);

// The longest beginning of `text` that fits with an ellipsis behind it; the ellipsis alone where nothing
// fits.
ShapedLine shape_cut_line(FontSet& fonts, std::string_view text, bool bold, float max_width_em);

// Sizes are drawn and measured in steps of a quarter pixel, so that the glyph cache stays small;
// from 1 to 512.
float drawn_size_px(float size_px);

class TextShaper {
  public:
    explicit TextShaper(size_t capacity = 8192) : capacity_(capacity) {}

    // max_width_em 0: not cut. The line stays valid as long as the caller holds it.
    std::shared_ptr<const ShapedLine> line(std::string_view text, bool bold, float max_width_em = 0.0f);
    float measure_px(std::string_view text, float size_px, bool bold);
    FontSet& fonts() { return fonts_; }
    size_t size() const { return lines_.size(); }

  private:
    using Entry = std::pair<std::string, std::shared_ptr<const ShapedLine>>;
    FontSet fonts_;
    size_t capacity_;
    std::string key_;
    std::list<Entry> lines_;                                                  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> found_;  // keys live in lines_
};

}  // namespace weft
