// WordPiece (Wu et al. 2016, https://arxiv.org/abs/1609.08144) as BERT uses it: the longest vocabulary entry
// from the left, continued pieces spelled with a prefix. Pure, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/tokenizer/text_pipeline.h"
#include "analysis/tokenizer/vocabulary.h"

namespace weft {

struct WordPieceSettings {
    std::string prefix = "##";
    int32_t unknown_id = -1;
    int64_t max_points_per_word = 100;  // longer words are unknown
};

// Appends the pieces of one word: the unknown token for the whole word if any part is not in the vocabulary.
void append_wordpieces(std::span<const TextPoint> word, const Vocabulary& vocabulary,
                       const WordPieceSettings& settings, std::vector<TokenPiece>& pieces);

}  // namespace weft
