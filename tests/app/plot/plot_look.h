// A look whose letters are all equally wide, so that a test can say where text ends.
#pragma once

#include "app/plot/picture.h"

namespace weft {

inline PlotLook test_look() {
    PlotLook look;
    look.colors = ui_colors(ThemeName::dark);
    look.measure = [](std::string_view text, float size_px, bool) {
        return 0.6f * size_px * static_cast<float>(text.size());
    };
    return look;
}

// Every label lies inside the picture.
inline bool labels_fit(const PlotPicture& picture, const PlotLook& look) {
    for (const Label& label : picture.labels) {
        float width = look.measure(label.text, label.size_px, label.bold);
        if (label.max_width_px > 0.0f) width = std::min(width, label.max_width_px);
        if (label.angle_rad != 0.0f) width *= std::cos(label.angle_rad);
        const float left = label.align == LabelAlign::left    ? label.position.x
                           : label.align == LabelAlign::right ? label.position.x - width
                                                              : label.position.x - 0.5f * width;
        if (left < -0.5f || left + width > picture.size_px.x + 0.5f) return false;
        if (label.position.y < 0.0f || label.position.y > picture.size_px.y) return false;
    }
    return true;
}

}  // namespace weft
