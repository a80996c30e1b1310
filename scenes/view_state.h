// Everything the user can choose about a picture, as one value. Two equal ViewStates on the same frame at the
// same time give the same picture. Defaults are the design's.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft {

enum class ThemeName { dark, light, projector };
// The place that a frame is shown as: the one made for what it holds, panes of tokens for anything, all heads
// as tiles of one sheet, or one head's queries and keys.
enum class SceneChoice { automatic, stack, heads, neurons };
// Colours of heads: the theme's own, or those of Okabe and Ito (2008) but for black, which means selected.
enum class Palette { theme, okabe_ito };
enum class SinkMode { bars, lines, hidden };
// How numbers of patches lie on an image: as light on what it shows, or as colours over its grey.
enum class ImageLook { spotlight, map };
// Of a text pair: all, or what one of them reads of one of them (queries of the first letter, keys of the
// second).
enum class SegmentChoice { all, aa, ab, ba, bb };
enum class ThresholdMode { budget, value, top_k, mass };

struct Thresholding {
    ThresholdMode mode = ThresholdMode::budget;
    int budget = 0;      // lines; 0: the theme's default, min(650, 40 n) on dark
    float value = 0.1f;  // ThresholdMode::value
    int top_k = 3;       // largest weights of each query row
    float mass = 0.5f;   // smallest set of each row that reaches this share
    bool operator==(const Thresholding&) const = default;
};

enum class FocusKind { none, token, edge, head, layer };

// What is hovered or selected. Token: the query `query` in `layer` (Shift: the key `key`).
struct Focus {
    FocusKind kind = FocusKind::none;
    int block = 0, layer = -1, head = -1, query = -1, key = -1;
    bool by_key = false;  // a token as key: lines out of it
    int dimension = -1;   // of the head, where one is pointed at
    bool operator==(const Focus&) const = default;
};

// A camera that orbits a target. Angles in degrees; no roll.
struct Camera {
    glm::vec3 target{0.0f};
    float yaw_deg = -22.0f, pitch_deg = 5.0f, distance_u = 50.0f, fov_deg = 22.0f;
    bool operator==(const Camera&) const = default;
    glm::vec3 eye() const;  // target - forward * distance
    glm::vec3 forward() const;
};

enum class CameraPreset { default_view, front, top, end, head, token };

struct ImageChoices {
    ImageLook look = ImageLook::spotlight;
    bool smooth =
        false;  // cubic between patches; else each patch is one piece, as large as the model sees it
    std::optional<float> opacity;  // 0..1 of what lies on the image; empty: 1 of light, 0.6 of colours
    bool operator==(const ImageChoices&) const = default;
};

struct ColorMap;

// What to show; nothing here changes by itself.
struct ViewState {
    SceneChoice scene = SceneChoice::automatic;
    ThemeName theme = ThemeName::dark;
    Palette palette = Palette::theme;
    std::string quantity = "attention";  // by the names of method_table()
    std::string strip;  // the method whose numbers colour the words beside any quantity; "": none
    std::optional<AttentionKind> attention;  // of two stacks: which of the three; empty: the first
    int first_layer = 0, last_layer = -1;    // inclusive; -1: the last
    std::vector<std::pair<int, int>> heads;  // (layer, head) that are shown; empty: all
    Thresholding threshold;
    SinkMode sinks = SinkMode::bars;
    SegmentChoice segments = SegmentChoice::all;
    bool fold_neighbours = true;  // where the token count asks for it
    Focus hovered, selected;
    int opened_layer = -1;  // of a place that opens one layer; -1: the last of the range
    ImageChoices image;
    std::shared_ptr<const ColorMap> map;  // of numbers without a sign; null: the theme's
    bool arrows = false;                  // heads where lines end
    bool show_labels = true, show_hud = true, motion = true, reduced_motion = false;
    std::string title;  // "": the frame's
    std::string hint;   // one line at the foot, "" none
    bool operator==(const ViewState&) const = default;
};

struct TextStackPlan;
struct ImageStackPlan;

// The moving parts between two states, each 0..1 unless said otherwise; set by Animator (scenes/animator.h).
struct ViewMotion {
    float fold = 0.0f;   // 0: lanes unfolded, 1: flat
    float stack = 0.0f;  // 0: panes left to right, 1: layers go up
    float focus = 0.0f;  // how far the context has receded
    Focus shown_focus;   // what `focus` is about (stays during fade-out)
    // What it was about before, and how far light and lines have gone over from there.
    Focus former_focus;
    float followed = 1.0f;
    float elsewhere = 0.0f;  // how far all of it has receded behind the focus of something beside it
    float inside = 0.0f;     // how far the gap of `inside_layer` is widened (1.5 times at 1)
    int inside_layer = -1, inside_head = -1;
    float along = 0.0f;  // how far all but the lines into `along_token` have gone
    int along_token = -1;
    float grow = 1.0f;     // lines grow from key to query, layer by layer
    float wave_s = -1.0f;  // seconds into the pulse wave; < 0: none
    float stale = 0.0f;    // "stale" by the ledger
    // Of an image stack, the open panes of keys and queries, between two while pages turn; < 0: the plan's.
    float open_key = -1.0f, open_query = -1.0f;
    // Rows of the decoder that were just written, from the `arrives_from`th on, and how far they have come
    // in.
    int arrives_from = 0;
    float arrival = 1.0f;
    // Of an image stack, whose numbers go from its panes, and how far those of the plan have come; null:
    // none.
    std::shared_ptr<const ImageStackPlan> former_image;
    float lit = 1.0f;
    // What was shown before goes while what is new comes; null: nothing goes.
    std::shared_ptr<const TextStackPlan> former;
    float former_lines = 0.0f;  // their opacity
    float arrived = 1.0f;       // opacity of the new lines
    float slid = 1.0f;          // 0: rows stand where the former ones stood
    // Of two towers, how much each attention (by AttentionKind) stands in front, sum 1; all 0: the plan's
    // own.
    glm::vec4 in_front{0.0f};
    bool operator==(const ViewMotion&) const = default;
};

}  // namespace weft
