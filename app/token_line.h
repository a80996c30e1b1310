// The tokens of one text as "weft tokenize" prints them: one line of JSON, {"ids": [..], "tokens": [..],
// "spans": [[start, end], ..], "shares_character": [..]}; spans are UTF-8 byte offsets. Pure.
#pragma once

#include <string>

#include "analysis/attention_frame.h"

namespace weft {

std::string token_line(const TokenStack& stack);

}  // namespace weft
