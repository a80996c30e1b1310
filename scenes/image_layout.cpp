#include <algorithm>
#include <cmath>

#include "scenes/image_stack.h"

namespace weft {
namespace {

constexpr float pane_u = 10.0f, sliver_u = 0.3f, most_slivers_u = 4.5f;
constexpr float open_gap_u = 8.5f, flat_gap_u = 1.5f;  // between open panes; folded, beyond their width

// All that image and patches cover: patches reach beyond the image where the preprocessor padded.
Rect shown_part(const PatchGrid& grid, const Rect& patches) {
    if (!grid.image_rgba) return patches;
    const double left = std::min(0.0, patches.x), top = std::min(0.0, patches.y);
    const double right = std::max<double>(grid.image_width, patches.x + patches.width);
    const double bottom = std::max<double>(grid.image_height, patches.y + patches.height);
    return {left, top, right - left, bottom - top};
}

// 1 at `at`, falling to 0 at its neighbours: a page that turns is partly of both.
float tent(int pane, float at) {
    return std::max(0.0f, 1.0f - std::abs(static_cast<float>(pane) - at));
}

}  // namespace

glm::vec3 ImageStackLayout::on_pane(double x_px, double y_px) const {
    const auto column = static_cast<float>((x_px - shown.x) / shown.width - 0.5);
    const auto row = static_cast<float>((y_px - shown.y) / shown.height - 0.5);
    return glm::vec3(0.0f, -row * size_u.y, 0.0f) + column * size_u.x * column_axis;
}

glm::vec3 ImageStackLayout::position(int pane, double x_px, double y_px) const {
    return glm::vec3(x(pane), 0.0f, 0.0f) + on_pane(x_px, y_px);
}

std::array<glm::vec3, 4> ImageStackLayout::corners(int pane, const Rect& part) const {
    const double right = part.x + part.width, bottom = part.y + part.height;
    return {position(pane, part.x, part.y), position(pane, right, part.y), position(pane, right, bottom),
            position(pane, part.x, bottom)};
}

std::array<glm::vec3, 8> ImageStackLayout::box_corners() const {
    std::array<glm::vec3, 8> box{};
    const auto first = corners(-1, shown), last = corners(static_cast<int>(pane_at.size()) - 2, shown);
    for (size_t i = 0; i < 4; ++i) {
        box[i] = first[i];
        box[i + 4] = last[i];
    }
    return box;
}

std::vector<int> ImageStackLayout::back_to_front(const Camera& camera) const {
    // Flat beside each other they have one depth: the image lies on the panes that come after it.
    std::vector<int> panes;
    for (int p = static_cast<int>(pane_at.size()) - 2; p >= -1; --p) panes.push_back(p);
    const glm::vec3 normal{column_axis.z, 0.0f, -column_axis.x}, eye = camera.eye();
    const auto depth = [&](int pane) {
        return std::round(1e3f * std::abs(glm::dot(normal, glm::vec3(x(pane), 0.0f, 0.0f) - eye)));
    };
    std::ranges::stable_sort(panes, [&](int a, int b) { return depth(a) > depth(b); });
    return panes;
}

ImageStackLayout image_layout(const ImageStackPlan& plan, const ViewMotion& motion) {
    ImageStackLayout layout;
    layout.shown = shown_part(*plan.grid, plan.patches_area);
    const double longest = std::max(layout.shown.width, layout.shown.height);
    layout.size_u = glm::vec2(static_cast<float>(layout.shown.width / longest),
                              static_cast<float>(layout.shown.height / longest)) *
                    pane_u;
    const float turn = 0.5f * 3.14159265f * std::clamp(motion.fold, 0.0f, 1.0f);
    layout.column_axis = {std::sin(turn), 0.0f, std::cos(turn)};

    const auto panes = static_cast<float>(plan.layers + 1);
    const float sliver = std::min(sliver_u, most_slivers_u / panes);
    const float gap = glm::mix(open_gap_u, layout.size_u.x + flat_gap_u, std::clamp(motion.fold, 0.0f, 1.0f));
    const float key = motion.open_key >= 0.0f ? motion.open_key : static_cast<float>(plan.key_pane);
    const float query = motion.open_query >= 0.0f ? motion.open_query : static_cast<float>(plan.query_pane);
    float at = 0.0f;
    layout.pane_at.push_back(at);
    layout.open.push_back(1.0f);
    for (int p = 0; p <= plan.layers; ++p) {
        const float open = std::min(1.0f, tent(p, key) + tent(p, query));
        at += sliver + (gap - sliver) * open;
        layout.pane_at.push_back(at);
        layout.open.push_back(open);
    }
    for (float& x : layout.pane_at) x -= 0.5f * at;
    return layout;
}

}  // namespace weft
