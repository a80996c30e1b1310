#include "scenes/obj_mesh.h"

#define TINYOBJLOADER_IMPLEMENTATION
#include <tiny_obj_loader.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "analysis/error.h"
#include "scenes/obj_lines.h"

namespace weft {
namespace {

constexpr size_t most_faces_rounded = 64;  // around a vertex; more of them keep their edges
constexpr float least_cosine = 0.7071f;

struct Corners {
    std::vector<uint32_t> vertex;   // of each corner
    std::vector<glm::vec3> normal;  // of the file, or 0
};

glm::vec3 vector_at(const std::vector<tinyobj::real_t>& values, size_t index) {
    return {values[3 * index], values[3 * index + 1], values[3 * index + 2]};
}

Corners corners_of(const tinyobj::attrib_t& attributes, const std::vector<tinyobj::shape_t>& shapes,
                   const std::string& name) {
    Corners corners;
    const size_t vertices = attributes.vertices.size() / 3, normals = attributes.normals.size() / 3;
    for (const tinyobj::shape_t& shape : shapes) {
        for (const tinyobj::index_t& index : shape.mesh.indices) {
            const auto vertex = static_cast<size_t>(index.vertex_index);
            if (index.vertex_index < 0 || vertex >= vertices)
                throw Error("'" + name + "' has a face of vertex '" + std::to_string(index.vertex_index) +
                            "', of " + std::to_string(vertices));
            corners.vertex.push_back(static_cast<uint32_t>(vertex));
            const auto normal = static_cast<size_t>(index.normal_index);
            corners.normal.push_back(index.normal_index >= 0 && normal < normals
                                         ? vector_at(attributes.normals, normal)
                                         : glm::vec3(0.0f));
        }
    }
    return corners;
}

glm::vec3 unit(const glm::vec3& v) {
    const float length = glm::length(v);
    return length > 0.0f ? v / length : glm::vec3(0.0f);
}

// Of each triangle, as long as twice its area.
std::vector<glm::vec3> face_normals(const std::vector<glm::vec3>& corners) {
    std::vector<glm::vec3> normals;
    for (size_t i = 0; i + 2 < corners.size(); i += 3)
        normals.push_back(glm::cross(corners[i + 1] - corners[i], corners[i + 2] - corners[i]));
    return normals;
}

void round_normals(MeshData& mesh, const Corners& corners, size_t vertices) {
    const std::vector<glm::vec3> faces = face_normals(mesh.positions);
    std::vector<std::vector<uint32_t>> around(vertices);
    for (size_t i = 0; i < corners.vertex.size(); ++i) {
        std::vector<uint32_t>& here = around[corners.vertex[i]];
        if (here.size() <= most_faces_rounded) here.push_back(static_cast<uint32_t>(i / 3));
    }
    for (size_t i = 0; i < corners.vertex.size(); ++i) {
        if (corners.normal[i] != glm::vec3(0.0f)) {
            mesh.normals[i] = unit(corners.normal[i]);
            continue;
        }
        const glm::vec3 own = unit(faces[i / 3]);
        const std::vector<uint32_t>& here = around[corners.vertex[i]];
        glm::vec3 sum(0.0f);
        for (const uint32_t face : here)
            if (glm::dot(unit(faces[face]), own) > least_cosine) sum += faces[face];
        mesh.normals[i] = here.size() > most_faces_rounded ? own : unit(sum);
        // A triangle without area faces the camera.
        if (mesh.normals[i] == glm::vec3(0.0f)) mesh.normals[i] = {0.0f, 0.0f, 1.0f};
    }
}

}  // namespace

std::shared_ptr<const MeshData> parse_obj(std::string_view bytes, const std::string& name) {
    std::istringstream lines(checked_obj_lines(bytes, name));
    tinyobj::attrib_t attributes;
    std::vector<tinyobj::shape_t> shapes;
    std::vector<tinyobj::material_t> materials;
    std::string warnings, errors;
    const bool read =
        tinyobj::LoadObj(&attributes, &shapes, &materials, &warnings, &errors, &lines, nullptr, true, false);
    if (!read)
        throw Error("cannot read '" + name + "': " + errors.substr(0, errors.find('\n')),
                    "Save it anew as a plain OBJ file.");
    const Corners corners = corners_of(attributes, shapes, name);
    if (corners.vertex.size() < 3)
        throw Error("'" + name + "' has no face",
                    "A mesh is drawn by its faces: lines and points have none.");
    auto mesh = std::make_shared<MeshData>();
    for (const uint32_t vertex : corners.vertex) {
        mesh->indices.push_back(static_cast<uint32_t>(mesh->positions.size()));
        mesh->positions.push_back(vector_at(attributes.vertices, vertex));
    }
    mesh->normals.resize(mesh->positions.size());
    round_normals(*mesh, corners, attributes.vertices.size() / 3);
    return mesh;
}

std::shared_ptr<const MeshData> standing_mesh(const MeshData& mesh, const std::string& name) {
    glm::vec3 low(1e9f), high(-1e9f);
    for (const glm::vec3& position : mesh.positions) {
        low = glm::min(low, position);
        high = glm::max(high, position);
    }
    const glm::vec3 extent = high - low;
    const float largest = std::max({extent.x, extent.y, extent.z});
    if (!(largest > 0.0f)) throw Error("'" + name + "' has no extent", "All of its vertices are one point.");
    const glm::vec3 foot{0.5f * (low.x + high.x), low.y, 0.5f * (low.z + high.z)};
    auto standing = std::make_shared<MeshData>(mesh);
    for (glm::vec3& position : standing->positions) position = (position - foot) / largest;
    return standing;
}

}  // namespace weft
