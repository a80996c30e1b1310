// Where everything of a text stack stands in the world. A small value, made anew each frame; any thread.
//
// Pane p = 0..layers stands at `pane_at[p]` along `layer_axis`; the gap between pane l and l+1 is layer l.
// Tokens run along `token_axis`, head lanes along `lane_axis` (lane 0 nearest to the default camera). Panes
// to stack is a quarter turn around z: layers then go up and tokens run to the right. The centre of the whole
// is the origin, unless it is one of several that stand beside each other (scenes/two_towers_layout.h).
#pragma once

#include <array>
#include <glm/glm.hpp>
#include <vector>

#include "scenes/text_stack.h"

namespace weft {

// Distances of the design, in world units, before fold, stack and widening.
float pane_pitch_u(int layers);             // clamp(26 / L, 1.6, 5)
float token_pitch_u(int tokens);            // clamp(12 / (n - 1), 0.004, 1.5)
float lane_pitch_u(int layers, int lanes);  // clamp(2 * pane pitch / (H - 1), 0.12, 0.6)

struct TextStackLayout {
    int layers = 0, tokens = 0, lanes = 0;  // tokens: rows, the greater of keys and queries
    int keys = 0, queries = 0;  // of a gap; they differ between two texts, whose first rows stand level
    float rows = 0.0f;  // that a pane is high: `tokens`, or on the way there from as many as there were
    float pane_pitch = 0.0f, token_pitch = 0.0f, lane_pitch = 0.0f;  // as drawn now, u
    float token_margin = 0.0f, lane_margin = 0.0f;  // of a pane beyond its outermost rows and lanes, u
    glm::vec3 layer_axis{1.0f, 0.0f, 0.0f};         // unit vectors
    glm::vec3 token_axis{0.0f, -1.0f, 0.0f};
    glm::vec3 lane_axis{0.0f, 0.0f, -1.0f};
    std::vector<float> pane_at;  // [layers + 1]
    glm::vec3 origin{0.0f};      // the centre of the panes
    // From where a row stands to where the same row stands as a key: keys of another text may have panes of
    // their own, beside the queries'.
    glm::vec3 keys_apart{0.0f};
    // In a forward pass `layers_before` of other panes come before these, and all together are `pass_layers`.
    int layers_before = 0, pass_layers = 0;

    // So far from the centre along layers, tokens and lanes, u.
    glm::vec3 point(float along_layers, float along_tokens, float along_lanes) const {
        return origin + layer_axis * along_layers + token_axis * along_tokens + lane_axis * along_lanes;
    }
    // The point of a token in a lane of a pane, and the same by its role in a layer.
    glm::vec3 position(int pane, int lane, int token) const;
    glm::vec3 key_position(int layer, int lane, int token) const {
        return position(layer, lane, token) + keys_apart;
    }
    glm::vec3 query_position(int layer, int lane, int token) const {
        return position(layer + 1, lane, token);
    }

    glm::vec3 lane_step() const { return lane_axis * lane_pitch; }
    glm::vec3 token_step() const { return token_axis * token_pitch; }
    float gap_u(int layer) const;           // length along layer_axis
    glm::vec3 gap_centre(int layer) const;  // middle of the gap, of the rows and of the lanes
    glm::vec3 gap_top(int layer) const;     // middle of the border above its first row of keys
    float token_offset(int token) const;    // along token_axis from the centre
    float lane_offset(int lane) const;      // along lane_axis from the centre
    float half_rows_u() const;              // half a pane along token_axis, margin included
    float half_lanes_u() const;             // half a pane along lane_axis, margin included

    // First token's near end, first token's far end, last token's far end, last token's near end.
    std::array<glm::vec3, 4> pane_corners(int pane) const { return pane_corners(pane, half_rows_u()); }
    // ... ending so far below the centre along token_axis.
    std::array<glm::vec3, 4> pane_corners(int pane, float foot_u) const;
    // Where a pane would end that has all rows in it: lower than it does while rows are on their way to more.
    float lowest_foot_u() const;
    std::array<glm::vec3, 4> key_pane_corners(int layer) const;  // of the pane that a layer's keys stand on
    bool has_keys_apart() const { return keys_apart != glm::vec3(0.0f); }
    std::array<glm::vec3, 8> box_corners() const;  // of all panes
};

// `aspect` = width / height of the picture's free part. Stacked in a wide picture, rows take the length and
// layers the height; in a tall one the positions are those of the panes, turned.
TextStackLayout make_layout(int layers, int tokens, int lanes, float aspect, const ViewMotion& motion);

// The panes at their pitch, the gap of `motion.inside_layer` widened, their middle at 0.
void place_panes(TextStackLayout& layout, const ViewMotion& motion);
// One gap instead of all; the ends stand where they stood.
void join_ends(TextStackLayout& layout);

// Of a plan's frame, with the picture's aspect from `viewport`.
TextStackLayout make_layout(const TextStackPlan& plan, const ViewMotion& motion, const Viewport& viewport);

}  // namespace weft
