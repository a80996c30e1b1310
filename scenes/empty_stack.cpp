#include "scenes/hud.h"
#include "scenes/text_stack.h"
#include "scenes/theme.h"

namespace weft {

DrawList draw_empty_stack(const ViewState& view, const std::string& title, const std::string& note,
                          const Viewport& viewport) {
    const Theme& colors = theme(view.theme);
    DrawList list;
    list.ground = colors.ground;
    list.ui_scale = viewport.ui_scale;
    const float scale = hud_scale(viewport, 1.0f), text_px = 13.0f * hud_scale(viewport, colors.text_scale);
    Label name;
    name.text = view.title.empty() ? title : view.title;
    name.size_px = title_em * text_px;
    name.position = glm::vec2(hud_margin_px, hud_title_y_px) * scale + glm::vec2(0.0f, 0.36f * name.size_px);
    name.color = colors.text;
    name.bold = true;
    name.max_width_px = static_cast<float>(viewport.size.x) - 2.0f * hud_margin_px * scale;
    list.labels.push_back(std::move(name));
    Label waits;
    waits.text = note;
    waits.size_px = title_em * text_px;
    waits.position = {0.5f * (static_cast<float>(viewport.size.x) - viewport.panel_px),
                      0.5f * static_cast<float>(viewport.size.y)};
    waits.align = LabelAlign::center;
    waits.color = colors.dim_text;
    list.labels.push_back(std::move(waits));
    return list;
}

}  // namespace weft
