// The user interface around the picture: at most one panel docked at the right, help and messages over it.
// Each draws itself from the program's state and acts through named commands. Main thread, between ImGui's
// frames.
#pragma once

#include <set>
#include <string>

#include "app/imgui_layer.h"
#include "app/program.h"
#include "scenes/hud.h"

namespace weft {

// At 1280x720; the docked panel and its margins take 26 % of the width.
constexpr float docked_width_px = 320.0f, docked_top_px = panel_top_px, docked_bottom_px = 636.0f,
                docked_margin_px = 16.0f;

// Pixels that the picture loses at its right.
float docked_px(const PanelState& panels, float ui_scale);

// Methods that the docked panel shows with every key, and those that it was asked for.
std::set<std::string> panel_methods(const PanelState& panels);

void draw_panels(Program& program, ImguiLayer& ui);

// Private to panels/.
// What panels show: the newest frame that has what comes with every key, so that nothing flickers while
// somebody types. Null: there is none yet.
FramePtr panel_frame(Program& program);
bool begin_docked(Program& program, const char* name);  // ends with ImGui::End()
void heading(ImguiLayer& ui, const char* text);
void dim_text(const char* text);
void dim_wrapped(const std::string& text);  // any length, as many lines as it needs
// One line of any script, which may quote what was typed; ends with an ellipsis `right_px` before the edge.
void shaped_line(ImguiLayer& ui, const std::string& text, float right_px = 0.0f, bool dim = false);
void value_row(const char* name, const char* value);  // name at left, value at right
// Runs a named command; what it throws becomes the message.
void run_command(Program& program, const char* name, const std::string& argument = {});
void option_label(const char* text);  // what follows takes the rest of the line
void option_choice(Program& program, const char* title, const char* command, const std::string& now);
// What can be clicked, by a name, for those who drive the window from outside. At the last item.
void mark_item(Program& program, const std::string& name);
void draw_matrix_panel(Program& program, ImguiLayer& ui);
void draw_choices_panel(Program& program, ImguiLayer& ui);
void draw_timings_panel(Program& program, ImguiLayer& ui);
void draw_models_panel(Program& program, ImguiLayer& ui);
void draw_predictions_panel(Program& program, ImguiLayer& ui);
// How far `method` is, if it is computed now, and a way to give it up; of any method if it is "".
void draw_progress(Program& program, const std::string& method);
// In its place the progress while one of `methods` is computed.
bool compute_button(Program& program, const std::vector<std::string>& methods, const char* title);
void draw_method_panel(Program& program, ImguiLayer& ui);
void draw_heads_panel(Program& program, ImguiLayer& ui);
void draw_curves_panel(Program& program, ImguiLayer& ui);
void draw_agreement_panel(Program& program, ImguiLayer& ui);
void draw_places_panel(Program& program, ImguiLayer& ui);
void draw_loading(Program& program, ImguiLayer& ui);
void draw_computing(Program& program, ImguiLayer& ui);
void draw_waiting(Program& program, ImguiLayer& ui, const std::string& what, float fraction);  // 0 to 1
void draw_help(Program& program, ImguiLayer& ui);
void draw_message(Program& program, ImguiLayer& ui);
void draw_recording_mark(Program& program);

}  // namespace weft
