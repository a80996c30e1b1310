// Things that stand in any place beside what it shows: pins where saved places are seen from, cameras along
// a path, and the user's own mesh. All are meshes of a steady size on the picture but the user's, which has
// one in the world. Pure; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenes/text_stack.h"

namespace weft {

struct PlacePin {
    Camera camera;  // the pin stands at its eye
    std::string label;
    int key = 0;  // that stands for the label where that has no room; 0: none
};

struct Prop {
    std::shared_ptr<const MeshData> mesh;  // standing, one unit large (scenes/obj_mesh.h)
    std::optional<glm::vec3> at;           // its foot, u; empty: at what is selected, else nowhere
    float scale_u = 1.0f;
    bool operator==(const Prop&) const = default;
};

struct Markers {
    std::vector<PlacePin> pins;
    std::vector<Camera> path;    // a camera stands at the eye of each
    std::vector<glm::vec3> way;  // of the eye between them
    std::optional<Prop> prop;
};

// `selected_at`: where what is selected stands. Labels keep clear of all that `list` already has.
void add_markers(DrawList& list, const Markers& markers, const std::optional<glm::vec3>& selected_at,
                 const ViewState& view, const Camera& camera, const Viewport& viewport,
                 const MeasureText& measure);

}  // namespace weft
