// Names for files that the user did not name.
#pragma once

#include <string>

namespace weft {

// "weft-1.png", "weft-2.png" ...: the first that is free in the working folder.
std::string unused_file_name(const std::string& stem, const std::string& suffix);

}  // namespace weft
