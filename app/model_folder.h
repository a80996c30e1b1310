// What the command line's --model means, by the analysis' own rules.
#pragma once

#include "analysis/model_folder.h"

namespace weft {

inline std::string find_model_folder(const std::string& model) { return resolve_model_folder(model); }

}  // namespace weft
