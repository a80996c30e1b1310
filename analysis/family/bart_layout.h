// What BART and the models that came from its code share: two stacks with the same names of tensors and keys
// of config.json. A family says in what it differs. Inside analysis/family only.
#pragma once

#include <optional>

#include "analysis/family/families.h"

namespace weft {

struct BartLayout {
    bool norms_first = false;  // before each part and at the stack's end, instead of after each part
    bool has_embedding_norm = true;
    EmbeddingSpec::Positions positions = EmbeddingSpec::Positions::learned;
    // Of the config class, where config.json leaves them out.
    const char* activation = "gelu";
    bool scales_embedding = false;
    int64_t padding_id = 1, end_id = 2;
    std::optional<int64_t> start_id = std::nullopt, forced_last_id = std::nullopt;
    bool has_logits_bias = true;
    bool may_split_vocabulary = false;  // Marian's decoder_vocab_size, share_encoder_decoder_embeddings
};

void read_bart_layout(const ConfigReader& reader, const BartLayout& layout, ModelConfig& config);

}  // namespace weft
