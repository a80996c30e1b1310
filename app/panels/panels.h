// The user interface around the picture: at most one panel docked at the right, help and messages over it.
// Each draws itself from the program's state and acts through named commands. Main thread, between ImGui's
// frames.
#pragma once

#include "app/imgui_layer.h"
#include "app/program.h"

namespace weft {

// At 1280x720; the docked panel and its margins take 26 % of the width.
constexpr float docked_width_px = 320.0f, docked_top_px = 48.0f, docked_bottom_px = 636.0f,
                docked_margin_px = 16.0f;

// Pixels that the picture loses at its right.
float docked_px(const PanelState& panels, float ui_scale);

void draw_panels(Program& program, ImguiLayer& ui);

// Private to panels/.
bool begin_docked(Program& program, const char* name);  // ends with ImGui::End()
void heading(ImguiLayer& ui, const char* text);
void dim_text(const char* text);
void value_row(const char* name, const char* value);  // name at left, value at right
void draw_matrix_panel(Program& program, ImguiLayer& ui);
void draw_choices_panel(Program& program, ImguiLayer& ui);
void draw_timings_panel(Program& program, ImguiLayer& ui);
void draw_models_panel(Program& program, ImguiLayer& ui);
void draw_predictions_panel(Program& program, ImguiLayer& ui);
void draw_loading(Program& program, ImguiLayer& ui);
void draw_help(Program& program, ImguiLayer& ui);
void draw_message(Program& program, ImguiLayer& ui);
void draw_recording_mark(Program& program);

}  // namespace weft
