// What the outside world calls text is checked here before it becomes text. Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace weft {

// Byte offset of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and values above
// U+10FFFF are not), or nothing where all is well.
std::optional<size_t> first_invalid_utf8(std::string_view text);

}  // namespace weft
