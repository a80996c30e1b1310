// The 256 characters that stand for the bytes of a text in byte-level vocabularies (Radford et al. 2019):
// printable bytes of Latin-1 are themselves, the others follow from U+0100. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/utf8.h"

namespace weft {

char32_t byte_alphabet(uint8_t byte);
std::optional<uint8_t> byte_of(char32_t point);  // none: not of the alphabet

// Each byte of each point becomes its character, with the span of the point.
std::vector<TextPoint> to_byte_alphabet(const TextPoint* begin, const TextPoint* end);

}  // namespace weft
