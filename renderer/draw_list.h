// What one picture consists of, in the renderer's own words: the only thing that scenes hand to the
// renderer. A value; made on the main thread each frame; large arrays are shared and immutable, so that
// copying a DrawList is cheap and the renderer can tell by identity what is already on the device.
//
// World space: right-handed, +y up, units "u" of the design. Screen space: pixels of the whole picture,
// origin top left, +y down. Colours: sRGB, alpha straight, 0..1.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <glm/glm.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct DrawCamera {
    glm::mat4 view_from_world{1.0f};
    glm::mat4 clip_from_view{1.0f};  // Vulkan clip space: y down, depth 0..1
    glm::vec3 eye{0.0f};
    float near_fade_u = 0.0f;  // flow lines nearer than this fade out; 0: off
};

// A flat quadrilateral, blended back to front, writes no depth, before all flow lines.
struct Plane {
    std::array<glm::vec3, 4> corners{};  // in order around the border
    glm::vec4 fill{0.0f};
    glm::vec4 edge{0.0f};
    float edge_px = 1.0f;
};

// 8-bit RGBA, sRGB, row-major, top row first.
struct Image {
    uint32_t width = 0, height = 0;
    std::vector<uint8_t> rgba;
};

// Numbers 0..1 in a grid over an image, one for each cell. They lie in a part of `numbers`, so that many
// grids share one image: alpha is the number, red above 127 says that the cell has none.
struct CellGrid {
    std::shared_ptr<const Image> numbers;  // null: no numbers; the grid may still be ruled
    glm::ivec2 first{0}, count{0};         // column and row
    bool smooth = false;                   // cubic between the cells' middles
    float rule_opacity = 0.0f;             // of white (black, if negative) lines between the cells ..
    float least_rule_px = 6.0f;            // .. where every cell is at least so large
};

enum class TexturedLook {
    image,      // the image
    spotlight,  // the image, where its cell's number is above 0; that is its brightness (sRGB)
    map         // in place of the image the cell's colour of `colors`
};

struct TexturedPlane {
    std::array<glm::vec3, 4> corners{};  // top left, top right, bottom right, bottom left of the image
    std::shared_ptr<const Image> image;
    glm::vec4 tint{1.0f};
    bool nearest = false;
    // What of the image is shown: left, top, right, bottom, 0..1. Beyond the image lies grey.
    glm::vec4 window{0.0f, 0.0f, 1.0f, 1.0f};
    float saturation = 1.0f;  // 0: grey of the same luminance
    TexturedLook look = TexturedLook::image;
    CellGrid cells;
    std::shared_ptr<const Image>
        colors;                       // of the numbers 0..1 from left to right, one row; where look is map
    bool hatches_lower_half = false;  // numbers below 0.5, of a map whose middle is zero
    glm::vec4 edge{0.0f};             // just inside the border
    float edge_px = 0.0f;
};

// A straight line that faces the camera: hairline, bar, tick; with a == b a dot of `width_px`.
struct Stroke {
    glm::vec3 a{0.0f}, b{0.0f};
    glm::vec4 color{1.0f};
    float width_u = 0.0f;  // world width; the drawn width is max(width_px, width_u on screen)
    float width_px = 1.0f;
    bool round_caps = false;
};

// Non-negative (or signed) weights, one value for each possible flow line. `values` [slices, rows, columns],
// at most 128 MiB. Identity of `values` is the cache key on the device.
struct WeightBlock {
    std::shared_ptr<const std::vector<float>> values;
    uint32_t slices = 0, rows = 0, columns = 0;
};

// Which entries (s, r, c) of a block are drawn; a test on indices and value, so that it can run on the
// device. Drawn when every line of the test holds:
//   |value| >= threshold  and, if row_thresholds, |value| >= row_thresholds[s * rows + r]
//   slice_mask has s (empty: all); no bit of row_mask at r or of column_mask at c (empty: none is masked)
//   |r - c| > band (band < 0: no such test)
//   only_slice / only_row / only_column: equal, where >= 0
struct FlowSelection {
    float threshold = 0.0f;
    std::shared_ptr<const std::vector<float>> row_thresholds;  // [slices * rows] or null
    std::shared_ptr<const std::vector<uint32_t>> slice_mask;   // bit s set: slice s is drawn; null: all
    std::shared_ptr<const std::vector<uint32_t>> row_mask;     // bit r set: row r is left out; null: none
    std::shared_ptr<const std::vector<uint32_t>> column_mask;  // bit c set: column c is left out; null: none
    int32_t band = -1;
    int32_t only_slice = -1, only_row = -1, only_column = -1;
    bool operator==(const FlowSelection&) const = default;  // pointers by identity
};

// One block drawn as flow lines: a cubic from source(s, c) to target(s, r) whose tangents run along `axis`.
//   source(s, c) = source_origin + s * source_slice_step + c * source_column_step
//   target(s, r) = target_origin + s * target_slice_step + r * target_row_step
struct FlowBatch {
    uint32_t block = 0;  // index into DrawList::blocks
    FlowSelection selection;
    glm::vec3 source_origin{0.0f}, source_slice_step{0.0f}, source_column_step{0.0f};
    glm::vec3 target_origin{0.0f}, target_slice_step{0.0f}, target_row_step{0.0f};
    glm::vec3 axis{1.0f, 0.0f, 0.0f};
    float handle_u = 1.0f;  // length of both tangents

    // width_u * sqrt(|value|) at the source, * taper at the target; below min_px the width stays and
    // opacity falls in proportion; above max_px it is cut. width_scale multiplies (focus, receded).
    float width_u = 0.13f, min_px = 1.1f, max_px = 24.0f, taper = 0.35f, width_scale = 1.0f;
    float least_px = 0.0f;  // thinner at the source by width_u alone: not seen; up to a fifth wider: fading
    // clamp(|value|^opacity_power, opacity_min, opacity_max) * opacity_scale
    float opacity_power = 0.8f, opacity_min = 0.05f, opacity_max = 0.95f, opacity_scale = 1.0f;
    float depth_fade = 0.30f;  // opacity lost from the nearest to the farthest point of the scene
    std::shared_ptr<const std::vector<glm::vec4>> slice_colors;  // [slices], alpha multiplies opacity
    glm::vec4 mix_color{0.0f};                // rgb mixed into every colour by its alpha (to white, to grey)
    std::optional<glm::vec4> negative_color;  // colour of values below 0, where the block is signed
    float negative_dashes = 0.0f;             // how many dashes such a line has; 0: it is solid

    float pulse_phase = -1.0f;  // 0..1 along the line; outside: no pulse
    float pulse_sigma = 0.06f, pulse_gain = 0.9f, pulse_base = 0.85f, pulse_white = 0.35f;
    float grow = 1.0f;  // 0..1: the part of each line, from its source, that is drawn
};

// Triangles with depth test and write, flat colour and one light from the camera.
struct MeshData {
    std::vector<glm::vec3> positions, normals;
    std::vector<uint32_t> indices;
};
struct Mesh {
    std::shared_ptr<const MeshData> data;
    glm::mat4 world_from_mesh{1.0f};
    glm::vec4 color{1.0f};
};

// A rectangle or wedge on the picture, over the 3D part; a wedge has different heights left and right.
struct ScreenRect {
    glm::vec2 min{0.0f}, max{0.0f};
    glm::vec4 fill{1.0f};
    glm::vec4 border{0.0f};
    float border_px = 0.0f, corner_px = 0.0f;
    float right_height_px = -1.0f;  // >= 0: a wedge that narrows (or widens) to this height at its right end
    uint64_t owner = 0;             // the label that it comes and goes with; 0: none
};

enum class LabelAlign { left, center, right };

// One line of text of any script. Shaped by the renderer; `position` is on the baseline.
struct Label {
    std::string text;  // UTF-8
    glm::vec2 position{0.0f};
    float size_px = 15.0f;  // em
    LabelAlign align = LabelAlign::left;
    glm::vec4 color{1.0f};
    glm::vec4 halo{0.0f};  // alpha 0: none
    float halo_px = 3.0f;
    bool bold = false;
    float max_width_px = 0.0f;      // > 0: cut with an ellipsis
    float angle_rad = 0.0f;         // counter-clockwise around `position`
    std::optional<glm::vec4> pill;  // filled rounded box behind the text
    uint64_t id = 0;                // the same label in each frame; 0: nobody asks
};

// Width in px of a label's text (after its ellipsis). Given to scenes by whoever owns the fonts.
using MeasureText = std::function<float(std::string_view text, float size_px, bool bold)>;

struct DrawList {
    DrawCamera camera;
    glm::vec4 ground{0.0f, 0.0f, 0.0f, 1.0f};
    float ui_scale = 1.0f;      // multiplies every *_px of flow lines, strokes and planes; labels and
                                // screen rects come scaled already
    std::vector<Plane> planes;  // drawn in this order
    std::vector<TexturedPlane> textured_planes;
    std::vector<Mesh> meshes;
    std::vector<Stroke> strokes_below;  // under the flow lines
    std::vector<WeightBlock> blocks;
    std::vector<FlowBatch> flows;
    std::vector<Stroke> strokes_above;    // over the flow lines
    std::vector<TexturedPlane> pictures;  // over all of the above: x and y of the corners in px
    std::vector<ScreenRect> rects;        // over the pictures
    std::vector<Label> labels;            // over the rects
    // Not drawn: labels that have no room, where they would be, and the rects that belong to them.
    std::vector<Label> absent_labels;
    std::vector<ScreenRect> absent_rects;
    bool animates = false;  // the next frame will differ even without input
};

}  // namespace weft
