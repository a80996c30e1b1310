// What the files of bindings share. Main thread. Private to app/bindings*.cpp.
#pragma once

#include <string>

#include "app/program.h"

namespace weft {

// What a command of a switch shows, and what it makes of its argument: "on", "off" or, empty, the other.
std::string on_off(bool on);
bool toggled(bool now, const std::string& argument);
std::string number_text(double number);

// Each binds the commands of one part of bind_commands().
void bind_image(Program& program);    // the places that are no text stack, and images
void bind_places(Program& program);   // places, props and palettes
void bind_methods(Program& program);  // quantities, their options and targets, heads taken away
void bind_prompt(Program& program);

}  // namespace weft
