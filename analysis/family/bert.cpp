// BERT (Devlin et al. 2019): norms after the residual sums, learned positions, segments.
#include <algorithm>

#include "analysis/family/heads.h"

namespace weft {
namespace {

void read_head(const ConfigReader& reader, ModelConfig& config) {
    const NormSpec norm = config.stack().norm;
    const int64_t hidden = config.stack().hidden;
    if (is_for(config, "ForMaskedLM") || is_for(config, "ForPreTraining")) {
        // One bias under two names, of which an untied model uses the second.
        std::vector<std::string> biases = {"cls.predictions.bias", "cls.predictions.decoder.bias"};
        if (!config.ties_words) std::ranges::reverse(biases);
        config.head = HeadSpec{HeadKind::language_model,
                               {linear_step("cls.predictions.transform.dense", hidden),
                                activation_step(config.stack().activation),
                                norm_step("cls.predictions.transform.LayerNorm", norm),
                                vocabulary_step({"cls.predictions.decoder"}, biases)},
                               {}};
    } else if (is_for(config, "ForTokenClassification")) {
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("classifier", class_count(reader))},
                               reader.labels()};
    } else if (is_for(config, "ForQuestionAnswering")) {
        config.head = HeadSpec{HeadKind::question_answering, {linear_step("qa_outputs", 2)}, {}};
    } else if (is_for(config, "ForSequenceClassification") || is_for(config, "ForNextSentencePrediction")) {
        const bool is_next = is_for(config, "ForNextSentencePrediction");
        config.head = HeadSpec{HeadKind::sequence_classification,
                               {row_step(HeadStep::Kind::first_row), linear_step("bert.pooler.dense", hidden),
                                activation_step(Activation::tanh),
                                is_next ? linear_step("cls.seq_relationship", 2)
                                        : linear_step("classifier", class_count(reader))},
                               is_next ? std::vector<std::string>{"next", "not next"} : reader.labels()};
    }
}

void read(const ConfigReader& reader, ModelConfig& config) {
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = reader.size("num_hidden_layers");
    spec.hidden = reader.size("hidden_size");
    spec.intermediate = reader.size("intermediate_size");
    spec.attention.heads = spec.attention.key_value_heads = reader.size("num_attention_heads");
    reader.check_multiple("hidden_size", spec.hidden, "num_attention_heads", spec.attention.heads);
    spec.attention.head_width = spec.hidden / spec.attention.heads;
    spec.norm.epsilon = reader.epsilon("layer_norm_eps", 1e-12);
    spec.activation = reader.activation("hidden_act", "gelu");
    reader.expect_text("position_embedding_type", "absolute", "Supported: absolute.");

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.padding_id = reader.integer("pad_token_id", 0, 0, embedding.vocabulary - 1);
    embedding.positions = EmbeddingSpec::Positions::learned;
    embedding.position_rows = config.max_tokens = reader.size("max_position_embeddings");
    embedding.types = reader.integer("type_vocab_size", 2, 1, 255);
    embedding.norm = spec.norm;
    embedding.has_norm = true;
    embedding.words = "embeddings.word_embeddings";
    embedding.position_table = "embeddings.position_embeddings";
    embedding.type_table = "embeddings.token_type_embeddings";
    embedding.norm_name = "embeddings.LayerNorm";

    StackNames& names = stack.names;
    names.attention.query = {"encoder.layer.{}.attention.self.query"};
    names.attention.key = {"encoder.layer.{}.attention.self.key"};
    names.attention.value = {"encoder.layer.{}.attention.self.value"};
    names.attention.output = {"encoder.layer.{}.attention.output.dense"};
    names.attention.norm = "encoder.layer.{}.attention.output.LayerNorm";
    names.mlp.up = {"encoder.layer.{}.intermediate.dense"};
    names.mlp.down = {"encoder.layer.{}.output.dense"};
    names.mlp.norm = "encoder.layer.{}.output.LayerNorm";

    config.base_prefix = "bert.";
    config.stacks.push_back(std::move(stack));
    read_head(reader, config);
}

}  // namespace

const Family bert_family = {
    "bert",
    ModelKind::encoder,
    {"BertModel", "BertForMaskedLM", "BertForPreTraining", "BertForSequenceClassification",
     "BertForTokenClassification", "BertForQuestionAnswering", "BertForNextSentencePrediction",
     "BertForMultipleChoice"},
    read};

}  // namespace weft
