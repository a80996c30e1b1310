// Decoder checkpoints that are not what their config says: each is refused with the tensor's name.
#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/torch/stack_forward.h"
#include "analysis/torch/stack_loader.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using nlohmann::json;

namespace {

// model.safetensors with its header changed; the data stays.
struct StoredWeights {
    json header;
    std::string data;

    explicit StoredWeights(const std::filesystem::path& path) {
        const std::string file = test::read_file(path);
        uint64_t length = 0;
        std::memcpy(&length, file.data(), sizeof length);
        header = json::parse(file.substr(8, length));
        data = file.substr(8 + length);
    }
    void write(const std::filesystem::path& path) const {
        const std::string text = header.dump();
        const uint64_t length = text.size();
        test::write_file(path, std::string(reinterpret_cast<const char*>(&length), 8) + text + data);
    }
    // The tensor leaves; its bytes stay with another name, as the file must have no holes.
    void lose(const std::string& name) {
        header["unused." + name] = header.at(name);
        header.erase(name);
    }
};

using Spoil = std::function<void(StoredWeights& weights, json& config)>;

std::string failure(const std::string& name, const Spoil& spoil) {
    const std::filesystem::path from =
        std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints" / name;
    const test::TemporaryFolder folder;
    StoredWeights weights(from / "model.safetensors");
    json config = json::parse(test::read_file(from / "config.json"));
    spoil(weights, config);
    weights.write(folder.path() / "model.safetensors");
    test::write_file(folder.path() / "config.json", config.dump());
    try {
        const auto loaded = torch_part::load_model_weights(load_model_config(folder.path().string()),
                                                           Checkpoint::open(folder.path().string()));
        torch_part::make_plain_forward(loaded, 0, "cpu");
    } catch (const Error& error) {
        return error.what() + std::string(" | ") + error.hint();
    }
    return "no error";
}

Spoil loses(const std::string& tensor) {
    return [=](StoredWeights& weights, json&) { weights.lose(tensor); };
}

Spoil sets(const std::string& key, const json& value) {
    return [=](StoredWeights&, json& config) { config[key] = value; };
}

// A tensor takes another's bytes and shape.
Spoil swaps(const std::string& tensor, const std::string& other) {
    return [=](StoredWeights& weights, json&) { std::swap(weights.header[tensor], weights.header[other]); };
}

}  // namespace

TEST_CASE("A decoder's checkpoint that does not fit its config is refused with the tensor's name") {
    using Catch::Contains;
    CHECK(failure("llama", [](StoredWeights&, json&) {}) == "no error");
    CHECK_THAT(failure("llama", loses("lm_head.weight")), Contains("\"lm_head.weight\""));
    CHECK_THAT(failure("llama", loses("model.embed_tokens.weight")), Contains("embed_tokens.weight"));
    CHECK_THAT(failure("llama", loses("model.norm.weight")), Contains("\"model.norm.weight\""));
    CHECK_THAT(failure("llama", loses("model.layers.1.mlp.gate_proj.weight")),
               Contains("\"model.layers.1.mlp.gate_proj.weight\""));
    CHECK_THAT(failure("llama", sets("num_hidden_layers", 3)), Contains("model.layers.2."));
    CHECK_THAT(failure("llama", sets("vocab_size", 66)), Contains("[67, 32]") && Contains("[66, 32]"));
    CHECK_THAT(failure("llama", sets("attention_bias", true)), Contains("q_proj.bias"));
    CHECK_THAT(failure("llama", sets("mlp_bias", true)), Contains("_proj.bias"));
    CHECK_THAT(failure("llama", sets("num_key_value_heads", 1)),
               Contains("k_proj.weight") && Contains("[32, 32]") && Contains("[16, 32]"));
    CHECK_THAT(failure("llama_grouped", sets("num_key_value_heads", 4)),
               Contains("k_proj.weight") && Contains("[32, 32]") && Contains("[64, 32]"));
    CHECK_THAT(failure("llama_grouped", sets("head_dim", 8)), Contains("q_proj.weight"));
    CHECK_THAT(failure("llama_grouped", swaps("model.layers.0.self_attn.k_proj.weight",
                                              "model.layers.0.self_attn.q_proj.weight")),
               Contains("q_proj.weight") && Contains("[32, 32]"));
    CHECK_THAT(failure("llama_grouped", sets("tie_word_embeddings", false)), Contains("\"lm_head.weight\""));
    CHECK_THAT(failure("qwen2", loses("model.layers.0.self_attn.k_proj.bias")), Contains("k_proj.bias"));
    CHECK_THAT(failure("qwen3", loses("model.layers.0.self_attn.q_norm.weight")), Contains("q_norm.weight"));
    CHECK_THAT(failure("qwen3", sets("head_dim", 32)), Contains("q_proj.weight"));
    CHECK_THAT(failure("gemma2", loses("model.layers.1.pre_feedforward_layernorm.weight")),
               Contains("pre_feedforward_layernorm"));
    CHECK_THAT(failure("gemma2", sets("attention_bias", true)), Contains("q_proj.bias"));
    CHECK_THAT(failure("gpt2", loses("transformer.h.1.attn.c_attn.weight")), Contains("c_attn.weight"));
    CHECK_THAT(failure("gpt2", loses("transformer.h.1.mlp.c_fc.bias")), Contains("h.1.mlp.c_fc.bias"));
    CHECK_THAT(failure("gpt2", sets("n_inner", 64)), Contains("c_fc.weight") && Contains("[32, 64]"));
    CHECK_THAT(failure("gpt2", sets("n_positions", 41)), Contains("wpe.weight") && Contains("[41, 32]"));
    CHECK_THAT(failure("gpt2_sequence_classification", loses("score.weight")), Contains("\"score.weight\""));
    CHECK_THAT(failure("gpt2_sequence_classification", sets("id2label", {{"0", "a"}, {"1", "b"}})),
               Contains("score.weight") && Contains("[3, 32]") && Contains("[2, 32]"));
    CHECK_THAT(failure("gpt_neox", loses("gpt_neox.layers.0.attention.query_key_value.bias")),
               Contains("query_key_value.bias"));
    CHECK_THAT(failure("gpt_neox", loses("embed_out.weight")), Contains("lm_head.weight"));
    CHECK_THAT(failure("gpt_neox", sets("num_attention_heads", 3)), Contains("not a multiple"));
    CHECK_THAT(failure("mistral", sets("num_key_value_heads", 4)), Contains("k_proj.weight"));
}

TEST_CASE(
    "An output projection with other numbers than the word embedding is not tied, whatever config says") {
    const std::filesystem::path from =
        std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints/llama";
    const test::TemporaryFolder folder;
    StoredWeights weights(from / "model.safetensors");
    json config = json::parse(test::read_file(from / "config.json"));
    config["tie_word_embeddings"] = true;
    weights.write(folder.path() / "model.safetensors");
    test::write_file(folder.path() / "config.json", config.dump());
    const auto load = [&] {
        return torch_part::load_model_weights(load_model_config(folder.path().string()),
                                              Checkpoint::open(folder.path().string()));
    };
    const auto apart = load();
    CHECK(apart->head[0].linear.weight != apart->stacks[0].embedding.words);
    // The same numbers twice are one matrix.
    const auto range = [&](const char* name) {
        const json& offsets = weights.header.at(name).at("data_offsets");
        return std::pair<size_t, size_t>(offsets[0], offsets[1]);
    };
    const auto words = range("model.embed_tokens.weight"), head = range("lm_head.weight");
    weights.data.replace(head.first, head.second - head.first,
                         weights.data.substr(words.first, words.second - words.first));
    weights.write(folder.path() / "model.safetensors");
    const auto same = load();
    CHECK(same->head[0].linear.weight == same->stacks[0].embedding.words);
    weights.lose("lm_head.weight");
    weights.write(folder.path() / "model.safetensors");
    const auto tied = load();
    CHECK(tied->head[0].linear.weight == tied->stacks[0].embedding.words);
}
