// The text stack: layers as upright panes from left to right, tokens downwards, head lanes in depth.
//
//   plan_text_stack  depends on frame and choices; run when one of them changes (thresholds, sinks, ledger,
//   shared arrays) draw_text_stack  depends on plan, motion, camera and time; run each frame, allocates
//   little
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "renderer/draw_list.h"
#include "scenes/line_counts.h"
#include "scenes/segments.h"
#include "scenes/view_state.h"

namespace weft {

struct MergedRows;  // scenes/merged_rows.h
class NearLines;    // scenes/near_lines.h
class PlanMemory;   // scenes/plan_memory.h

// What was drawn, in shares of all weight in view. `percent()` adds to 100 by largest remainder.
struct Ledger {
    double drawn = 0.0, sinks = 0.0, neighbours = 0.0,
           not_drawn = 0.0;  // sum 1, or all 0 where there is no weight
    uint64_t lines = 0;
    struct Percent {
        int drawn = 0, sinks = 0, neighbours = 0, not_drawn = 0;
    };
    Percent percent() const;
};

struct LayerPlan {
    float threshold = 1.0f;  // a rung, or the user's value; 0 where row thresholds decide
    int rung = -1;           // index into the rungs; -1: not by budget
    uint64_t lines = 0;
    std::vector<bool> sink_keys;  // [K]
    std::vector<float>
        sink_mean;  // [H * K]: mean over queries of the weight that a sink key takes; 0 elsewhere
    std::vector<float> neighbour_mean;         // [H]: mean over queries of the folded neighbours' weight
    std::vector<bool> lane_shown;              // [H]: in the layer range and chosen
    Ledger ledger;                             // of this layer's shown lanes
    LedgerSums sums;                           // what the ledger is made of
    LinesByWeight drawn, to_sinks;             // the lines, by their weight
    FlowSelection selection;                   // the coloured lines at rest, of resting_block()
    std::shared_ptr<const MergedRows> merged;  // null where rows are tokens
    // Masks for FlowSelection::column_mask: leaves out the sinks, leaves out all but the sinks; both leave
    // out the keys that the segments do. Null without sinks and where the segments leave out nothing.
    std::shared_ptr<const std::vector<uint32_t>> sink_mask, other_mask;
};

struct TextStackPlan {
    std::shared_ptr<const AttentionFrame> frame;
    ViewState view;                   // as planned
    int lanes = 0;                    // heads, or 1 where the quantity has none
    Thresholding threshold;           // as lines were chosen: the view's, unless `joins_ends`
    SegmentFilter segments;           // of a text pair: what is left out
    double segment_share = 1.0;       // of the weight in view, what they keep
    std::string alike;                // which layers' heads attend alike, collapse_summary()
    int band = -1;                    // neighbours within this distance are folded; -1: none
    std::vector<WeightBlock> blocks;  // [L], or 1 where `joins_ends`; what the lines show, divided by `scale`
    std::vector<LayerPlan> layers;    // likewise
    // From 161 tokens on the lines at rest join blocks of so many neighbouring tokens, and lines between
    // tokens take their place where somebody comes near. Else 1, empty, empty (without sinks as lines), null.
    int tokens_per_block = 1;
    std::vector<WeightBlock> merged_blocks, merged_sinks;  // as `blocks`
    std::shared_ptr<const NearLines> near;
    std::shared_ptr<PlanMemory> memory;  // what was once found in the weights and is asked each frame
    float scale = 1.0f;                  // times what the lines show are the tensor's own numbers
    bool is_signed = false;              // of the quantity: below 0 means something else than above
    bool joins_ends = false;  // one gap from the first pane to the last: what all layers do together
    bool has_sinks = true;    // weights whose sinks become bars
    // Where bars or words carry the quantity: its own numbers, [L, H, N], [L, H] or [N], and the largest
    // |value|, which has the full length. Null where lines do; `largest` is then `scale`, or 0 if they are
    // drawn as they are.
    std::shared_ptr<const std::vector<float>> numbers;
    float largest = 0.0f;
    Ledger ledger;
    // What the lines at rest of a layer show.
    const WeightBlock& resting_block(int layer) const {
        return (near ? merged_blocks : blocks)[static_cast<size_t>(layer)];
    }
    bool has_signed_lines() const { return is_signed && !numbers; }
    bool quantity_missing = false;  // the frame does not hold view.quantity (yet): panes and tokens, no lines
};

// Which part of a text pair is shown and how much of the weight in view it is; "" where all is.
std::string segments_note(const TextStackPlan& plan);

// The weights of one lane [Q * K] that the lines of `layer` show; times plan.scale the tensor's own.
std::span<const float> lane_weights(const TextStackPlan& plan, int layer, int lane);

// Whether both states lead to the same plan on the same frame: a new plan is needed only when not.
bool same_plan(const ViewState& a, const ViewState& b);

// Whether the frame has the view's quantity of the attention that the view shows: "attention" always, the
// others once they were computed.
bool has_quantity(const AttentionFrame& frame, const ViewState& view);

// `previous` (may be null) gives rungs and sinks their hysteresis while typing. `budget_part`: of the
// picture's lines, what this attention may have of them.
std::shared_ptr<const TextStackPlan> plan_text_stack(std::shared_ptr<const AttentionFrame> frame,
                                                     const ViewState& view, const TextStackPlan* previous,
                                                     double budget_part = 1.0);

struct Viewport {
    glm::ivec2 size{1280, 720};
    float ui_scale = 1.0f;   // min(w / 1280, h / 720) times the user's setting
    float panel_px = 0.0f;   // width taken by the docked panel at the right
    float prompt_px = 0.0f;  // height taken by the prompt line above the ledger
    int segments = 16;
};

DrawList draw_text_stack(const TextStackPlan& plan, const ViewState& view, const ViewMotion& motion,
                         const Camera& camera, double time_s, const Viewport& viewport,
                         const MeasureText& measure);

// Before there is anything to draw: ground, title, and in the middle what is awaited.
DrawList draw_empty_stack(const ViewState& view, const std::string& title, const std::string& note,
                          const Viewport& viewport);

// The camera of a preset, fitted so that the whole stack lies in the picture's margins.
// `focus` names the layer and head (or the token) of CameraPreset::head and ::token.
Camera text_stack_camera(const TextStackPlan& plan, CameraPreset preset, const ViewMotion& motion,
                         const Focus& focus, const Viewport& viewport);

// What lies under the pointer, nearest in pixels, or none. `out_of_key`: Shift is held.
Focus pick_text_stack(const TextStackPlan& plan, const ViewMotion& motion, const Camera& camera,
                      const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key);

// Of the heads of `layer` that position (self, previous, next, local) does not explain: the one with the
// strongest line between two words that are no neighbours. Between two texts position explains nothing, and
// no words are neighbours. `attention` is one of the frame's blocks.
int strongest_head(const AttentionFrame& frame, const AttentionBlock& attention, int layer);
// That line of one head, as FocusKind::edge, of those that the filter keeps; none where there are no two such
// words.
Focus strongest_line(const AttentionFrame& frame, const AttentionBlock& attention, int layer, int head,
                     const SegmentFilter& filter = {});

}  // namespace weft
