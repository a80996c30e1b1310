// What a BERT tokenizer's files hold, and how they are read. Inside analysis/ only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analysis/tokenizer/added_tokens.h"
#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/tokenizer/wordpiece.h"

namespace weft {

// One part of the frame around the texts: a text or tokens that the tokenizer adds.
struct TemplatePiece {
    enum class Kind { first_text, second_text, added } kind = Kind::added;
    uint8_t segment = 0;
    std::vector<int32_t> ids;  // of `added`
};

struct Tokenizer::Parts {
    Vocabulary vocabulary;
    WordPieceSettings wordpiece;
    BertNormalizerSettings normalizer;
    std::vector<AddedToken> added_tokens;
    std::vector<TemplatePiece> single, pair;
    // Made from the above by finish().
    AddedTokenMatcher raw_matcher, normalized_matcher;
    std::unordered_set<int32_t> special_ids;

    // Checks that ids and texts agree, puts added tokens into the vocabulary, makes the matchers.
    void finish(const std::string& source);
};

std::shared_ptr<const Tokenizer::Parts> parse_tokenizer_json(std::string_view text,
                                                             const std::string& source);
std::shared_ptr<const Tokenizer::Parts> read_vocabulary_files(const std::string& folder);

}  // namespace weft
