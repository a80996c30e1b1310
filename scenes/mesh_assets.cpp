#include "scenes/mesh_assets.h"

#include <array>
#include <string_view>

#include "scenes/obj_mesh.h"

namespace weft {
namespace {

constexpr std::string_view bead_obj =
#include "bead.inc"
    ;
constexpr std::string_view arrow_head_obj =
#include "arrow_head.inc"
    ;
constexpr std::string_view pin_obj =
#include "pin.inc"
    ;
constexpr std::string_view camera_obj =
#include "camera.inc"
    ;

}  // namespace

std::shared_ptr<const MeshData> mesh_asset(MeshAsset asset) {
    static const std::array<std::shared_ptr<const MeshData>, 4> meshes{
        parse_obj(bead_obj, "bead.obj"), parse_obj(arrow_head_obj, "arrow_head.obj"),
        parse_obj(pin_obj, "pin.obj"), parse_obj(camera_obj, "camera.obj")};
    return meshes[static_cast<size_t>(asset)];
}

}  // namespace weft
