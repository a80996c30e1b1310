// Unicode's normalisation forms (UAX 15) of the fast tokenizers, which know Unicode 9: what came later stays
// as it is. Each point keeps the bytes that it came from, as the tokenizers align it. Pure, any thread.
#pragma once

#include <span>
#include <vector>

#include "analysis/tokenizer/text_pipeline.h"

namespace weft {

enum class UnicodeForm { nfc, nfd, nfkc, nfkd };

std::vector<TextPoint> unicode_form(std::span<const TextPoint> text, UnicodeForm form);

}  // namespace weft
