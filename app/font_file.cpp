#include "app/font_file.h"

#include <fontconfig/fontconfig.h>

namespace weft {

std::string find_ui_font(bool bold) {
    FcPattern* pattern =
        FcNameParse(reinterpret_cast<const FcChar8*>(bold ? "Noto Sans:bold" : "Noto Sans:regular"));
    if (!pattern) return {};
    FcConfigSubstitute(nullptr, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result = FcResultNoMatch;
    FcPattern* match = FcFontMatch(nullptr, pattern, &result);
    std::string path;
    FcChar8* file = nullptr;
    if (match && FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch) {
        path = reinterpret_cast<const char*>(file);
    }
    if (match) FcPatternDestroy(match);
    FcPatternDestroy(pattern);
    return path;
}

}  // namespace weft
