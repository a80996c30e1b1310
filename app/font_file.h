// Where the system keeps the user interface's typeface.
#pragma once

#include <string>

namespace weft {

// Path of the file that fontconfig answers for "Noto Sans" in this weight; empty where there are no fonts.
std::string find_ui_font(bool bold);

}  // namespace weft
