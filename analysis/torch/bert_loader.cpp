#include "analysis/torch/bert_loader.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "analysis/error.h"
#include "analysis/torch/task_pool.h"

namespace weft::torch_part {

namespace {

const char* const fetch_again = "Copy the model folder again from its source, complete and unchanged.";

struct Storage {
    Safetensors file;
    std::deque<std::vector<float>> converted;
};

struct Loaded {
    std::string name;
    const float* values;
    int64_t count;
};

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
    explicit Reader(Storage& storage) : storage_(storage), file_(storage.file) {}

    void choose_prefix() {
        for (const char* prefix : {"", "bert."})
            if (file_.find(prefix + std::string("embeddings.word_embeddings.weight"))) {
                prefix_ = prefix;
                return;
            }
        throw missing("embeddings.word_embeddings.weight");
    }

    const float* read(const std::string& short_name, const std::vector<int64_t>& shape) {
        const std::string name = prefix_ + short_name;
        const SafetensorsTensor* tensor = file_.find(name);
        if (!tensor) throw missing(name);
        if (tensor->shape != shape)
            throw Error(
                "tensor \"" + name + "\" of \"" + file_.path() + "\" has the shape " +
                    shape_text(tensor->shape) + ", but config.json asks for " + shape_text(shape),
                "config.json and the weights must come from the same model. " + std::string(fetch_again));
        const float* values = float32(*tensor);
        loaded_.push_back({name, values, tensor->elements});
        return values;
    }

    LinearWeights linear(const std::string& name, int64_t outer, int64_t inner) {
        return {read(name + ".weight", {outer, inner}), read(name + ".bias", {outer})};
    }

    NormWeights norm(const std::string& name, int64_t width) {
        const bool old = !file_.find(prefix_ + name + ".weight") && file_.find(prefix_ + name + ".gamma");
        return {read(name + (old ? ".gamma" : ".weight"), {width}),
                read(name + (old ? ".beta" : ".bias"), {width})};
    }

    void check_finite() const {
        std::vector<char> finite(loaded_.size());
        TaskPool pool(usable_processors(4));
        pool.run(static_cast<int64_t>(loaded_.size()), pool.threads(),
                 [&](int64_t i, int64_t) { finite[i] = all_finite(loaded_[i].values, loaded_[i].count); });
        for (size_t i = 0; i < loaded_.size(); ++i)
            if (!finite[i])
                throw Error("tensor \"" + loaded_[i].name + "\" of \"" + file_.path() +
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
        return Error("\"" + file_.path() + "\" has no tensor \"" + name + "\"",
                     "The file is not of a BERT encoder, or not complete. " + std::string(fetch_again));
    }

    const float* float32(const SafetensorsTensor& tensor) {
        const auto address = reinterpret_cast<uintptr_t>(tensor.data.data());
        if (tensor.dtype == Dtype::f32 && address % alignof(float) == 0)
            return reinterpret_cast<const float*>(tensor.data.data());
        storage_.converted.push_back(to_float32(tensor, file_.path()));
        return storage_.converted.back().data();
    }

    Storage& storage_;
    const Safetensors& file_;
    std::string prefix_;
    std::vector<Loaded> loaded_;
};

}  // namespace

BertShape shape_of(const ModelConfig& config) {
    BertShape shape;
    shape.layers = config.layers;
    shape.heads = config.heads;
    shape.hidden = config.hidden;
    shape.intermediate = config.intermediate;
    shape.vocabulary = config.vocabulary;
    shape.positions = config.positions;
    shape.types = config.segments;
    shape.epsilon = static_cast<float>(config.layer_norm_epsilon);
    switch (config.activation) {
        case HiddenActivation::gelu_erf:
            shape.activation = Activation::gelu_erf;
            break;
        case HiddenActivation::gelu_tanh:
            shape.activation = Activation::gelu_tanh;
            break;
        case HiddenActivation::relu:
            shape.activation = Activation::relu;
            break;
    }
    return shape;
}

std::shared_ptr<const BertWeights> load_bert_weights(const BertShape& shape, const Safetensors& file) {
    auto weights = std::make_shared<BertWeights>();
    auto storage = std::make_shared<Storage>(Storage{file, {}});
    Reader reader(*storage);
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
