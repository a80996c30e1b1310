#include "analysis/torch/bert_loader.h"

#include <ATen/Parallel.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <cstring>
#include <numeric>
#include <utility>

#include "analysis/error.h"

namespace weft::torch_part {

namespace {

const char* const fetch_again = "Copy the model folder again from its source, complete and unchanged.";

struct Storage {
    std::shared_ptr<const void> mapping;
    std::vector<std::unique_ptr<float[]>> converted;
};

struct Loaded {
    std::string name;
    const float* values;
    int64_t count;
};

std::string shape_text(const std::vector<int64_t>& shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

template <typename Narrow>
void widen(const uint8_t* data, int64_t count, float* values) {
    for (int64_t i = 0; i < count; ++i) {
        Narrow value;
        std::memcpy(&value, data + i * sizeof value, sizeof value);
        values[i] = static_cast<float>(value);
    }
}

// Infinity and NaN are the values whose exponent bits are all set.
bool all_finite(const float* values, int64_t count) {
    constexpr int32_t exponent = 0x7F800000;
    int32_t found = 0;
    for (int64_t i = 0; i < count; ++i) {
        int32_t bits;
        std::memcpy(&bits, values + i, sizeof bits);
        found |= (bits & exponent) == exponent;
    }
    return !found;
}

class Reader {
  public:
    Reader(const TensorSource& source, Storage& storage) : source_(source), storage_(storage) {}

    void choose_prefix() {
        for (const char* prefix : {"", "bert."})
            if (source_.find(prefix + std::string("embeddings.word_embeddings.weight"))) {
                prefix_ = prefix;
                return;
            }
        throw missing("embeddings.word_embeddings.weight");
    }

    const float* read(const std::string& short_name, const std::vector<int64_t>& shape) {
        const std::string name = prefix_ + short_name;
        const std::optional<StoredTensor> tensor = source_.find(name);
        if (!tensor) throw missing(name);
        if (tensor->shape != shape)
            throw Error(
                "tensor \"" + name + "\" of \"" + source_.path + "\" has the shape " +
                    shape_text(tensor->shape) + ", but config.json asks for " + shape_text(shape),
                "config.json and the weights must come from the same model. " + std::string(fetch_again));
        const int64_t count = std::accumulate(shape.begin(), shape.end(), int64_t{1},
                                              [](int64_t a, int64_t b) { return a * b; });
        const float* values = float32(name, *tensor, count);
        loaded_.push_back({name, values, count});
        return values;
    }

    LinearWeights linear(const std::string& name, int64_t outer, int64_t inner) {
        return {read(name + ".weight", {outer, inner}), read(name + ".bias", {outer})};
    }

    NormWeights norm(const std::string& name, int64_t width) {
        const bool old = !source_.find(prefix_ + name + ".weight") && source_.find(prefix_ + name + ".gamma");
        return {read(name + (old ? ".gamma" : ".weight"), {width}),
                read(name + (old ? ".beta" : ".bias"), {width})};
    }

    void check_finite() const {
        std::vector<char> finite(loaded_.size());
        at::parallel_for(0, static_cast<int64_t>(loaded_.size()), 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) finite[i] = all_finite(loaded_[i].values, loaded_[i].count);
        });
        for (size_t i = 0; i < loaded_.size(); ++i)
            if (!finite[i])
                throw Error("tensor \"" + loaded_[i].name + "\" of \"" + source_.path +
                                "\" has infinity or NaN in it",
                            fetch_again);
    }

    int64_t parameters() const {
        int64_t sum = 0;
        for (const Loaded& tensor : loaded_) sum += tensor.count;
        return sum;
    }

  private:
    Error missing(const std::string& name) const {
        return Error("\"" + source_.path + "\" has no tensor \"" + name + "\"",
                     "The file is not of a BERT encoder, or not complete. " + std::string(fetch_again));
    }

    const float* float32(const std::string& name, const StoredTensor& tensor, int64_t count) {
        if (tensor.type == StoredType::f32 && reinterpret_cast<uintptr_t>(tensor.data) % alignof(float) == 0)
            return reinterpret_cast<const float*>(tensor.data);
        if (tensor.type == StoredType::other)
            throw Error("tensor \"" + name + "\" of \"" + source_.path + "\" has the type \"" +
                            tensor.type_name + "\"",
                        "Weights can be F32, F16 or BF16.");
        auto values = std::make_unique_for_overwrite<float[]>(count);
        if (tensor.type == StoredType::f32) widen<float>(tensor.data, count, values.get());
        if (tensor.type == StoredType::f16) widen<c10::Half>(tensor.data, count, values.get());
        if (tensor.type == StoredType::bf16) widen<c10::BFloat16>(tensor.data, count, values.get());
        storage_.converted.push_back(std::move(values));
        return storage_.converted.back().get();
    }

    const TensorSource& source_;
    Storage& storage_;
    std::string prefix_;
    std::vector<Loaded> loaded_;
};

}  // namespace

void check_shape(const BertShape& shape, const std::string& path) {
    constexpr int64_t most = int64_t{1} << 24;
    const auto check = [&](const char* key, int64_t value, int64_t largest) {
        if (value < 1 || value > largest)
            throw Error(
                "\"" + std::string(key) + "\" is \"" + std::to_string(value) + "\" in \"" + path + "\"",
                "It must be between 1 and " + std::to_string(largest) + ".");
    };
    check("num_hidden_layers", shape.layers, 4096);
    check("num_attention_heads", shape.heads, 65536);
    check("hidden_size", shape.hidden, most);
    check("intermediate_size", shape.intermediate, most);
    check("vocab_size", shape.vocabulary, most);
    check("max_position_embeddings", shape.positions, most);
    check("type_vocab_size", shape.types, 256);
    if (shape.hidden % shape.heads != 0)
        throw Error("\"hidden_size\" is \"" + std::to_string(shape.hidden) +
                        "\" and \"num_attention_heads\" is \"" + std::to_string(shape.heads) + "\" in \"" +
                        path + "\"",
                    "The hidden size must be a multiple of the number of heads.");
    if (!(shape.epsilon >= 0 && shape.epsilon < 1))
        throw Error("\"layer_norm_eps\" is \"" + std::to_string(shape.epsilon) + "\" in \"" + path + "\"",
                    "It must be at least 0 and below 1.");
}

std::shared_ptr<const BertWeights> load_bert_weights(const BertShape& shape, const TensorSource& source) {
    auto weights = std::make_shared<BertWeights>();
    auto storage = std::make_shared<Storage>();
    storage->mapping = source.mapping;
    Reader reader(source, *storage);
    reader.choose_prefix();
    const int64_t hidden = shape.hidden;
    weights->shape = shape;
    weights->words = reader.read("embeddings.word_embeddings.weight", {shape.vocabulary, hidden});
    weights->positions = reader.read("embeddings.position_embeddings.weight", {shape.positions, hidden});
    weights->types = reader.read("embeddings.token_type_embeddings.weight", {shape.types, hidden});
    weights->norm = reader.norm("embeddings.LayerNorm", hidden);
    for (int64_t l = 0; l < shape.layers; ++l) {
        const std::string name = "encoder.layer." + std::to_string(l) + ".";
        BertLayerWeights layer;
        layer.query = reader.linear(name + "attention.self.query", hidden, hidden);
        layer.key = reader.linear(name + "attention.self.key", hidden, hidden);
        layer.value = reader.linear(name + "attention.self.value", hidden, hidden);
        layer.output = reader.linear(name + "attention.output.dense", hidden, hidden);
        layer.attention_norm = reader.norm(name + "attention.output.LayerNorm", hidden);
        layer.up = reader.linear(name + "intermediate.dense", shape.intermediate, hidden);
        layer.down = reader.linear(name + "output.dense", hidden, shape.intermediate);
        layer.output_norm = reader.norm(name + "output.LayerNorm", hidden);
        weights->layers.push_back(layer);
    }
    reader.check_finite();
    weights->parameters = reader.parameters();
    weights->storage = std::move(storage);
    return weights;
}

}  // namespace weft::torch_part
