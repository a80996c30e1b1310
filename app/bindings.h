// What the files of bindings share. Main thread. Private to app/bindings*.cpp.
#pragma once

#include <string>

#include "app/program.h"

namespace weft {

// What a command of a switch shows, and what it makes of its argument: "on", "off" or, empty, the other.
std::string on_off(bool on);
bool toggled(bool now, const std::string& argument);
std::string number_text(double number);
// The view with this option. Throws UsageError where its value is not written so or the frame has no such
// thing.
ViewState view_with(const Program& program, const std::string& option, const std::string& value);

// Each binds the commands of one part of bind_commands().
void bind_panels(Program& program);
void bind_source(Program& program);     // models and recorded traces
void bind_recording(Program& program);  // videos and pictures
void bind_camera(Program& program);     // standard views, fold and stack, flying
void bind_attention(Program& program);  // which attention, layers, heads and query
void bind_lines(Program& program);      // which weights are drawn
void bind_look(Program& program);       // labels, motion, theme, size
void bind_prompt(Program& program);
void bind_methods(Program& program);  // quantities, their options and targets, heads taken away
void bind_image(Program& program);    // the places that are no text stack, and images
void bind_places(Program& program);   // places, props and palettes
void bind_history(Program& program);  // taking back what was chosen

}  // namespace weft
