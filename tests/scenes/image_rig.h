// A place over a synthetic image, and what is drawn of it.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "scenes/image_stack.h"
#include "scenes/projection.h"
#include "scenes/scene.h"
#include "synthetic_image.h"

namespace weft {

inline MeasureText measure() {
    return [](std::string_view text, float size_px, bool) {
        return 0.55f * size_px * static_cast<float>(text.size());
    };
}

// A place over `frame`, as the program plans and draws it.
struct ImagePlace {
    ViewState view;
    ViewMotion motion;
    Viewport viewport;
    std::shared_ptr<const Scene> scene;

    explicit ImagePlace(const std::shared_ptr<AttentionFrame>& frame, ViewState its_view = {})
        : view(std::move(its_view)), scene(plan_scene(frame, view, nullptr)) {}
    const ImageStackPlan& plan() const { return *scene->image; }
    ImageStackLayout layout() const { return image_layout(plan(), motion); }
    Camera camera(CameraPreset preset = CameraPreset::default_view) const {
        return scene_camera(*scene, preset, motion, {}, viewport);
    }
    DrawList draw() const { return draw_scene(*scene, view, motion, camera(), 0.0, viewport, measure()); }
    void select(const Focus& focus) {
        view.selected = focus;
        scene = follow_focus(scene, view);
    }
    void select_query(int token) { select({FocusKind::token, 0, plan().layer, -1, token, -1, false}); }
    Focus pick(glm::vec2 at) const { return pick_scene(*scene, view, motion, camera(), viewport, at, false); }
    glm::vec2 screen(const glm::vec3& world) const {
        return glm::vec2(screen_from_world(draw_camera(camera(), viewport), viewport, world));
    }
    glm::vec2 middle(int pane, int patch) const {
        const auto corners = layout().corners(pane, plan().area_of(patch));
        return screen(0.5f * (corners[0] + corners[2]));
    }
};

inline const TexturedPlane* plane_with_numbers(const std::vector<TexturedPlane>& planes) {
    const auto found =
        std::ranges::find_if(planes, [](const TexturedPlane& p) { return p.cells.numbers != nullptr; });
    return found == planes.end() ? nullptr : &*found;
}

// 0..1 as drawn; below 0: none.
inline float drawn_number(const TexturedPlane& plane, int column, int row) {
    const CellGrid& cells = plane.cells;
    const size_t at = static_cast<size_t>(cells.first.y + row) * cells.numbers->width +
                      static_cast<size_t>(cells.first.x + column);
    if (cells.numbers->rgba[4 * at] > 127) return -1.0f;
    return static_cast<float>(cells.numbers->rgba[4 * at + 3]) / 255.0f;
}

// All queries read patch `bright` most, and each its own number of others: all weights differ.
inline synthetic::WeightOf one_bright(int bright) {
    return [bright](int l, int h, int i, int j) {
        return j == bright ? 5.0f : 0.1f + 0.01f * static_cast<float>((7 * j + 3 * i + 5 * h + 11 * l) % 13);
    };
}

inline const Label* find_label(const DrawList& list, const std::string& text) {
    const auto found = std::ranges::find_if(list.labels, [&](const Label& l) { return l.text == text; });
    return found == list.labels.end() ? nullptr : &*found;
}

inline std::string all_words(const DrawList& list) {
    std::string words;
    for (const Label& label : list.labels) words += label.text + "\n";
    return words;
}

}  // namespace weft
