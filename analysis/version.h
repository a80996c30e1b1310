#pragma once

namespace weft {

// As in CMakeLists.txt, "0.1.0"; goes into every export.
const char* version();

}  // namespace weft
