// What stands on the picture without a ground: title, ledger, head key, line key, hint, tooltip. It says what
// is shown, how much of it, and how to read it; recordings keep title and ledger.
#pragma once

#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

constexpr float hud_margin_px = 24.0f, hud_title_y_px = 26.0f;
constexpr float title_em = 15.0f / 13.0f;  // of the HUD's ordinary text

void add_hud(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
             const ViewMotion& motion, const Camera& camera, double time_s, const Viewport& viewport,
             const MeasureText& measure);

// The HUD's px: those of the picture, but its text never falls below 11 px.
float hud_scale(const Viewport& viewport, float text_scale);
// What the HUD's rows take at the foot of the picture, for the camera to keep out of.
float hud_foot_px(const Viewport& viewport, float text_scale);

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
};

// `about` follows the title.
void add_title(DrawList& list, const HudScene& scene, const std::string& about, const glm::vec4& about_color);
// `foot_px`: the y of the row's upper border. The ledger's text breaks before `right_px`.
struct LedgerExtent {
    float right = 0.0f;  // px
    int lines = 1;
};
LedgerExtent add_ledger(DrawList& list, const HudScene& scene, float foot_px, float right_px);
float line_key_width(const HudScene& scene);
void add_line_key(DrawList& list, const HudScene& scene, float left_px, float foot_px);
float head_key_width(const HudScene& scene);  // 0: none is needed
void add_head_key(DrawList& list, const HudScene& scene, float centre_px, float foot_px);
void add_tooltip(DrawList& list, const HudScene& scene, float bottom_px);  // stays above `bottom_px`

}  // namespace weft
