// What the readers of a tokenizer.json's components share. Inside analysis/tokenizer/ only.
#pragma once

#include <string>

#include "analysis/json_guard.h"

namespace weft {

// Throws: the part (normalizer, model, ..) is of a kind that Weft does not have.
[[noreturn]] void refuse_component(const std::string& source, const std::string& part,
                                   const std::string& found, const std::string& supported);

// A member that must be a list.
const Json& required_list(const Json& object, const char* key, const std::string& source);

}  // namespace weft
