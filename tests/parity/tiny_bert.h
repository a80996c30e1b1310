// A BERT of random numbers and a few kilobytes, as a model folder that a test may then spoil.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace weft::test {

struct TinyTensor {
    std::string dtype;
    std::vector<int64_t> shape;
    std::string bytes;
};

struct TinyBert {
    int64_t layers = 2, heads = 2, hidden = 32, intermediate = 48, positions = 40, types = 2;
    std::vector<std::string> vocabulary = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
                                           "warp",  "weft",  "##s",   "a"};
    std::string activation = "gelu", prefix;
    std::map<std::string, TinyTensor> tensors;  // names without prefix

    TinyBert() { fill(); }

    // Anew, after a size was changed.
    void fill() {
        tensors.clear();
        engine_.seed(11);
        add("embeddings.word_embeddings.weight", {static_cast<int64_t>(vocabulary.size()), hidden}, 0.5f);
        add("embeddings.position_embeddings.weight", {positions, hidden}, 0.5f);
        add("embeddings.token_type_embeddings.weight", {types, hidden}, 0.5f);
        add_norm("embeddings.LayerNorm");
        for (int64_t l = 0; l < layers; ++l) {
            const std::string name = "encoder.layer." + std::to_string(l) + ".";
            for (const char* part : {"query", "key", "value"})
                add_linear(name + "attention.self." + part, hidden, hidden);
            add_linear(name + "attention.output.dense", hidden, hidden);
            add_norm(name + "attention.output.LayerNorm");
            add_linear(name + "intermediate.dense", intermediate, hidden);
            add_linear(name + "output.dense", hidden, intermediate);
            add_norm(name + "output.LayerNorm");
        }
    }

    void set(const std::string& name, size_t index, float value) {
        std::memcpy(tensors.at(name).bytes.data() + index * sizeof value, &value, sizeof value);
    }

    // Every number cut to BF16, which is the upper half of a float32.
    void to_bf16() {
        for (auto& [name, tensor] : tensors) {
            std::string halves;
            for (size_t i = 0; i < tensor.bytes.size(); i += 4) halves += tensor.bytes.substr(i + 2, 2);
            tensor = {"BF16", tensor.shape, halves};
        }
    }

    // The same numbers, but with the lower half of each float32 zero: what to_bf16 keeps.
    void cut_to_bf16() {
        for (auto& [name, tensor] : tensors)
            for (size_t i = 0; i < tensor.bytes.size(); i += 4) tensor.bytes[i] = tensor.bytes[i + 1] = 0;
    }

    std::string config() const {
        return R"({"model_type": "bert", "architectures": ["BertModel"], "hidden_act": ")" + activation +
               R"(", "num_hidden_layers": )" + std::to_string(layers) + R"(, "num_attention_heads": )" +
               std::to_string(heads) + R"(, "hidden_size": )" + std::to_string(hidden) +
               R"(, "intermediate_size": )" + std::to_string(intermediate) +
               R"(, "max_position_embeddings": )" + std::to_string(positions) + R"(, "type_vocab_size": )" +
               std::to_string(types) + R"(, "vocab_size": )" + std::to_string(vocabulary.size()) +
               R"(, "layer_norm_eps": 1e-12, "pad_token_id": 0, "position_embedding_type": "absolute"})";
    }

    std::string safetensors() const {
        std::string header = "{", data;
        for (const auto& [name, tensor] : tensors) {
            header += (data.empty() ? "\"" : ",\"") + prefix + name + R"(":{"dtype":")" + tensor.dtype +
                      R"(","shape":[)";
            for (size_t i = 0; i < tensor.shape.size(); ++i)
                header += (i ? "," : "") + std::to_string(tensor.shape[i]);
            header += R"(],"data_offsets":[)" + std::to_string(data.size()) + ",";
            data += tensor.bytes;
            header += std::to_string(data.size()) + "]}";
        }
        header += "}";
        const uint64_t length = header.size();
        return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
    }

    void write(const std::filesystem::path& folder) const {
        const auto put = [&](const char* name, const std::string& content) {
            std::ofstream(folder / name, std::ios::binary) << content;
        };
        put("config.json", config());
        put("model.safetensors", safetensors());
        std::string words;
        for (const std::string& word : vocabulary) words += word + "\n";
        put("vocab.txt", words);
    }

  private:
    void add(const std::string& name, const std::vector<int64_t>& shape, float spread, float middle = 0) {
        int64_t count = 1;
        for (const int64_t size : shape) count *= size;
        std::normal_distribution<float> normal(middle, spread);
        std::vector<float> values(count);
        for (float& value : values) value = normal(engine_);
        tensors[name] = {
            "F32", shape, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)}};
    }
    void add_linear(const std::string& name, int64_t outer, int64_t inner) {
        add(name + ".weight", {outer, inner}, 0.2f);
        add(name + ".bias", {outer}, 0.1f);
    }
    void add_norm(const std::string& name) {
        add(name + ".weight", {hidden}, 0.1f, 1);
        add(name + ".bias", {hidden}, 0.1f);
    }

    std::mt19937 engine_;
};

}  // namespace weft::test
