// What stands on the picture without a ground: title, ledger, head key, line key, hint, tooltip. It says what
// is shown, how much of it, and how to read it; recordings keep title and ledger.
#pragma once

#include <optional>

#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

constexpr float hud_margin_px = 24.0f, hud_title_y_px = 26.0f;
constexpr float title_em = 15.0f / 13.0f;  // of the HUD's ordinary text
// The bar of a ledger alone, its upper border over the picture's lower one, and its lines of words.
constexpr float ledger_width_px = 300.0f, ledger_height_px = 8.0f, ledger_over_foot_px = 48.0f;
constexpr float ledger_line_em = 1.3f;
constexpr float panel_top_px = 48.0f;  // of a docked panel, in px of the picture

// Where several attentions are in one picture: a ledger for each, and what they are together.
struct HudParts {
    struct Part {
        std::string name;
        const TextStackPlan* plan;
        const ViewMotion* motion;
        const TextStackLayout* layout;
    };
    std::vector<Part> ledgers;       // from top to bottom
    std::string summary;             // after the title, while nothing has the focus
    std::vector<glm::vec3> corners;  // of all that stands there
    // Left upper corner of the place that is free for tooltips, one for each part that has the focus, one
    // below the other or, in a low place, beside it; none: beside what has the focus.
    struct FreePlace {
        glm::vec2 corner{0.0f};
        bool is_low = false;
    };
    std::optional<FreePlace> free_place;
    // In a narrow picture: bars are short, lines have their key beside them, and the key of heads stands in
    // the corner over them, which is free.
    bool keys_in_corner = false;
};

// `parts` (may be null): `plan` is then the one of them that title, keys and tooltip speak of.
void add_hud(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
             const ViewMotion& motion, const Camera& camera, double time_s, const Viewport& viewport,
             const MeasureText& measure, const HudParts* parts = nullptr);

// The HUD's px: those of the picture, but its text never falls below 11 px.
float hud_scale(const Viewport& viewport, float text_scale);
// What the HUD's rows take at the foot of the picture, for the camera to keep out of.
// `lanes`: of the heads in its key.
float hud_foot_px(const Viewport& viewport, float text_scale, int lanes);
// The same with HudParts::keys_in_corner; none where it is not needed, or words find no room that way either.
std::optional<float> corner_foot_px(const Viewport& viewport, float text_scale, int lanes);

// Writes of one line of the HUD from left to right; returns the x after it.
struct HudPen {
    DrawList& list;
    const MeasureText& measure;
    glm::vec2 at{0.0f};  // baseline
    float size_px = 13.0f;

    void write(const std::string& text, const glm::vec4& color, bool bold = false);
    void skip(float px) { at.x += px; }
};

struct HudScene {
    const TextStackPlan& plan;
    const TextStackLayout& layout;
    const ViewState& view;
    const ViewMotion& motion;
    const Camera& camera;
    const Viewport& viewport;
    const MeasureText& measure;
    float scale;    // of the px of shapes
    float text_px;  // the HUD's ordinary text, never below 11
    const HudParts* parts = nullptr;
};

// The title's line ends here: a small picture's words reach lower than a panel begins.
float title_end_px(const Viewport& viewport, float scale);
// The title, and what is shown of which model in words; or `about` instead of these.
void add_title(DrawList& list, const HudScene& scene);
void add_title(DrawList& list, const HudScene& scene, const std::string& about, const glm::vec4& about_color);
// `foot_px`: the y of the row's upper border. The ledger's text breaks before `right_px`.
struct LedgerExtent {
    float right = 0.0f;  // px
    int lines = 1;
};
LedgerExtent add_ledger(DrawList& list, const HudScene& scene, float foot_px, float right_px);
// One row for each part, part_row_em of the text apart: name, bar, shares.
inline constexpr float part_row_em = 1.25f;
LedgerExtent add_part_ledgers(DrawList& list, const HudScene& scene, float foot_px, float right_px);

// What a ledger's bar consists of, from left to right.
struct LedgerShare {
    std::string text;
    double share;
    int percent;
    glm::vec4 color;
};
struct LedgerShares {
    std::vector<LedgerShare> shares;
    std::string of;  // "of this query", "" of everything
};
LedgerShares ledger_shares(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                           const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                           bool along, bool in_short, bool in_corner = false);
void add_ledger_bar(DrawList& list, const LedgerShares& ledger, glm::vec2 left_top, glm::vec2 size,
                    float scale);
float line_key_width(const HudScene& scene);
float line_key_row_px(const HudScene& scene);  // from one of its three rows to the next
void add_line_key(DrawList& list, const HudScene& scene, float left_px, float foot_px);
float head_key_width(const HudScene& scene);  // 0: none is needed
void add_head_key(DrawList& list, const HudScene& scene, float centre_px, float foot_px);
// Stays above `bottom_px`. `corner`: its left upper one, where it is not to stand beside the focus. Returns
// the y below it, or that of `corner` (0 without one) where there is none.
float add_tooltip(DrawList& list, const HudScene& scene, float bottom_px, std::optional<glm::vec2> corner);
// At the ordinary size: at most, and where heads have keys of their own.
constexpr float tooltip_width_px = 264.0f, narrow_tooltip_px = 226.0f;
constexpr float least_tooltip_height_px = 108.0f;  // of three rows
constexpr float tooltip_gap_px = 12.0f;

}  // namespace weft
