// A cache of Hugging Face's tools in a temporary folder, and the files of which models are made.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"

namespace weft::test {

// Sets an environment variable, or unsets it, until the end of the block.
class ScopedVariable {
  public:
    ScopedVariable(const char* name, std::optional<std::string> value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        set(value);
    }
    ~ScopedVariable() { set(before_); }
    ScopedVariable(const ScopedVariable&) = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;

  private:
    void set(const std::optional<std::string>& value) {
        value ? ::setenv(name_, value->c_str(), 1) : ::unsetenv(name_);
    }
    const char* name_;
    std::optional<std::string> before_;
};

inline std::string with_header(const std::string& header, const std::string& data) {
    const uint64_t length = header.size();
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    return file + header + data;
}

// Tensors of F32 zeros: name -> count of numbers.
inline std::string safetensors_file(const std::map<std::string, int>& tensors) {
    std::string header;
    int offset = 0;
    for (const auto& [name, count] : tensors) {
        header += (header.empty() ? "{\"" : ",\"") + name + R"(":{"dtype":"F32","shape":[)" +
                  std::to_string(count) + R"(],"data_offsets":[)" + std::to_string(offset) + "," +
                  std::to_string(offset + 4 * count) + "]}";
        offset += 4 * count;
    }
    return with_header(header.empty() ? "{}" : header + "}", std::string(static_cast<size_t>(offset), '\0'));
}

// Message and hint of the weft::Error that `body` ends in.
inline std::string refusal(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
}

inline const std::string small_bert_config =
    R"({"model_type":"bert","architectures":["BertModel"],"num_hidden_layers":2,"num_attention_heads":2,
        "hidden_size":8,"intermediate_size":16,"vocab_size":30,"max_position_embeddings":16,
        "hidden_act":"gelu"})";

// The cache is the first and only one while this lives.
class FakeCache {
  public:
    FakeCache()
        : hub_("HF_HUB_CACHE", folder_.path().string()),
          old_1_("TRANSFORMERS_CACHE", std::nullopt),
          old_2_("PYTORCH_TRANSFORMERS_CACHE", std::nullopt),
          old_3_("PYTORCH_PRETRAINED_BERT_CACHE", std::nullopt),
          models_("WEFT_MODELS", folder_.file("weft-models")) {}

    std::filesystem::path path() const { return folder_.path(); }
    std::filesystem::path repository(const std::string& directory) const {
        return folder_.path() / directory;
    }

    // A file of a snapshot, as a link into blobs/ as the tools make it.
    void add(const std::string& directory, const std::string& commit, const std::string& name,
             const std::string& content) const {
        const std::filesystem::path blobs = repository(directory) / "blobs";
        const std::filesystem::path snapshot = repository(directory) / "snapshots" / commit;
        std::filesystem::create_directories(blobs);
        std::filesystem::create_directories(snapshot);
        const std::string blob = commit.substr(0, 8) + "-" + name;
        write_file(blobs / blob, content);
        std::filesystem::create_symlink("../../blobs/" + blob, snapshot / name);
    }
    void add_model(const std::string& directory, const std::string& commit) const {
        add(directory, commit, "config.json", small_bert_config);
        add(directory, commit, "model.safetensors", safetensors_file({{"a", 2}}));
        add(directory, commit, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
    }
    void add_reference(const std::string& directory, const std::string& name,
                       const std::string& content) const {
        const std::filesystem::path path = repository(directory) / "refs" / name;
        std::filesystem::create_directories(path.parent_path());
        write_file(path, content);
    }

  private:
    TemporaryFolder folder_;
    ScopedVariable hub_, old_1_, old_2_, old_3_, models_;
};

}  // namespace weft::test
