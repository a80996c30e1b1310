#include "app/plot/draw.h"

#include <imgui.h>

namespace weft {

namespace {

ImU32 packed(glm::vec4 c) {
    return ImGui::ColorConvertFloat4ToU32({c.r, c.g, c.b, c.a});
}

}  // namespace

PlotLook plot_look(const ImguiLayer& ui, float scale) {
    PlotLook look;
    look.colors = ui.colors();
    look.scale = scale;
    look.measure = ui.measure();
    return look;
}

std::optional<glm::vec2> plot_pointer() {
    if (!ImGui::IsWindowHovered()) return {};
    const ImVec2 corner = ImGui::GetCursorScreenPos(), mouse = ImGui::GetMousePos();
    return glm::vec2{mouse.x - corner.x, mouse.y - corner.y};
}

bool draw_picture(ImguiLayer& ui, const char* name, PlotPicture picture) {
    if (picture.size_px.x <= 0.0f || picture.size_px.y <= 0.0f) return false;
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const auto at = [&](glm::vec2 p) { return ImVec2{corner.x + p.x, corner.y + p.y}; };
    ImDrawList* list = ImGui::GetWindowDrawList();
    const bool clicked = ImGui::InvisibleButton(name, {picture.size_px.x, picture.size_px.y});
    for (const PlotRect& rect : picture.rects) {
        if (rect.outline)
            list->AddRect(at(rect.min), at(rect.max), packed(rect.color));
        else
            list->AddRectFilled(at(rect.min), at(rect.max), packed(rect.color));
    }
    for (const PlotLine& line : picture.lines)
        list->AddLine(at(line.a), at(line.b), packed(line.color), line.width_px);
    for (const PlotDot& dot : picture.dots) {
        if (dot.outline)
            list->AddCircle(at(dot.center), dot.radius_px, packed(dot.color), 20, 1.5f);
        else
            list->AddCircleFilled(at(dot.center), dot.radius_px, packed(dot.color), 16);
    }
    for (Label& label : picture.labels) label.position += glm::vec2{corner.x, corner.y};
    ui.shaped_text(list, std::move(picture.labels));
    return clicked;
}

}  // namespace weft
