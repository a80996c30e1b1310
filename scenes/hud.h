// What stands on the picture without a ground: title, ledger, head key, line key, hint, tooltip. It says what
// is shown, how much of it, and how to read it; recordings keep title and ledger.
#pragma once

#include "scenes/layout.h"
#include "scenes/text_stack.h"

namespace weft {

void add_hud(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
             const ViewMotion& motion, const Camera& camera, double time_s, const Viewport& viewport,
             const MeasureText& measure);

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
    float scale;    // of px
    float text_px;  // the HUD's ordinary text, never below 11
};

void add_title(DrawList& list, const HudScene& scene);
// `foot_px`: the y of the row's upper border. Each returns the x range that it took.
float add_ledger(DrawList& list, const HudScene& scene, float foot_px);                     // its right end
float add_line_key(DrawList& list, const HudScene& scene, float foot_px, bool with_words);  // its left end
float head_key_width(const HudScene& scene);  // 0: none is needed
void add_head_key(DrawList& list, const HudScene& scene, float centre_px, float foot_px);
void add_tooltip(DrawList& list, const HudScene& scene);

}  // namespace weft
