// The window system's key codes in the words of the command table. Pure.
#pragma once

#include "app/commands.h"

namespace weft {

// Key::none for keys that no command can have. Shift, Ctrl and Alt count, locks do not. Keys of the number
// pad are the keys that they write.
KeyChord chord_from_glfw(int glfw_key, int glfw_mods);

}  // namespace weft
