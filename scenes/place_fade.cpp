#include "scenes/place_fade.h"

#include <algorithm>

namespace weft {

void PlaceFade::leave(std::shared_ptr<const Scene> former) {
    // Who changes their mind on the way sees the other one come from where the first had gone to.
    const float seen = runs_ ? opacity() : 1.0f;
    former_ = std::move(former);
    elapsed_s_ = place_fade_s * (1.0 - static_cast<double>(seen));
    runs_ = true;
}

void PlaceFade::cut() {
    runs_ = false;
    former_.reset();
}

void PlaceFade::advance(double dt_s) {
    if (!runs_) return;
    elapsed_s_ += dt_s;
    if (elapsed_s_ >= place_fade_s - 1e-9) former_.reset();
    if (elapsed_s_ >= 2.0 * place_fade_s - 1e-9) runs_ = false;
}

float PlaceFade::opacity() const {
    if (!runs_) return 1.0f;
    const double way = elapsed_s_ / place_fade_s;
    return static_cast<float>(std::clamp(former_ ? 1.0 - way : way - 1.0, 0.0, 1.0));
}

void fade(DrawList& list, float opacity) {
    for (Plane& plane : list.planes) {
        plane.fill.a *= opacity;
        plane.edge.a *= opacity;
    }
    for (auto* planes : {&list.textured_planes, &list.pictures})
        for (TexturedPlane& plane : *planes) {
            plane.tint.a *= opacity;
            plane.edge.a *= opacity;
            plane.cells.rule_opacity *= opacity;
        }
    for (Mesh& mesh : list.meshes) mesh.color = glm::mix(list.ground, mesh.color, opacity);
    for (auto* strokes : {&list.strokes_below, &list.strokes_above})
        for (Stroke& stroke : *strokes) stroke.color.a *= opacity;
    for (FlowBatch& batch : list.flows) batch.opacity_scale *= opacity;
    for (ScreenRect& rect : list.rects) {
        rect.fill.a *= opacity;
        rect.border.a *= opacity;
    }
    for (Label& label : list.labels) {
        label.color.a *= opacity;
        label.halo.a *= opacity;
        if (label.pill) label.pill->a *= opacity;
    }
}

}  // namespace weft
