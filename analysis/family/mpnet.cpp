// MPNet (Song et al. 2020): RoBERTa with T5's relative positions added to the scores, and no segments.
#include "analysis/family/bert_like.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    config.base_prefix = "mpnet.";
    StackDescription stack = read_bert_like(reader, config, 1);
    skip_padding(stack, config);
    stack.embedding.types = 0;
    RelativeBiasSpec& relative = stack.spec.attention.relative_bias;
    relative.buckets = reader.integer("relative_attention_num_buckets", 32, 1, 1 << 20);
    // transformers counts in 32 buckets whatever the table's size is.
    if (relative.buckets != 32) reader.refuse("relative_attention_num_buckets", "Supported: 32.");
    AttentionNames& attention = stack.names.attention;
    attention.query = {"encoder.layer.{}.attention.attn.q"};
    attention.key = {"encoder.layer.{}.attention.attn.k"};
    attention.value = {"encoder.layer.{}.attention.attn.v"};
    attention.output = {"encoder.layer.{}.attention.attn.o"};
    attention.norm = "encoder.layer.{}.attention.LayerNorm";
    attention.relative_bias = "encoder.relative_attention_bias";
    config.stacks.push_back(std::move(stack));
    read_row_heads(reader, config);
    if (is_for(config, "ForMaskedLM")) config.head = lm_head(config, "lm_head.");
    if (is_for(config, "ForSequenceClassification"))
        config.head = classification_head(reader, config, Activation::tanh);
}

}  // namespace

const Family mpnet_family = {"mpnet",
                             ModelKind::encoder,
                             {"MPNetModel", "MPNetForMaskedLM", "MPNetForSequenceClassification",
                              "MPNetForTokenClassification", "MPNetForQuestionAnswering"},
                             read};

}  // namespace weft
