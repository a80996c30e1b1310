#include "scenes/markers.h"

#include <algorithm>
#include <string>
#include <vector>

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

// The head of a pin on the picture, and what it says.
struct PinHead {
    const PlacePin& pin;
    int index;
    glm::vec2 at;
};

struct Spot {
    glm::vec2 from_head;
    LabelAlign align;
};

class PinLabels {
  public:
    PinLabels(const ViewState& view, const Viewport& viewport, const MeasureText& measure)
        : colors_(theme(view.theme)),
          viewport_(viewport),
          measure_(measure),
          head_px_(pin_px * viewport.ui_scale),
          size_px_(std::max(pin_label_px * viewport.ui_scale * colors_.text_scale, least_text_px)) {}

    // Names first, beside their heads, over or under them, and on nobody else's head. A pin whose name has no
    // room has its number, at last on its own head; one without a number the beginning of its name.
    void place(DrawList& list, const std::vector<PinHead>& heads) const {
        LabelPlacement names(viewport_, measure_);
        names.reserve_all(list);
        const float half = 0.3f * head_px_;
        for (const PinHead& head : heads)
            names.reserve({head.at.x - half, head.at.y - half, head.at.x + half, head.at.y + half});
        for (const PinHead& head : heads)
            names.add_one_of(labels_of(head, head.pin.label, around(), 0, 0.0f), pin_priority);
        names.place(list);

        LabelPlacement numbers(viewport_, measure_);
        numbers.reserve_all(list);
        for (const PinHead& head : heads) {
            if (has_name(list, head)) continue;
            const int first = static_cast<int>(around().size());
            numbers.add_one_of(head.pin.key > 0
                                   ? labels_of(head, std::to_string(head.pin.key),
                                               {around()[0], around()[1], on_head()}, first, 0.0f)
                                   : labels_of(head, head.pin.label, around(), first, 4.0f * size_px_),
                               pin_priority);
        }
        numbers.place(list);
    }

  private:
    std::vector<Spot> around() const {
        const float beside = 0.35f * head_px_;
        return {{{beside, letters()}, LabelAlign::left},
                {{-beside, letters()}, LabelAlign::right},
                {{0.0f, -beside}, LabelAlign::center},
                {{0.0f, 0.9f * head_px_ + 2.0f * letters()}, LabelAlign::center}};
    }
    Spot on_head() const { return {{0.0f, letters()}, LabelAlign::center}; }
    float letters() const { return 0.34f * size_px_; }

    std::vector<Label> labels_of(const PinHead& head, const std::string& text, const std::vector<Spot>& spots,
                                 int first_id, float widest_px) const {
        std::vector<Label> labels;
        for (const Spot& spot : spots) {
            Label label;
            label.text = text;
            label.size_px = size_px_;
            label.position = head.at + spot.from_head;
            label.align = spot.align;
            label.color = colors_.text;
            label.halo = with_alpha(colors_.ground, 0.9f);
            label.halo_px = 3.0f * std::max(viewport_.ui_scale, 0.67f);
            label.max_width_px = widest_px;
            label.id = label_id("pin", head.index, first_id + static_cast<int>(labels.size()));
            labels.push_back(std::move(label));
        }
        return labels;
    }
    bool has_name(const DrawList& list, const PinHead& head) const {
        return std::ranges::any_of(list.labels, [&](const Label& label) {
            for (size_t spot = 0; spot < around().size(); ++spot)
                if (label.id == label_id("pin", head.index, static_cast<int>(spot))) return true;
            return false;
        });
    }

    const Theme& colors_;
    const Viewport& viewport_;
    const MeasureText& measure_;
    float head_px_, size_px_;
};

}  // namespace

void add_markers(DrawList& list, const Markers& markers, const std::optional<glm::vec3>& selected_at,
                 const ViewState& view, const Camera& camera, const Viewport& viewport,
                 const MeasureText& measure) {
    if (markers.pins.empty() && markers.path.empty() && !markers.prop) return;
    const Theme& colors = theme(view.theme);
    const DrawCamera drawn = draw_camera(camera, viewport);

    std::vector<PinHead> heads;
    for (const PlacePin& pin : markers.pins) {
        const glm::vec3 at = pin.camera.eye();
        const float size = size_of(at, pin_px, camera, viewport);
        add_mesh(list, MeshAsset::pin, at, glm::mat3(1.0f), size, colors.drawn);
        if (size <= 0.0f) continue;
        const glm::vec3 head = screen_from_world(drawn, viewport, at + glm::vec3(0.0f, 0.8f * size, 0.0f));
        heads.push_back({pin, static_cast<int>(&pin - markers.pins.data()), glm::vec2(head)});
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
    if (view.show_labels) PinLabels(view, viewport, measure).place(list, heads);
}

}  // namespace weft
