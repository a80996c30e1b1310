// Candidates for labels, of which those stay that overlap no more important one, nothing that is reserved,
// and no border of the picture.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "scenes/camera_fit.h"
#include "scenes/text_stack.h"

namespace weft {

constexpr float least_text_px = 11.0f;
constexpr float unfolded_pitch_em = 1.35f;  // of the words of a block that unfolds

// Label::id of one of its kind, so that it can fade (scenes/label_fades.h): the numbers tell it from the
// others.
uint64_t label_id(std::string_view kind, int a = 0, int b = 0, int c = 0);

class LabelPlacement {
  public:
    LabelPlacement(const Viewport& viewport, const MeasureText& measure);

    // Nothing is placed on `bounds`.
    void reserve(const ScreenBounds& bounds);
    void reserve_all(const DrawList& list);  // on nothing that is there: rects and labels

    // Higher priority first; equal ones in the order of calls. `tick`: drawn with its label, or not at all.
    // `companion`: drawn with its label where it has room.
    void add(Label label, float priority, const ScreenRect* tick = nullptr, const Label* companion = nullptr);

    // Keeps so much room left and right of it free.
    void add_apart(Label label, float priority, float room_px);

    // One thing's label at the first of these places, in their order, that is free.
    void add_one_of(std::vector<Label> labels, float priority);

    // Moves what fits into `list`, and what does not and has an id to its absent labels.
    void place(DrawList& list);

  private:
    struct Candidate {
        Label label;
        float priority = 0.0f;
        bool has_tick = false;
        ScreenRect tick;
        std::optional<Label> companion;
        float room_px = 0.0f;
        std::vector<Label> otherwise;  // where `label` does not fit, the first that does
    };
    // Words slanted alike lie side by side although their upright boxes overlap: those are compared along the
    // slant.
    struct Place {
        ScreenBounds box;
        float angle_rad;
        ScreenBounds turned;
    };
    Place place_of(const Candidate& candidate) const;
    bool is_free(const Place& place) const;
    void choose_free(Candidate& candidate, DrawList& list) const;

    ScreenBounds picture_;
    const MeasureText& measure_;
    std::vector<Candidate> candidates_;
    std::vector<Place> taken_;
};

// The box of a label's letters: cap height above and descent below the baseline; rotated ones by their
// corners.
ScreenBounds label_bounds(const Label& label, const MeasureText& measure);

bool overlap(const ScreenBounds& a, const ScreenBounds& b);

}  // namespace weft
