// The part of an OBJ file that is read, line by line checked: see scenes/obj_mesh.h.
#pragma once

#include <string>
#include <string_view>

namespace weft {

// The lines of vertices, normals and faces, each number finite and in range, each index of a vertex that
// there is, within the limits of scenes/obj_mesh.h; all other lines are left out. Throws weft::Error.
std::string checked_obj_lines(std::string_view bytes, const std::string& name);

}  // namespace weft
