// BERT's normalizer and pre-tokenizer: typed code points to words, each point still knowing its bytes in the
// typed text. Pure functions, any thread.
#pragma once

#include <span>
#include <vector>

#include "analysis/tokenizer/text_pipeline.h"

namespace weft {

struct BertNormalizerSettings {
    bool clean_text = true;  // control characters and U+FFFD leave, every whitespace becomes a space
    bool handle_chinese_chars = true;  // each ideograph is a word
    bool strip_accents = true;         // canonical decomposition, then nonspacing marks leave
    bool lowercase = true;
};

// In the order above. A point that becomes several keeps its bytes in each of them.
std::vector<TextPoint> bert_normalize(std::span<const TextPoint> text,
                                      const BertNormalizerSettings& settings);

std::vector<TextPoint> lowercased(std::span<const TextPoint> text);

// Words between whitespace; each punctuation mark is a word of its own.
void split_bert_words(SplitText& text);

}  // namespace weft
