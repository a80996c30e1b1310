// The model of --model. What was decided for the user is said on stderr.
#pragma once

#include <string>

#include "analysis/checkpoint/model_folder.h"

namespace weft {

// As resolve_model(), whose errors it lets through.
ModelFolder chosen_model(const std::string& model, ModelFiles needed = ModelFiles::all);

}  // namespace weft
