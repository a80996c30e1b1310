// The two towers of an encoder-decoder model: the encoder's panes above left, the decoder's below right, and
// between them cross-attention: what the encoder gives runs on as rails, one for each source token, over the
// decoder, and every line of layer l leaves its rail at pane l and falls to its query on pane l+1.
//
// Each of the three is a text stack's plan, placed beside the others (scenes/two_towers_layout.h). One of
// them, the attention that the view shows, stands in front. Pure functions; any thread.
#pragma once

#include <array>
#include <memory>

#include "scenes/text_stack.h"

namespace weft {

struct ImageTower;  // scenes/image_tower.h

struct TwoTowersPlan {
    std::shared_ptr<const TextStackPlan> encoder, decoder;
    std::shared_ptr<const TextStackPlan> cross;  // null where the frame has none
    // Of an image that a text is written about: it stands in the encoder's place, whose own attention is
    // shown as an image stack instead. Null for two texts.
    std::shared_ptr<const ImageTower> image;
    AttentionKind forward = AttentionKind::cross;
    // While the decoder writes: from which of its rows on the previous plan had none; all rows where nothing
    // was added.
    int arrives_from = 0;
    // [layers] of decoder and cross-attention: row thresholds that leave out the rows that were added. Empty
    // where nothing was added.
    std::vector<std::shared_ptr<const std::vector<float>>> decoder_before, cross_before;
};
// Whether rows were added since the previous plan.
inline bool has_arrivals(const TwoTowersPlan& plan) {
    return !plan.decoder_before.empty();
}

// One of the three attentions, as it stands among the others.
struct TowerPart {
    AttentionKind kind = AttentionKind::encoder;
    int block = 0;  // what Focus::block says: its index in the frame
    const TextStackPlan* plan = nullptr;
};
// The one in front comes first; without the encoder where an image stands in its place.
std::vector<TowerPart> tower_parts(const TwoTowersPlan& plan);
const std::shared_ptr<const TextStackPlan>& plan_in_front(const TwoTowersPlan& plan);
const TextStackPlan* tower_plan(const TwoTowersPlan& plan, AttentionKind kind);

// `frame` has an encoder and a decoder. Choices of layers and heads hold for the attention in front.
// `previous` (may be null) gives rungs and sinks their hysteresis.
std::shared_ptr<const TwoTowersPlan> plan_two_towers(std::shared_ptr<const AttentionFrame> frame,
                                                     const ViewState& view, const TwoTowersPlan* previous);

// What a focus means in one of the three, as its own plan has it (block 0); none where it means nothing
// there. A query of the decoder reads both its own text and the source.
Focus focus_in(const TwoTowersPlan& plan, const Focus& focus, AttentionKind kind);
// Choices and moving parts as one of the three has them: what is elsewhere lets it recede.
ViewState view_in(const TwoTowersPlan& plan, const ViewState& view, AttentionKind kind);
ViewMotion motion_in(const TwoTowersPlan& plan, const ViewMotion& motion, AttentionKind kind);

// Opacity of its lines at rest: in front 1; beside cross-attention the decoder 0.38 and the encoder 0.8, more
// on a light ground.
float tower_opacity(const TwoTowersPlan& plan, const ViewMotion& motion, AttentionKind kind);

DrawList draw_two_towers(const TwoTowersPlan& plan, const ViewState& view, const ViewMotion& motion,
                         const Camera& camera, double time_s, const Viewport& viewport,
                         const MeasureText& measure);

// The camera of a preset, fitted to both towers; head and token are those of the attention in front.
Camera two_towers_camera(const TwoTowersPlan& plan, CameraPreset preset, const ViewMotion& motion,
                         const Focus& focus, const Viewport& viewport);

Focus pick_two_towers(const TwoTowersPlan& plan, const ViewState& view, const ViewMotion& motion,
                      const Camera& camera, const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key);

}  // namespace weft
