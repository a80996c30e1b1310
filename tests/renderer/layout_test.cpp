// Structs of shaders/shared/ have the same layout in C++ as in GLSL. The compiler and its reflection are
// asked, so a member that is added on one side only is found.
#include <unistd.h>
#include <array>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include "shaders/shared/flow_params.h"
#include "shaders/shared/frame_params.h"
#include "shaders/shared/quad_data.h"
#include "shaders/shared/rect_data.h"
#include "shaders/shared/select_params.h"
#include "shaders/shared/stroke_data.h"

namespace {

struct Member {
    const char* name;
    size_t offset;
};
struct Layout {
    const char* name;
    size_t size;
    std::vector<Member> members;
};

#define MEMBER(type, member)                       \
    Member {                                       \
#member, offsetof(weft::gpu::type, member) \
    }

std::vector<Layout> layouts() {
    using namespace weft::gpu;
    return {
        {"FrameParams",
         sizeof(FrameParams),
         {MEMBER(FrameParams, view_from_world), MEMBER(FrameParams, clip_from_view),
          MEMBER(FrameParams, clip_from_world), MEMBER(FrameParams, eye), MEMBER(FrameParams, near_fade_u),
          MEMBER(FrameParams, scene_px), MEMBER(FrameParams, output_px), MEMBER(FrameParams, px_scale),
          MEMBER(FrameParams, px_per_u_at_1), MEMBER(FrameParams, nearest_u),
          MEMBER(FrameParams, inverse_range_u), MEMBER(FrameParams, origin_px),
          MEMBER(FrameParams, picture_px)}},
        {"StrokeData",
         sizeof(StrokeData),
         {MEMBER(StrokeData, a), MEMBER(StrokeData, width_u), MEMBER(StrokeData, b),
          MEMBER(StrokeData, width_px), MEMBER(StrokeData, color), MEMBER(StrokeData, round_caps),
          MEMBER(StrokeData, pad0), MEMBER(StrokeData, pad1), MEMBER(StrokeData, pad2)}},
        {"PlaneData",
         sizeof(PlaneData),
         {MEMBER(PlaneData, corners), MEMBER(PlaneData, fill), MEMBER(PlaneData, edge),
          MEMBER(PlaneData, edge_px), MEMBER(PlaneData, pad0), MEMBER(PlaneData, pad1),
          MEMBER(PlaneData, pad2)}},
        {"FlowParams",
         sizeof(FlowParams),
         {MEMBER(FlowParams, source_origin),
          MEMBER(FlowParams, handle_u),
          MEMBER(FlowParams, source_slice_step),
          MEMBER(FlowParams, width_u),
          MEMBER(FlowParams, source_column_step),
          MEMBER(FlowParams, taper),
          MEMBER(FlowParams, target_origin),
          MEMBER(FlowParams, min_px),
          MEMBER(FlowParams, target_slice_step),
          MEMBER(FlowParams, max_px),
          MEMBER(FlowParams, target_row_step),
          MEMBER(FlowParams, opacity_power),
          MEMBER(FlowParams, axis),
          MEMBER(FlowParams, opacity_min),
          MEMBER(FlowParams, opacity_max),
          MEMBER(FlowParams, opacity_scale),
          MEMBER(FlowParams, depth_fade),
          MEMBER(FlowParams, grow),
          MEMBER(FlowParams, pulse_phase),
          MEMBER(FlowParams, pulse_sigma),
          MEMBER(FlowParams, pulse_gain),
          MEMBER(FlowParams, pulse_base),
          MEMBER(FlowParams, pulse_white),
          MEMBER(FlowParams, rows),
          MEMBER(FlowParams, columns),
          MEMBER(FlowParams, first_color),
          MEMBER(FlowParams, negative_color),
          MEMBER(FlowParams, dense_values),
          MEMBER(FlowParams, negative_dashes),
          MEMBER(FlowParams, least_px)}},
        {"FlowDraw",
         sizeof(FlowDraw),
         {MEMBER(FlowDraw, index_count), MEMBER(FlowDraw, instance_count), MEMBER(FlowDraw, first_index),
          MEMBER(FlowDraw, vertex_offset), MEMBER(FlowDraw, first_instance), MEMBER(FlowDraw, line_count),
          MEMBER(FlowDraw, pad0), MEMBER(FlowDraw, pad1)}},
        {"SelectParams",
         sizeof(SelectParams),
         {MEMBER(SelectParams, rows), MEMBER(SelectParams, columns), MEMBER(SelectParams, entry_count),
          MEMBER(SelectParams, group_count), MEMBER(SelectParams, threshold_key),
          MEMBER(SelectParams, has_row_thresholds), MEMBER(SelectParams, has_slice_mask),
          MEMBER(SelectParams, has_column_mask), MEMBER(SelectParams, has_row_mask),
          MEMBER(SelectParams, band), MEMBER(SelectParams, only_slice), MEMBER(SelectParams, only_row),
          MEMBER(SelectParams, only_column), MEMBER(SelectParams, indices_per_chunk),
          MEMBER(SelectParams, pad0), MEMBER(SelectParams, pad1)}},
        {"RectData",
         sizeof(RectData),
         {MEMBER(RectData, low), MEMBER(RectData, high), MEMBER(RectData, fill), MEMBER(RectData, border),
          MEMBER(RectData, border_px), MEMBER(RectData, corner_px), MEMBER(RectData, right_height_px),
          MEMBER(RectData, pad0)}},
        {"QuadData",
         sizeof(QuadData),
         {MEMBER(QuadData, corners), MEMBER(QuadData, tint), MEMBER(QuadData, window), MEMBER(QuadData, edge),
          MEMBER(QuadData, cells), MEMBER(QuadData, saturation), MEMBER(QuadData, edge_px),
          MEMBER(QuadData, rule_opacity), MEMBER(QuadData, least_rule_px), MEMBER(QuadData, look),
          MEMBER(QuadData, has_numbers), MEMBER(QuadData, smooth_cells), MEMBER(QuadData, hatches_lower_half),
          MEMBER(QuadData, sharp_texels), MEMBER(QuadData, pad0), MEMBER(QuadData, pad1),
          MEMBER(QuadData, pad2)}},
        {"MeshParams", sizeof(MeshParams), {MEMBER(MeshParams, world_from_mesh), MEMBER(MeshParams, color)}},
    };
}

std::string output_of(const std::string& command) {
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    char chunk[4096];
    while (const size_t count = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, count);
    INFO(command << "\n" << text);
    REQUIRE(pclose(pipe) == 0);
    return text;
}

}  // namespace

TEST_CASE("structs shared with shaders have one layout in both languages") {
    namespace fs = std::filesystem;
    const fs::path folder = fs::temp_directory_path() / ("weft-layout-" + std::to_string(getpid()));
    fs::create_directories(folder);
    {
        std::ofstream glsl(folder / "all.comp");
        glsl << "#version 460\n#extension GL_GOOGLE_include_directive : require\n";
        for (const auto& header : fs::directory_iterator(fs::path(WEFT_SOURCE_DIR) / "shaders/shared"))
            if (header.path().extension() == ".h")
                glsl << "#include \"shaders/shared/" << header.path().filename().string() << "\"\n";
        int binding = 0;
        std::string uses;
        for (const Layout& layout : layouts()) {
            const std::string at = std::to_string(binding++);
            const std::string name = layout.name;
            const bool uniform = name == "FrameParams" || name == "FlowParams" || name == "FlowDraw";
            glsl << "layout(" << (uniform ? "std140" : "std430") << ", binding = " << at << ") buffer B" << at
                 << " { " << layout.name << " array" << at << "[]; };\n";
            uses += "array" + at + "[1] = array" + at + "[0];\n";
        }
        glsl << "void main() {\n" << uses << "}\n";
    }
    const std::string spirv = (folder / "all.spv").string();
    output_of("glslc --target-env=vulkan1.3 -O0 -g -I '" WEFT_SOURCE_DIR "' -o '" + spirv + "' '" +
              (folder / "all.comp").string() + "'");
    const auto reflected = nlohmann::json::parse(output_of("spirv-cross '" + spirv + "' --reflect"));
    fs::remove_all(folder);
    std::map<std::string, nlohmann::json> found;  // the first of each name is the one with offsets
    for (const auto& [key, type] : reflected["types"].items()) {
        const auto& members = type["members"];
        if (!members.empty() && members[0].contains("offset")) found.emplace(type["name"], members);
    }
    std::map<std::string, int> strides;
    for (const auto& [key, type] : reflected["types"].items())
        for (const auto& member : type["members"])
            if (member.contains("array_stride") && reflected["types"].contains(member["type"]))
                strides[reflected["types"][std::string(member["type"])]["name"]] = member["array_stride"];
    for (const Layout& layout : layouts()) {
        INFO(layout.name);
        REQUIRE(found.count(layout.name) == 1);
        const auto& members = found[layout.name];
        REQUIRE(members.size() == layout.members.size());
        for (size_t i = 0; i < members.size(); ++i) {
            INFO(layout.members[i].name);
            CHECK(members[i]["name"] == layout.members[i].name);
            CHECK(members[i]["offset"].get<size_t>() == layout.members[i].offset);
        }
        REQUIRE(strides.count(layout.name) == 1);
        CHECK(size_t(strides[layout.name]) == layout.size);
    }
}
