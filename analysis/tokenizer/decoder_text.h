// Small changes of text that decoders make. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace weft {

std::string replaced(std::string text, std::string_view what, std::string_view with);  // every `what`

// The spaces that WordPiece puts before English marks and endings leave: " ." becomes ".", " n't" "n't".
std::string without_english_spaces(std::string text);

bool is_utf8(std::string_view bytes);
// Each maximal part of a character that is not one becomes U+FFFD (Unicode's recommended practice).
std::string with_replacement_characters(std::string_view bytes);

}  // namespace weft
