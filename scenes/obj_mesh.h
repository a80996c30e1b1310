// Triangles of a Wavefront OBJ file, of ours or of a user. The file is a stranger's: everything is checked
// before a parser sees it. Materials, textures, lines, points and curves are left out; no other file is
// opened. Pure; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "renderer/draw_list.h"

namespace weft {

// What a mesh of a picture may take. Of a file that has more nothing is shown.
constexpr size_t obj_most_bytes = size_t{16} << 20, obj_most_line_bytes = size_t{1} << 16;
constexpr size_t obj_most_vertices = 500'000, obj_most_triangles = 200'000, obj_most_corners = 256;
constexpr double obj_most_coordinate = 1e6;

// `name` stands in messages. Polygons become triangles; normals are the file's, else those of the faces,
// rounded where they meet at less than 45 degrees. Throws weft::Error with the line and the value.
std::shared_ptr<const MeshData> parse_obj(std::string_view bytes, const std::string& name);

// One unit in its largest direction, its foot's middle in the origin; +y stays up. Throws weft::Error where
// the mesh has no extent.
std::shared_ptr<const MeshData> standing_mesh(const MeshData& mesh, const std::string& name);

}  // namespace weft
