// "Did you mean": the nearest right spelling of a wrong name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft {

// The candidate with the least edit distance to `word`, if that is at most a third of its length (at least
// 2); empty otherwise. Ties: the first.
std::string nearest_spelling(std::string_view word, std::span<const std::string> candidates);

}  // namespace weft
