#include "scenes/sheet.h"

#include "scenes/flat_camera.h"
#include "scenes/hud.h"
#include "scenes/layout.h"

namespace weft {
namespace {

constexpr float key_row_px = 40.0f;  // middle of the row of keys over the lower border of the picture
constexpr float color_bar_px = 150.0f;

}  // namespace

float SheetPage::right_px() const {
    return static_cast<float>(viewport.size.x) - viewport.panel_px - hud_margin_px * scale;
}

float SheetPage::foot_px() const {
    return static_cast<float>(viewport.size.y) - key_row_px * scale;
}

Label SheetPage::label(std::string text, glm::vec2 position, LabelAlign align, bool strong) const {
    Label label;
    label.text = std::move(text);
    label.position = position;
    label.size_px = text_px;
    label.align = align;
    label.color = strong ? colors.text : colors.dim_text;
    label.bold = strong;
    return label;
}

ColorBar SheetPage::color_bar(std::string title, float largest, bool is_signed) const {
    ColorBar bar;
    bar.title = std::move(title);
    bar.colors.scale = largest;
    bar.colors.is_signed = is_signed;
    bar.colors.map = view.map.get();
    bar.width_px = color_bar_px * scale;
    bar.right_px = right_px();
    bar.top_px = foot_px();
    return bar;
}

float SheetPage::add(DrawList& list, const ColorBar& bar) const {
    return add_color_bar(list, bar, colors, measure, text_px, scale);
}

void SheetPage::add_title(DrawList& list, const std::string& about) const {
    const TextStackLayout flat = make_layout(stack, motion, viewport);
    const Camera no_camera;
    const HudScene hud{stack, flat, view, motion, no_camera, viewport, measure, scale, text_px};
    weft::add_title(list, hud, about, colors.dim_text);
}

SheetPage sheet_page(const TextStackPlan& stack, const ViewState& view, const ViewMotion& motion,
                     const Viewport& viewport, const MeasureText& measure) {
    const Theme& colors = theme(view.theme);
    return {stack,
            view,
            motion,
            viewport,
            measure,
            colors,
            hud_scale(viewport, 1.0f),
            13.0f * hud_scale(viewport, colors.text_scale)};
}

DrawList empty_sheet(const ViewState& view, const Viewport& viewport) {
    DrawList list;
    list.camera = flat_camera(viewport);
    list.ground = theme(view.theme).ground;
    list.ui_scale = viewport.ui_scale;
    return list;
}

void add_to_sheet(DrawList& list, std::shared_ptr<const Image> image, glm::vec2 low, glm::vec2 size,
                  bool nearest) {
    const glm::vec2 high = low + size;
    TexturedPlane plane;
    plane.corners = {glm::vec3{low, 0.0f}, {high.x, low.y, 0.0f}, {high, 0.0f}, {low.x, high.y, 0.0f}};
    plane.image = std::move(image);
    plane.nearest = nearest;
    list.textured_planes.push_back(std::move(plane));
}

}  // namespace weft
