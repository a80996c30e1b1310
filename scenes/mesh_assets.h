// The meshes of assets/meshes, embedded in the program. Any thread.
#pragma once

#include <memory>

#include "renderer/draw_list.h"

namespace weft {

enum class MeshAsset { bead, arrow_head, pin, camera };
// The same one at every call. What it stands for and how it lies: the file's first line.
std::shared_ptr<const MeshData> mesh_asset(MeshAsset asset);

}  // namespace weft
