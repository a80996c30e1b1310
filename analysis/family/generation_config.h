// What a model's files say about generating: generation_config.json, or without one config.json, as
// transformers takes them. Greedy or sampled generation follows it or names what it does not follow. Pure,
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/family/model_config.h"

namespace weft {

// Ids are below the vocabulary's size where they are put out; lengths count the decoder's tokens with the
// start token. The names are the files' own in the comments.
struct GenerationConfig {
    int64_t start_id = 0;                    // decoder_start_token_id, else bos_token_id
    std::vector<int64_t> end_ids;            // eos_token_id
    std::optional<int64_t> forced_first_id;  // forced_bos_token_id
    std::vector<int64_t> forced_last_ids;    // forced_eos_token_id
    std::vector<int64_t> suppressed;         // suppress_tokens, bad_words_ids of one token
    std::vector<int64_t> suppressed_first;   // begin_suppress_tokens
    int64_t min_length = 0, max_length = 0;  // max_length 0: none
    int64_t no_repeat_ngram_size = 0;        // 0: none
    double repetition_penalty = 1;           // Keskar et al. 2019
    std::vector<std::string> ignored;        // settings that would change the text and are not followed

    bool ends(int32_t id) const;
};

// Throws weft::Error naming file, key and value: malformed, or a start or forced token that is not in the
// decoder's vocabulary.
GenerationConfig load_generation_config(const ModelConfig& config);
GenerationConfig parse_generation_config(std::string_view json_text, const std::string& source,
                                         const ModelConfig& config);

// Changes the logits of the token after `ids` (the decoder's, start token first) as the config asks, in the
// order of transformers: a token that may not come has minus infinity. `max_length`: where generating ends.
void apply_generation_config(const GenerationConfig& config, std::span<const int32_t> ids, int64_t max_length,
                             std::span<float> logits);

}  // namespace weft
