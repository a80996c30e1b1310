// The user's own mesh and the options that place it. Main thread.
#pragma once

#include <memory>
#include <string>

#include "scenes/markers.h"

namespace weft {

constexpr double least_prop_u = 0.01, most_prop_u = 100.0;

// Standing, one unit large. Throws weft::Error with file, line and value.
std::shared_ptr<const MeshData> load_prop(const std::string& path);

// "x,y,z", each from -1e6 to 1e6. Throws UsageError.
glm::vec3 parse_point(const std::string& option, const std::string& value);

}  // namespace weft
