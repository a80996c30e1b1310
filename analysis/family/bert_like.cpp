#include "analysis/family/bert_like.h"

#include <algorithm>

#include "analysis/error.h"

namespace weft {

StackDescription read_bert_like(const ConfigReader& reader, ModelConfig& config, int64_t default_padding_id) {
    StackDescription stack;
    StackSpec& spec = stack.spec;
    spec.layers = reader.size("num_hidden_layers", 12);
    spec.hidden = reader.size("hidden_size", 768);
    spec.intermediate = reader.size("intermediate_size", 3072);
    spec.attention.heads = spec.attention.key_value_heads = reader.size("num_attention_heads", 12);
    reader.check_multiple("hidden_size", spec.hidden, "num_attention_heads", spec.attention.heads);
    spec.attention.head_width = spec.hidden / spec.attention.heads;
    spec.norm.epsilon = reader.epsilon("layer_norm_eps", 1e-12);
    spec.activation = reader.activation("hidden_act", "gelu");
    reader.expect_text("position_embedding_type", "absolute", "Supported: absolute.");

    EmbeddingSpec& embedding = stack.embedding;
    embedding.vocabulary = reader.size("vocab_size");
    embedding.width = spec.hidden;
    embedding.padding_id = reader.integer("pad_token_id", default_padding_id, 0, embedding.vocabulary - 1);
    embedding.positions = EmbeddingSpec::Positions::learned;
    embedding.position_rows = config.max_tokens = reader.size("max_position_embeddings", 512);
    embedding.types = reader.integer("type_vocab_size", 2, 1, 255);
    embedding.norm = spec.norm;
    embedding.has_norm = true;
    embedding.words = "embeddings.word_embeddings";
    embedding.position_table = "embeddings.position_embeddings";
    embedding.type_table = "embeddings.token_type_embeddings";
    embedding.norm_name = "embeddings.LayerNorm";

    AttentionNames& attention = stack.names.attention;
    attention.query = {"encoder.layer.{}.attention.self.query"};
    attention.key = {"encoder.layer.{}.attention.self.key"};
    attention.value = {"encoder.layer.{}.attention.self.value"};
    attention.output = {"encoder.layer.{}.attention.output.dense"};
    attention.norm = "encoder.layer.{}.attention.output.LayerNorm";
    stack.names.mlp.up = {"encoder.layer.{}.intermediate.dense"};
    stack.names.mlp.down = {"encoder.layer.{}.output.dense"};
    stack.names.mlp.norm = "encoder.layer.{}.output.LayerNorm";
    return stack;
}

void skip_padding(StackDescription& stack, ModelConfig& config) {
    EmbeddingSpec& embedding = stack.embedding;
    embedding.positions_skip_padding = true;
    embedding.reads_segments = false;
    config.max_tokens = embedding.position_rows - embedding.padding_id - 1;
    if (config.max_tokens < 1)
        throw Error("\"" + config.folder + "\": \"max_position_embeddings\" is " +
                    std::to_string(embedding.position_rows) + ", but rows up to \"pad_token_id\" " +
                    std::to_string(embedding.padding_id) + " are no positions");
}

void read_row_heads(const ConfigReader& reader, ModelConfig& config) {
    if (is_for(config, "ForTokenClassification"))
        config.head = HeadSpec{HeadKind::token_classification,
                               {linear_step("classifier", class_count(reader))},
                               reader.labels()};
    if (is_for(config, "ForQuestionAnswering"))
        config.head = HeadSpec{HeadKind::question_answering, {linear_step("qa_outputs", 2)}, {}};
}

std::vector<std::string> tied_biases(const ModelConfig& config, std::string tied, std::string untied) {
    std::vector<std::string> names = {std::move(tied), std::move(untied)};
    if (!config.ties_words) std::ranges::reverse(names);
    return names;
}

HeadSpec lm_head(const ModelConfig& config, const std::string& name) {
    const StackSpec& spec = config.stack();
    return {HeadKind::language_model,
            {linear_step(name + "dense", spec.hidden), activation_step(Activation::gelu_erf),
             norm_step(name + "layer_norm", spec.norm),
             vocabulary_step({name + "decoder"}, tied_biases(config, name + "bias", name + "decoder.bias"))},
            {}};
}

HeadSpec classification_head(const ConfigReader& reader, const ModelConfig& config, Activation activation) {
    return {HeadKind::sequence_classification,
            {row_step(HeadStep::Kind::first_row), linear_step("classifier.dense", config.stack().hidden),
             activation_step(activation), linear_step("classifier.out_proj", class_count(reader))},
            reader.labels()};
}

}  // namespace weft
