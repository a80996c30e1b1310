#include "analysis/family/families.h"

namespace weft {

std::span<const Family* const> families() {
    static const Family* const all[] = {
        // encoders
        &bert_family,
        &distilbert_family,
        &roberta_family,
        &xlm_roberta_family,
        &camembert_family,
        &electra_family,
        &albert_family,
        &mpnet_family,
        // decoders
        &gpt2_family,
        &gpt_neox_family,
        &llama_family,
        &qwen2_family,
        &qwen3_family,
        &mistral_family,
        &gemma_family,
        &gemma2_family,
        // vision
        &vit_family,
        &deit_family,
        &dinov2_family,
        &dinov2_with_registers_family,
        &clip_family,
        &clip_vision_family,
        // encoder-decoders
        &bart_family,
        &mbart_family,
        &marian_family,
        &pegasus_family,
        &m2m_100_family,
        &t5_family,
        &mt5_family,
    };
    return all;
}

}  // namespace weft
