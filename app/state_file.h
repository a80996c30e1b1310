// What the window shows, as one JSON object in a file: how tests see it without reading pixels. Main thread.
#pragma once

#include <string>

#include "app/program.h"

namespace weft {

std::string state_json(const Program& program, uint64_t validation_messages);

// Replaced as a whole, so that a reader never sees half of it. Throws weft::Error.
void write_state(const std::string& path, const std::string& json);

}  // namespace weft
