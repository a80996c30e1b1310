// The table of model families. To add one: a file like bert.cpp with a Family, its line in families.cpp, its
// case in tests/parity/checkpoints.py. Inside analysis/ only.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analysis/family/config_reader.h"
#include "analysis/family/model_config.h"

namespace weft {

struct Family {
    std::string_view model_type;  // of config.json
    ModelKind kind;
    std::vector<std::string_view> architectures;  // that are supported; the first is the bare model
    // Fills what the table of the family says: kind, architecture, folder and name are set already.
    void (*read)(const ConfigReader& reader, ModelConfig& config);
};

std::span<const Family* const> families();

// In the family's own file each.
extern const Family bert_family, distilbert_family, roberta_family, xlm_roberta_family, camembert_family,
    electra_family, albert_family, mpnet_family;
extern const Family vit_family, deit_family, dinov2_family, dinov2_with_registers_family, clip_family,
    clip_vision_family;
extern const Family gpt2_family, gpt_neox_family, llama_family, qwen2_family, qwen3_family, mistral_family,
    gemma_family, gemma2_family;
extern const Family bart_family, mbart_family, marian_family, pegasus_family, m2m_100_family, t5_family,
    mt5_family;

}  // namespace weft
