// What a tokenizer's files hold, and how they are read. Inside analysis/ only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/tokenizer/added_tokens.h"
#include "analysis/tokenizer/post_processor.h"
#include "analysis/tokenizer/text_pipeline.h"
#include "analysis/tokenizer/tokenizer.h"
#include "analysis/tokenizer/vocabulary.h"

namespace weft {

constexpr int64_t max_token_id = (1 << 22) - 1;  // sixteen times the largest vocabularies; bounds memory

struct Tokenizer::Parts {
    Parts() = default;
    Parts(const Parts&) = delete;  // the model may hold on to the vocabulary
    Parts& operator=(const Parts&) = delete;

    Vocabulary vocabulary;
    std::vector<AddedToken> added_tokens;  // in the file's order
    Normalizer normalizer;
    PreTokenizer pre_tokenizer;
    WordModel model;
    PostProcessor post_processor;
    Decoder decoder;  // none: tokens are joined by spaces
    TokenizerRoles roles;
    bool makes_token_types = true;
    std::shared_ptr<const Parts> target;  // for a decoder's text; null: these parts

    // Made from the above by finish().
    AddedTokenMatcher raw_matcher, normalized_matcher;
    std::unordered_map<std::string, int32_t> added_ids;
    std::unordered_set<int32_t> special_ids;
    std::unordered_map<int32_t, std::string> normalized_texts;  // what decode() writes for an added token

    // Call once, last. Checks that ids and texts agree, makes the matchers of added tokens.
    void finish(const std::string& source);
    std::optional<int32_t> token_id(std::string_view token) const;
};

std::shared_ptr<Tokenizer::Parts> parse_tokenizer_json(std::string_view text, const std::string& source);
// The files from before tokenizer.json. Throws weft::Error naming a file that is missing, a class that is not
// known.
std::shared_ptr<Tokenizer::Parts> read_older_files(const std::string& folder);

// From tokenizer_config.json and special_tokens_map.json of `folder`, and from names that models agree on.
void read_roles(const std::string& folder, Tokenizer::Parts& parts);

}  // namespace weft
