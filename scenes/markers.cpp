#include "scenes/markers.h"

#include <algorithm>

#include "scenes/label_placement.h"
#include "scenes/mesh_assets.h"
#include "scenes/projection.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float pin_px = 30.0f, path_camera_px = 34.0f;
constexpr float pin_label_px = 13.0f;
constexpr float pin_priority = 5.0f;

// u that are so many px there; 0 where a marker would stand in the viewer's face.
float size_of(const glm::vec3& at, float px, const Camera& camera, const Viewport& viewport) {
    const float depth = glm::dot(at - camera.eye(), camera.forward());
    if (depth < near_fade_u) return 0.0f;
    return px * viewport.ui_scale / pixels_per_unit(camera, viewport, depth);
}

void add_mesh(DrawList& list, MeshAsset asset, const glm::vec3& at, const glm::mat3& turn, float size_u,
              const glm::vec4& color) {
    if (size_u <= 0.0f) return;
    Mesh mesh{mesh_asset(asset), glm::mat4(1.0f), color};
    for (int axis = 0; axis < 3; ++axis) mesh.world_from_mesh[axis] = glm::vec4(turn[axis] * size_u, 0.0f);
    mesh.world_from_mesh[3] = glm::vec4(at, 1.0f);
    list.meshes.push_back(std::move(mesh));
}

}  // namespace

void add_markers(DrawList& list, const Markers& markers, const std::optional<glm::vec3>& selected_at,
                 const ViewState& view, const Camera& camera, const Viewport& viewport,
                 const MeasureText& measure) {
    if (markers.pins.empty() && markers.path.empty() && !markers.prop) return;
    const Theme& colors = theme(view.theme);
    const DrawCamera drawn = draw_camera(camera, viewport);
    LabelPlacement placement(viewport, measure);
    placement.reserve_all(list);

    int pins = 0;
    for (const PlacePin& pin : markers.pins) {
        const glm::vec3 at = pin.camera.eye();
        const float size = size_of(at, pin_px, camera, viewport);
        add_mesh(list, MeshAsset::pin, at, glm::mat3(1.0f), size, colors.drawn);
        if (size <= 0.0f) continue;
        const glm::vec3 head = screen_from_world(drawn, viewport, at + glm::vec3(0.0f, 0.8f * size, 0.0f));
        Label label;
        label.text = pin.label;
        label.size_px = std::max(pin_label_px * viewport.ui_scale * colors.text_scale, least_text_px);
        label.position = {head.x + 0.35f * pin_px * viewport.ui_scale, head.y + 0.34f * label.size_px};
        label.color = colors.text;
        label.halo = with_alpha(colors.ground, 0.9f);
        label.halo_px = 3.0f * std::max(viewport.ui_scale, 0.67f);
        label.id = label_id("pin", pins++);
        placement.add(std::move(label), pin_priority);
    }
    for (const Camera& key : markers.path) {
        const CameraBasis basis = camera_basis(key);
        add_mesh(list, MeshAsset::camera, key.eye(), {basis.right, basis.up, -basis.forward},
                 size_of(key.eye(), path_camera_px, camera, viewport), colors.drawn);
    }
    for (size_t i = 0; i + 1 < markers.way.size(); ++i) {
        Stroke step{markers.way[i], markers.way[i + 1], with_alpha(colors.drawn, 0.6f)};
        step.width_px = 1.5f;
        list.strokes_below.push_back(step);
    }
    if (markers.prop && markers.prop->mesh) {
        const std::optional<glm::vec3> foot = markers.prop->at ? markers.prop->at : selected_at;
        if (foot) {
            glm::mat4 world(markers.prop->scale_u);
            world[3] = glm::vec4(*foot, 1.0f);
            list.meshes.push_back({markers.prop->mesh, world, colors.pane});
        }
    }
    if (view.show_labels) placement.place(list);
}

}  // namespace weft
