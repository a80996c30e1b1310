// What stands beside the tokenizer files from before tokenizer.json: tokenizer_config.json,
// special_tokens_map.json, added_tokens.json and config.json, read as transformers reads them. Inside
// analysis/tokenizer/ only.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/json_guard.h"
#include "analysis/tokenizer/added_tokens.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {

// Special tokens of a class by their keys ("eos_token"), in the order that transformers adds them in.
struct NamedTokens {
    struct Named {
        std::string key;
        std::optional<AddedToken> token;
    };
    std::vector<Named> all;

    const AddedToken* find(std::string_view key) const;                                 // null: none
    const AddedToken& required(std::string_view key, const std::string& source) const;  // throws weft::Error
};

struct NamedDefault {
    const char* key = nullptr;
    const char* content = nullptr;
    bool lstrip = false;
};

class OlderSettings {
  public:
    explicit OlderSettings(const std::string& folder);

    // The class that transformers would make, "T5Tokenizer", never with "Fast". Throws where no file says.
    std::string tokenizer_class() const;

    bool flag(const char* key, bool fallback) const { return optional_bool(config_, key, fallback, source_); }
    std::optional<bool> flag(const char* key) const;
    int64_t integer(const char* key, int64_t fallback, int64_t min, int64_t max) const {
        return optional_int(config_, key, fallback, min, max, source_);
    }
    std::string text(const char* key, const std::string& fallback) const {
        return optional_string(config_, key, fallback, source_);
    }
    const Json* find(const char* key) const { return find_member(config_, key); }
    bool has(const char* key) const { return find(key) != nullptr; }

    NamedTokens named_tokens(const std::vector<NamedDefault>& defaults) const;
    // Further special tokens of special_tokens_map.json, for the classes that do not bring their own.
    const std::vector<AddedToken>& additional_tokens() const { return additional_; }

    // Fills parts.added_tokens: tokens that the files declare, the named ones, `extra` (or what
    // tokenizer_config.json says in its place); a token that the vocabulary lacks gets the next free id, the
    // first of which is `next_id`.
    void add_tokens(const NamedTokens& named, const std::vector<AddedToken>& extra, int64_t next_id,
                    Tokenizer::Parts& parts) const;

    const std::string& folder() const { return folder_; }
    const std::string& source() const { return source_; }  // names the settings in errors
    std::string path(const std::string& file) const { return folder_ + "/" + file; }
    bool has_file(const std::string& file) const;
    // Its path. Throws weft::Error that names the file and who needs it.
    std::string required_file(const std::string& file, const std::string& needed_by) const;

  private:
    void read_declared(const Json& decoder);
    void read_special_tokens_map(const std::string& path);
    void read_added_tokens_file(const std::string& path);

    std::string folder_, source_;
    Json config_, model_config_;
    std::vector<AddedToken> declared_;  // ascending ids
    std::optional<std::vector<AddedToken>> extra_;
    std::vector<AddedToken> additional_;
};

// A special token as transformers makes one of a string.
AddedToken special_token(std::string content, bool lstrip = false);

// Sets parts.roles, reads what the folder says further, and finishes the parts.
void finish_older(const OlderSettings& settings, const NamedTokens& named, bool makes_token_types,
                  Tokenizer::Parts& parts);

}  // namespace weft
