#include "scenes/obj_mesh.h"

#include <catch2/catch.hpp>
#include <set>

#include "analysis/error.h"
#include "scenes/mesh_assets.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;

namespace {

const std::string square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n";

void check_sound(const MeshData& mesh) {
    REQUIRE(mesh.indices.size() % 3 == 0);
    REQUIRE(mesh.normals.size() == mesh.positions.size());
    for (const uint32_t index : mesh.indices) REQUIRE(index < mesh.positions.size());
    for (size_t i = 0; i < mesh.positions.size(); ++i) {
        REQUIRE(std::isfinite(glm::dot(mesh.positions[i], mesh.positions[i])));
        REQUIRE(glm::length(mesh.normals[i]) == Approx(1.0f).margin(1e-4));
    }
}

std::string message_of(const std::string& obj) {
    try {
        parse_obj(obj, "its.obj");
    } catch (const Error& error) {
        CHECK(!error.hint().empty());
        return error.what();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("a polygon becomes triangles with the normals of their plane") {
    const auto mesh = parse_obj(square + "f 1 2 3 4\n", "its.obj");
    check_sound(*mesh);
    CHECK(mesh->indices.size() == 6);
    for (const glm::vec3& normal : mesh->normals) CHECK(glm::length(normal - glm::vec3(0, 0, 1)) < 1e-5f);
}

TEST_CASE("normals of the file are used, of unit length") {
    const auto mesh = parse_obj(square + "vn 0 3 4\nf 1//1 2//1 3//1\n", "its.obj");
    for (const glm::vec3& normal : mesh->normals) CHECK(glm::length(normal - glm::vec3(0, 0.6, 0.8)) < 1e-5f);
}

TEST_CASE("negative indices count backwards from where they stand") {
    const auto mesh = parse_obj(square + "f -4 -3 -2\nv 9 9 9\n", "its.obj");
    CHECK(mesh->positions[0] == glm::vec3(0, 0, 0));
    CHECK(mesh->positions[2] == glm::vec3(1, 1, 0));
}

TEST_CASE("what is wrong with a mesh is said with its line and value") {
    CHECK(message_of(square + "f 1 2 9\n") == "line 5 of 'its.obj': face of vertex '9'");
    CHECK(message_of("f -1 -1 -1\n" + square) == "line 1 of 'its.obj': face of vertex '-1'");
    CHECK(message_of(square + "f 1 0 2\n") == "line 5 of 'its.obj': '0' is no corner of a face");
    CHECK(message_of(square + "f 1 x 2\n") == "line 5 of 'its.obj': 'x' is no corner of a face");
    CHECK(message_of(square + "f 1/2/3/4 2 3\n") == "line 5 of 'its.obj': '1/2/3/4' is no corner of a face");
    CHECK(message_of(square + "f 99999999999 1 2\n") ==
          "line 5 of 'its.obj': '99999999999' is no corner of a face");
    CHECK(message_of(square + "f 1 2\n") == "line 5 of 'its.obj': a face has 2 corners");
    CHECK(message_of("v 1 nan 0\n") == "line 1 of 'its.obj': 'nan' is no coordinate");
    CHECK(message_of("v 1 1e9 0\n") == "line 1 of 'its.obj': '1e9' is no coordinate");
    CHECK(message_of("v 1 2\n") == "line 1 of 'its.obj': 'v' has 2 numbers");
    CHECK(message_of("v 0 0 1.#INF\n") == "line 1 of 'its.obj': '1.#INF' is no coordinate");
    CHECK(message_of(square) == "'its.obj' has no face");
    CHECK(message_of("") == "'its.obj' has no face");
    CHECK(message_of("v 1 \x01\x02 0\n") == "line 1 of 'its.obj': '\?\?' is no coordinate");
}

TEST_CASE("a mesh has limits of bytes, lines, vertices, triangles and corners") {
    CHECK_THAT(message_of(std::string(obj_most_bytes + 1, '#')), Contains("16777217 bytes"));
    CHECK_THAT(message_of(std::string(obj_most_line_bytes + 1, 'v')), Contains("it has 65537 bytes"));
    std::string many;
    for (size_t i = 0; i <= obj_most_vertices; ++i) many += "v 0 0 0\n";
    CHECK_THAT(message_of(many), Contains("more than 500000 vertices"));
    std::string triangles = square;
    for (size_t i = 0; i <= obj_most_triangles; ++i) triangles += "f 1 2 3\n";
    CHECK_THAT(message_of(triangles), Contains("more than 200000 triangles"));
    std::string polygon = square + "f";
    for (size_t i = 0; i <= obj_most_corners; ++i) polygon += " 1";
    CHECK_THAT(message_of(polygon), Contains("a face has 257 corners"));
}

TEST_CASE("materials, tags and groups of a stranger's file are not followed") {
    const auto mesh = parse_obj("mtllib /etc/passwd\nusemtl x\nt a 999999999/999999999/999999999\ng\no\n" +
                                    square + "f 1 2 3\nl 1 99\np 77\n",
                                "its.obj");
    CHECK(mesh->indices.size() == 3);
}

TEST_CASE("a standing mesh has one unit in its largest direction and its foot in the origin") {
    const auto mesh = parse_obj("v 2 5 0\nv 6 5 0\nv 4 7 1\nf 1 2 3\n", "its.obj");
    const auto standing = standing_mesh(*mesh, "its.obj");
    glm::vec3 low(1e9f), high(-1e9f);
    for (const glm::vec3& position : standing->positions) {
        low = glm::min(low, position);
        high = glm::max(high, position);
    }
    CHECK(low == glm::vec3(-0.5f, 0.0f, -0.125f));
    CHECK(high == glm::vec3(0.5f, 0.5f, 0.125f));
    const auto point = parse_obj("v 1 1 1\nf 1 1 1\n", "its.obj");
    CHECK_THROWS_WITH(standing_mesh(*point, "its.obj"), "'its.obj' has no extent");
}

TEST_CASE("our own meshes are closed: every edge is shared by two triangles") {
    for (const MeshAsset asset :
         {MeshAsset::bead, MeshAsset::arrow_head, MeshAsset::pin, MeshAsset::camera}) {
        const auto mesh = mesh_asset(asset);
        CHECK(mesh == mesh_asset(asset));
        check_sound(*mesh);
        const bool is_open = asset == MeshAsset::camera;  // its hood
        std::multiset<std::array<float, 6>> edges;
        const auto key = [](const glm::vec3& a, const glm::vec3& b) {
            return std::array<float, 6>{a.x, a.y, a.z, b.x, b.y, b.z};
        };
        for (size_t i = 0; i < mesh->indices.size(); i += 3)
            for (size_t k = 0; k < 3; ++k)
                edges.insert(key(mesh->positions[i + k], mesh->positions[i + (k + 1) % 3]));
        size_t open = 0;
        for (const auto& edge : edges)
            open += edges.count({edge[3], edge[4], edge[5], edge[0], edge[1], edge[2]}) == 1 ? 0u : 1u;
        CHECK(open == (is_open ? 8u : 0u));
    }
    for (const glm::vec3& position : mesh_asset(MeshAsset::bead)->positions)
        CHECK(glm::length(position) == Approx(0.5f).margin(1e-4));
    // Rounded: the normal of a ball points away from its middle.
    const auto bead = mesh_asset(MeshAsset::bead);
    for (size_t i = 0; i < bead->positions.size(); ++i)
        CHECK(std::abs(glm::dot(bead->normals[i], bead->positions[i] * 2.0f)) > 0.97f);
}

TEST_CASE("public OBJ files are read or refused with a reason") {
    const auto folder = test::conformance_data("obj-models");
    if (!folder) return;
    int read = 0, refused = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
        if (entry.path().extension() != ".obj") continue;
        INFO(entry.path().filename());
        try {
            check_sound(*parse_obj(test::read_file(entry.path()), entry.path().filename()));
            ++read;
        } catch (const Error& error) {
            CHECK(std::string(error.what()).size() > 20);
            CHECK(!error.hint().empty());
            ++refused;
        }
    }
    CHECK(read >= 35);
    CHECK(refused >= 5);
    const auto verdict = [&](const char* file) { return message_of(test::read_file(*folder / file)); };
    CHECK(verdict("cube.obj") == "nothing");
    CHECK(verdict("cornell_box.obj") == "nothing");
    CHECK(verdict("leading-zero-in-exponent-notation-issue-210.obj") == "nothing");
    CHECK_THAT(verdict("test-nan.obj"), Contains("no coordinate"));
    CHECK_THAT(verdict("issue-140-zero-face-idx.obj"), Contains("no corner of a face"));
    CHECK_THAT(verdict("invalid-relative-vertex-index.obj"), Contains("face of vertex '-4'"));
    CHECK_THAT(verdict("points-prim.obj"), Contains("has no face"));
}
