#include "scenes/image_face.h"

#include "scenes/theme.h"

namespace weft {

std::shared_ptr<const Image> one_pixel() {
    static const std::shared_ptr<const Image> pixel = [] {
        auto image = std::make_shared<Image>();
        image->width = image->height = 1;
        image->rgba.assign(4, 255);
        return image;
    }();
    return pixel;
}

TexturedPlane image_plate(const std::array<glm::vec3, 4>& corners, ThemeName name) {
    const Theme& colors = theme(name);
    TexturedPlane plate;
    plate.corners = corners;
    plate.image = one_pixel();
    plate.tint = glm::mix(colors.ground, colors.pane, colors.dark ? 0.08f : 0.05f);
    plate.tint.a = 1.0f;
    return plate;
}

Rect image_area(const ImageStackPlan& plan) {
    if (!plan.image->is_real) return plan.patches_area;
    return {0.0, 0.0, double(plan.grid->image_width), double(plan.grid->image_height)};
}

float grey_under_numbers(const ImageStackPlan& plan) {
    const bool dark = theme(plan.view.theme).dark;
    if (plan.is_map()) return dark ? 0.45f : 0.6f;
    return dark ? 0.16f : 0.3f;
}

float grey_of_queries(const ImageStackPlan& plan) {
    return theme(plan.view.theme).dark ? 0.25f : 0.4f;
}

void add_image_face(std::vector<TexturedPlane>& planes, const ImageStackPlan& plan, const PlaceRect& place,
                    const ImageFace& face) {
    TexturedPlane plane;
    plane.image = plan.image->at_least(face.pixels);
    plane.nearest = plan.image->is_small(face.pixels);
    const Rect whole = image_area(plan);
    plane.corners = place(whole);
    if (face.grey_opacity > 0.0f) {
        plane.saturation = 0.0f;
        plane.tint = {1.0f, 1.0f, 1.0f, face.grey_opacity * face.opacity};
        planes.push_back(plane);
    }
    if (face.color_opacity > 0.0f) {
        plane.saturation = 1.0f;
        plane.tint = {1.0f, 1.0f, 1.0f, face.color_opacity * face.opacity};
        planes.push_back(plane);
    }
    if (!face.has_numbers) return;
    // Only where patches are: what lies beside them the model did not see.
    const Rect& area = plan.patches_area;
    plane.corners = place(area);
    plane.window = glm::vec4((area.x - whole.x) / whole.width, (area.y - whole.y) / whole.height,
                             (area.x + area.width - whole.x) / whole.width,
                             (area.y + area.height - whole.y) / whole.height);
    plane.saturation = 1.0f;
    plane.tint = {1.0f, 1.0f, 1.0f, plan.opacity() * face.opacity};
    plane.look = plan.is_map() ? TexturedLook::map : TexturedLook::spotlight;
    plane.cells.numbers = face.numbers ? face.numbers : plan.numbers;
    plane.cells.first = face.first;
    plane.cells.count = {plan.grid->columns, plan.grid->rows};
    plane.cells.smooth = plan.view.image.smooth;
    plane.colors = plan.colors;
    plane.hatches_lower_half = plan.is_signed;
    planes.push_back(std::move(plane));
}

}  // namespace weft
