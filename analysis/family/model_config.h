// config.json in the Hugging Face layout: every setting that changes a number is read or, if it is none that
// we compute, refused by name. Pure data, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/family/head_spec.h"
#include "analysis/family/stack_spec.h"

namespace weft {

enum class ModelKind { encoder, decoder, vision, encoder_decoder };

// One stack: what it computes and where its weights are.
struct StackDescription {
    StackSpec spec;
    StackNames names;
    EmbeddingSpec embedding;           // of a text
    std::optional<PatchSpec> patches;  // of an image, instead
};

// What the config says about generating; transformers takes the rest from generation_config.json.
struct GenerationSpec {
    std::optional<int64_t> start_id;  // decoder_start_token_id
    std::vector<int64_t> end_ids;     // eos_token_id
    std::optional<int64_t> pad_id, forced_first_id, forced_last_id;
};

struct ModelConfig {
    std::string name;  // the folder's last part, or "org/name" of a cached snapshot
    std::string folder;
    std::string model_type;    // "bert"
    std::string architecture;  // first of "architectures", may be empty
    std::string revision;      // the snapshot's commit, or "_commit_hash" if the file has one
    ModelKind kind = ModelKind::encoder;
    std::string base_prefix;               // "bert.": names of tensors come with it and without
    std::vector<StackDescription> stacks;  // one, or encoder then decoder
    std::optional<HeadSpec> head;          // empty: hidden states are all there is
    GenerationSpec generation;
    int64_t max_tokens = 0;         // what the model takes, special tokens included; 0: no limit
    int64_t max_target_tokens = 0;  // likewise of the decoder's text
    bool ties_words = true;         // the output projection is the word embedding where the file has none

    const StackSpec& stack() const { return stacks.front().spec; }
};

// Reads `folder`/config.json. Throws weft::Error naming file, key and value: missing, malformed, absurd
// numbers, an architecture or setting that is not supported (the hint lists what is).
ModelConfig load_model_config(const std::string& folder);

// The same from text; `source` names the file in errors, `folder` goes into the result.
ModelConfig parse_model_config(std::string_view json_text, const std::string& source,
                               const std::string& folder);

// "bert, distilbert, ...": the model types, for messages and `weft models`.
std::string supported_model_types();

}  // namespace weft
