// The system's fonts, found by fontconfig: one sans face, regular and bold, and for each character that it
// lacks the best face that has it. Owned by whoever draws text; main thread only.
//
// Opening takes some milliseconds (fontconfig reads its cache); the list of all other fonts is sorted only
// when the first character is missing from the sans face.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "renderer/text/unicode.h"

struct FT_FaceRec_;
struct FT_LibraryRec_;
struct hb_font_t;

namespace weft {

using FaceId = uint16_t;
constexpr FaceId hex_box_face = 0xFFFF;  // glyph index = code point, drawn as a box with its number

// One opened font file. `font` has the scale of units_per_em; `ft` is the same file for FreeType.
struct Face {
    std::string family, file;
    hb_font_t* font = nullptr;
    FT_FaceRec_* ft = nullptr;
    float units_per_em = 1000.0f;
    bool color = false;
    bool embolden = false;  // bold was asked for and the family has none
};

class FontSet {
  public:
    // Throws weft::Error where the system has no usable font at all, with the package to install.
    FontSet();
    ~FontSet();
    FontSet(const FontSet&) = delete;
    FontSet& operator=(const FontSet&) = delete;

    // The face that has every code point of `unit` (joiners, selectors and tags aside), else one that has its
    // base, else hex_box_face. `previous` is tried before the fallbacks, so that a word keeps its face.
    FaceId face_for(std::span<const CodePoint> unit, bool emoji, bool bold, FaceId previous = hex_box_face);

    FaceId sans(bool bold) const;
    const Face& face(FaceId id) const;
    FT_LibraryRec_* freetype() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft
