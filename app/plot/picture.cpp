#include "app/plot/picture.h"

#include <algorithm>
#include <cmath>

namespace weft {

Label plot_label(const PlotLook& look, std::string text, glm::vec2 position, LabelAlign align, bool strong) {
    Label label;
    label.text = std::move(text);
    label.position = position;
    label.size_px = look.text_px * look.scale;
    label.align = align;
    label.color = strong ? look.colors.text : look.colors.dim_text;
    label.bold = false;
    return label;
}

void add_dashes(PlotPicture& picture, const PlotLine& line, float on_px, float off_px, float& phase_px) {
    const float length = glm::length(line.b - line.a), period = on_px + off_px;
    if (length <= 0.0f) return;
    const glm::vec2 direction = (line.b - line.a) / length;
    for (float at = 0.0f; at < length;) {
        const float in_period = std::fmod(phase_px + at, period);
        const bool is_on = in_period < on_px;
        // At least a little, so that rounding cannot hold it at a border of the pattern.
        const float step = std::max((is_on ? on_px : period) - in_period, 0.01f);
        const float end = std::min(at + step, length);
        if (is_on)
            picture.lines.push_back(
                {line.a + direction * at, line.a + direction * end, line.color, line.width_px});
        at = end;
    }
    phase_px = std::fmod(phase_px + length, period);
}

}  // namespace weft
