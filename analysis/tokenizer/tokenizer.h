// Text to the tokens of a model, as its own files say; ids are exactly those of the fast tokenizer of
// transformers. Immutable after loading: any thread may tokenize.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analysis/attention_frame.h"

namespace weft {

struct TokenLimit {
    uint32_t tokens = 0;    // of the model, tokens that the tokenizer adds included; 0: none
    bool truncate = false;  // cut (a pair: the longer text first) instead of failing
};

struct TokenizedText {
    TokenStack stack;                      // text, pair_text, tokens, segments [N]
    std::optional<Truncation> truncation;  // only if something was left out
};

// Ids of the tokens with a part of their own, where the model has them.
struct TokenizerRoles {
    std::optional<int32_t> cls, sep, mask, pad, unk, bos, eos;
};

class Tokenizer {
  public:
    // `folder` in the Hugging Face layout: tokenizer.json if there is one, else the files from before it
    // (vocab.txt; vocab.json and merges.txt; a SentencePiece model), read as transformers reads them, with
    // config.json, tokenizer_config.json, special_tokens_map.json and added_tokens.json. Throws weft::Error
    // naming file and key, also for a file that is missing and for every component and class that is not
    // known.
    static Tokenizer load(const std::string& folder);
    // From the text of a tokenizer.json; `source` names it in errors.
    static Tokenizer parse(std::string_view tokenizer_json, const std::string& source);

    // Throws weft::Error: not UTF-8 (with the byte's offset), longer than the limit (with both numbers), no
    // tokens.
    TokenizedText tokenize(std::string_view text, std::optional<std::string_view> pair = {},
                           TokenLimit limit = {}) const;
    // What a decoder is to write: as tokenize(), where the model has no other rules for it.
    TokenizedText tokenize_target(std::string_view text, TokenLimit limit = {}) const;
    // The text that these tokens spell. Throws weft::Error for an id that no token has.
    std::string decode(std::span<const int32_t> ids, bool skip_special = false) const;

    // What a decoder wrote, as tokenize_target() would show it: the text without special tokens, and what
    // each token adds to it; an id that no token has is one without text.
    TokenStack written(std::span<const int32_t> ids) const;
    std::string_view target_token_text(int32_t id) const;  // empty for an id that no token has

    const TokenizerRoles& roles() const;
    bool is_separator(int32_t id) const;  // the sep token, or eos where there is none
    // Whether segments are what the model takes as token type ids; false: its type ids are all 0.
    bool makes_token_types() const;

    int32_t vocabulary_size() const;  // largest id + 1; a model's word embedding must have as many rows
    std::optional<int32_t> token_id(std::string_view token) const;
    std::string_view token_text(int32_t id) const;

    struct Parts;
    explicit Tokenizer(std::shared_ptr<const Parts> parts);

  private:
    std::shared_ptr<const Parts> parts_;
};

}  // namespace weft
