// How a token is written on the picture.
#pragma once

#include <string>

#include "analysis/attention_frame.h"

namespace weft {

// The vocabulary's string ("##" kept); whole-whitespace tokens as visible signs; what marks a leading space
// in byte-level and sentence-piece vocabularies is left out where letters follow.
std::string token_text(const Token& token);

}  // namespace weft
