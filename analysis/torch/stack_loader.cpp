#include "analysis/torch/stack_loader.h"

#include <algorithm>

#include "analysis/error.h"
#include "analysis/torch/tensor_reader.h"

namespace weft::torch_part {

namespace {

std::string numbered(const std::string& pattern, int64_t layer) {
    const size_t at = pattern.find("{}");
    if (at == std::string::npos) return pattern;
    return pattern.substr(0, at) + std::to_string(layer) + pattern.substr(at + 2);
}

// One stack's weights out of the reader. `layer` goes into the names.
class StackLoader {
  public:
    StackLoader(TensorReader& reader, const StackDescription& description)
        : reader_(reader), spec_(description.spec), description_(description) {}

    StackWeights load() {
        StackWeights weights;
        weights.spec = spec_;
        weights.embedding_spec = description_.embedding;
        weights.patch_spec = description_.patches;
        if (description_.patches)
            weights.patches = patches(*description_.patches);
        else
            weights.embedding = embedding(description_.embedding);
        const StackNames& names = description_.names;
        if (spec_.attention.relative_bias.buckets > 0)
            weights.relative_bias =
                reader_.read(names.attention.relative_bias + ".weight",
                             {spec_.attention.relative_bias.buckets, spec_.attention.heads});
        if (spec_.has_entry_norm) weights.entry_norm = norm(names.entry_norm, spec_.norm, spec_.hidden);
        if (spec_.has_final_norm) weights.final_norm = norm(names.final_norm, spec_.norm, spec_.hidden);
        return weights;
    }

    LayerWeights layer(int64_t number) {
        const StackNames& names = description_.names;
        LayerWeights layer;
        layer.attention = attention(of_file(names.attention, names.other_attention, number), number);
        if (spec_.has_cross_attention) layer.cross = attention(names.cross, number);
        layer.mlp = mlp(of_file(names.mlp, names.other_mlp, number), number);
        reader_.check_finite();
        layer.parameters = reader_.parameters();
        reader_.release_pages_at_end();
        layer.storage = reader_.storage();
        return layer;
    }

    NormWeights norm(const std::string& name, const NormSpec& norm, int64_t width) {
        const bool is_old = !reader_.has(name + ".weight") && reader_.has(name + ".gamma");
        NormWeights weights;
        weights.width = width;
        weights.gain = reader_.read(name + (is_old ? ".gamma" : ".weight"), {width});
        if (norm.gain_plus_one) {
            float* gain = reader_.room(width);
            for (int64_t d = 0; d < width; ++d) gain[d] = weights.gain[d] + 1;
            weights.gain = gain;
        }
        if (norm.kind == NormSpec::Kind::layer_norm && norm.has_bias)
            weights.bias = reader_.read(name + (is_old ? ".beta" : ".bias"), {width});
        return weights;
    }

    LinearWeights linear(const LinearNames& names, int64_t outer, int64_t inner, bool has_bias) {
        LinearWeights weights{nullptr, nullptr, outer, inner};
        if (names.is_transposed) {
            const float* stored = reader_.read(names.name + ".weight", {inner, outer});
            weights.weight = transposed(stored, inner, outer);
        } else {
            weights.weight = reader_.read(names.name + ".weight", {outer, inner});
        }
        if (has_bias) weights.bias = reader_.read(names.name + ".bias", {outer});
        return weights;
    }

  private:
    // [rows, columns] -> [columns, rows], in squares that stay in the cache.
    const float* transposed(const float* from, int64_t rows, int64_t columns) {
        constexpr int64_t side = 32;
        float* to = reader_.room(rows * columns);
        for (int64_t i = 0; i < rows; i += side)
            for (int64_t j = 0; j < columns; j += side)
                for (int64_t r = i; r < std::min(i + side, rows); ++r)
                    for (int64_t c = j; c < std::min(j + side, columns); ++c)
                        to[c * rows + r] = from[r * columns + c];
        return to;
    }

    static const LinearNames& first_map(const AttentionNames& names) {
        return names.fusing == AttentionNames::Fusing::none ? names.query : names.fused;
    }
    static const LinearNames& first_map(const MlpNames& names) {
        return names.gate_and_up.name.empty() ? names.up : names.gate_and_up;
    }

    // Those of `others` that the file has, else `names`.
    template <typename Names>
    const Names& of_file(const Names& names, const std::vector<Names>& others, int64_t layer) const {
        for (const Names& other : others)
            if (reader_.has(numbered(first_map(other).name, layer) + ".weight")) return other;
        return names;
    }

    LinearNames at(const LinearNames& names, int64_t layer) const {
        return {numbered(names.name, layer), names.is_transposed};
    }

    AttentionWeights attention(const AttentionNames& names, int64_t layer) {
        const AttentionSpec& spec = spec_.attention;
        AttentionWeights weights;
        const int64_t hidden = spec_.hidden, query = spec.query_size(), shared = spec.key_value_size();
        if (names.fusing == AttentionNames::Fusing::none) {
            weights.query = linear(at(names.query, layer), query, hidden, spec.query_bias);
            weights.key = linear(at(names.key, layer), shared, hidden, spec.key_bias);
            weights.value = linear(at(names.value, layer), shared, hidden, spec.value_bias);
        } else {
            const LinearWeights all =
                linear(at(names.fused, layer), query + 2 * shared, hidden, spec.query_bias);
            const bool by_head = names.fusing == AttentionNames::Fusing::by_head;
            weights.query = by_head ? head_part(all, 0) : part(all, 0, query);
            weights.key = by_head ? head_part(all, 1) : part(all, query, shared);
            weights.value = by_head ? head_part(all, 2) : part(all, query + shared, shared);
        }
        weights.output = linear(at(names.output, layer), hidden, query, spec.output_bias);
        if (spec.normalises_heads) {
            weights.query_norm = norm(numbered(names.query_norm, layer), spec_.norm, spec.head_width);
            weights.key_norm = norm(numbered(names.key_norm, layer), spec_.norm, spec.head_width);
        }
        weights.norm = norm(numbered(names.norm, layer), spec_.norm, hidden);
        if (spec_.placement == NormPlacement::around)
            weights.norm_behind = norm(numbered(names.norm_behind, layer), spec_.norm, hidden);
        if (spec_.has_layer_scale)
            weights.layer_scale = reader_.read(numbered(names.layer_scale, layer), {hidden});
        return weights;
    }

    static LinearWeights part(const LinearWeights& all, int64_t first, int64_t rows) {
        return {all.weight + first * all.inner, all.bias ? all.bias + first : nullptr, rows, all.inner};
    }

    // Rows [head, which, width] of [head, 3, width].
    LinearWeights head_part(const LinearWeights& all, int64_t which) {
        const int64_t width = spec_.attention.head_width, heads = spec_.attention.heads;
        float* weight = reader_.room(heads * width * all.inner);
        float* bias = all.bias ? reader_.room(heads * width) : nullptr;
        for (int64_t h = 0; h < heads; ++h) {
            const int64_t first = (3 * h + which) * width;
            std::copy_n(all.weight + first * all.inner, width * all.inner, weight + h * width * all.inner);
            if (bias) std::copy_n(all.bias + first, width, bias + h * width);
        }
        return {weight, bias, heads * width, all.inner};
    }

    MlpWeights mlp(const MlpNames& names, int64_t layer) {
        MlpWeights weights;
        const int64_t hidden = spec_.hidden, inner = spec_.intermediate;
        if (!names.gate_and_up.name.empty()) {
            const LinearWeights both = linear(at(names.gate_and_up, layer), 2 * inner, hidden, spec_.up_bias);
            weights.gate = part(both, 0, inner);
            weights.up = part(both, inner, inner);
        } else {
            weights.up = linear(at(names.up, layer), inner, hidden, spec_.up_bias);
            if (spec_.is_gated) weights.gate = linear(at(names.gate, layer), inner, hidden, spec_.up_bias);
        }
        weights.down = linear(at(names.down, layer), hidden, inner, spec_.down_bias);
        weights.norm = norm(numbered(names.norm, layer), spec_.norm, hidden);
        if (spec_.placement == NormPlacement::around)
            weights.norm_behind = norm(numbered(names.norm_behind, layer), spec_.norm, hidden);
        if (spec_.has_layer_scale)
            weights.layer_scale = reader_.read(numbered(names.layer_scale, layer), {hidden});
        return weights;
    }

    // Tied tables are stored once, under any of their names.
    const float* words(const EmbeddingSpec& spec) {
        const std::vector<int64_t> shape = {spec.vocabulary, spec.width};
        if (!reader_.has(spec.words + ".weight"))
            for (const std::string& other : spec.words_else) {
                const std::string name = other + ".weight";
                if (reader_.has(name)) return reader_.read(name, shape);
                if (reader_.has_whole(name)) return reader_.read_whole(name, shape);
            }
        return reader_.read(spec.words + ".weight", shape);
    }

    EmbeddingWeights embedding(const EmbeddingSpec& spec) {
        EmbeddingWeights weights;
        weights.words = words(spec);
        const bool may_be_stored =
            !spec.position_table.empty() && reader_.has(spec.position_table + ".weight");
        if (spec.positions == EmbeddingSpec::Positions::learned ||
            (spec.positions == EmbeddingSpec::Positions::sinusoid_halves && may_be_stored))
            weights.positions =
                reader_.read(spec.position_table + ".weight", {spec.position_rows, spec.width});
        if (spec.types > 0)
            weights.types = reader_.read(spec.type_table + ".weight", {spec.types, spec.width});
        if (spec.has_norm) weights.norm = norm(spec.norm_name, spec.norm, spec.width);
        if (spec.has_projection) weights.projection = linear(spec.projection, spec_.hidden, spec.width, true);
        return weights;
    }

    PatchWeights patches(const PatchSpec& spec) {
        PatchWeights weights;
        const int64_t hidden = spec_.hidden;
        const int64_t inner = spec.channels * spec.patch_height * spec.patch_width;
        weights.projection = {
            reader_.read(spec.projection.name + ".weight",
                         {hidden, spec.channels, spec.patch_height, spec.patch_width}),
            spec.has_bias ? reader_.read(spec.projection.name + ".bias", {hidden}) : nullptr, hidden, inner};
        const auto token = [&](const std::string& name, int64_t rows) {
            const std::vector<int64_t> shape = reader_.shape_of(name);  // [D] or [1, rows, D]
            return reader_.read(name, shape.size() == 1 ? std::vector<int64_t>{hidden}
                                                        : std::vector<int64_t>{1, rows, hidden});
        };
        weights.cls = token(spec.cls, 1);
        if (spec.has_distillation) weights.distillation = token(spec.distillation, 1);
        if (spec.registers > 0) weights.registers = token(spec.register_tokens, spec.registers);
        weights.position_rows = spec.placed_prefix() + spec.table_rows() * spec.table_columns();
        const bool is_bare = reader_.has(spec.position_table);  // a parameter, not an embedding
        weights.positions =
            is_bare ? reader_.read(spec.position_table, {1, weights.position_rows, hidden})
                    : reader_.read(spec.position_table + ".weight", {weights.position_rows, hidden});
        return weights;
    }

    TensorReader& reader_;
    const StackSpec& spec_;
    const StackDescription& description_;
};

// One map of all parts side by side, each divided by their number.
LinearWeights load_mean(TensorReader& reader, const HeadStep& step, int64_t part_width) {
    const int64_t parts = static_cast<int64_t>(step.names.size());
    LinearWeights mean{nullptr, nullptr, step.outputs, parts * part_width};
    float* weight = reader.room(mean.outer * mean.inner);
    float* bias = reader.room(mean.outer);
    std::fill_n(bias, mean.outer, 0.0f);
    for (int64_t part = 0; part < parts; ++part) {
        const std::string& name = step.names[static_cast<size_t>(part)];
        const float* from = reader.read_whole(name + ".weight", {mean.outer, part_width});
        const float* add = reader.read_whole(name + ".bias", {mean.outer});
        for (int64_t o = 0; o < mean.outer; ++o) {
            float* row = weight + o * mean.inner + part * part_width;
            for (int64_t i = 0; i < part_width; ++i)
                row[i] = from[o * part_width + i] / static_cast<float>(parts);
            bias[o] += add[o] / static_cast<float>(parts);
        }
    }
    mean.weight = weight;
    mean.bias = bias;
    return mean;
}

HeadStepWeights load_step(TensorReader& reader, const ModelConfig& config, const HeadStep& step,
                          const StackWeights& last) {
    HeadStepWeights weights;
    if (step.kind == HeadStep::Kind::norm) {
        const std::string& name = step.names.front();
        const bool is_old = !reader.has_whole(name + ".weight") && reader.has_whole(name + ".gamma");
        const std::string gain = name + (is_old ? ".gamma" : ".weight");
        const std::vector<int64_t> shape = reader.shape_of_whole(gain);
        weights.norm.gain = reader.read_whole(gain, shape);
        weights.norm.width = shape.empty() ? 0 : shape.front();
        if (step.norm.kind == NormSpec::Kind::layer_norm && step.norm.has_bias)
            weights.norm.bias = reader.read_whole(name + (is_old ? ".beta" : ".bias"), shape);
        return weights;
    }
    if (step.kind != HeadStep::Kind::linear) return weights;
    if (step.is_mean_of_names) {
        weights.linear = load_mean(reader, step, last.spec.hidden);
        return weights;
    }
    const auto found = std::ranges::find_if(
        step.names, [&](const std::string& name) { return reader.has_whole(name + ".weight"); });
    const EmbeddingSpec& words = config.stacks.back().embedding;
    // As transformers: a file that holds other numbers than the word embedding is right against its config.
    if (step.may_be_tied && config.ties_words &&
        (found == step.names.end() || reader.are_equal(last.embedding.words, *found + ".weight"))) {
        weights.linear = {last.embedding.words, nullptr, words.vocabulary, words.width};
    } else {
        const std::string name = (found == step.names.end() ? step.names.front() : *found) + ".weight";
        std::vector<int64_t> shape = reader.shape_of_whole(name);
        if (shape.size() != 2 || (step.outputs > 0 && shape[0] != step.outputs))
            shape = {step.outputs > 0 ? step.outputs : 1, shape.size() == 2 ? shape[1] : 1};
        weights.linear = {reader.read_whole(name, shape), nullptr, shape[0], shape[1]};
    }
    if (!step.has_bias) return weights;
    std::vector<std::string> biases = step.bias_names;
    if (biases.empty())
        for (const std::string& name : step.names) biases.push_back(name + ".bias");
    const auto bias =
        std::ranges::find_if(biases, [&](const std::string& name) { return reader.has_whole(name); });
    if (bias == biases.end() && step.bias_may_be_missing) return weights;
    const std::string bias_name = bias == biases.end() ? biases.front() : *bias;
    // Stored flat or, as Marian's final_logits_bias, as one row.
    const std::vector<int64_t> bias_shape = reader.shape_of_whole(bias_name);
    weights.linear.bias =
        reader.read_whole(bias_name, bias_shape.size() == 2 ? std::vector<int64_t>{1, weights.linear.outer}
                                                            : std::vector<int64_t>{weights.linear.outer});
    return weights;
}

// A width that does not fit what comes before shows here, not as a crash later.
void check_head(const ModelConfig& config, const ModelWeights& weights, const std::string& path) {
    if (!config.head) return;
    int64_t width = config.stacks.back().spec.hidden;
    for (size_t i = 0; i < config.head->steps.size(); ++i) {
        const HeadStep& step = config.head->steps[i];
        const HeadStepWeights& held = weights.head[i];
        if (step.kind == HeadStep::Kind::first_row_and_mean || step.kind == HeadStep::Kind::first_two_rows)
            width *= 2;
        const int64_t expected = step.kind == HeadStep::Kind::linear ? held.linear.inner
                                 : step.kind == HeadStep::Kind::norm ? held.norm.width
                                                                     : width;
        if (expected != width)
            throw Error("tensor \"" + step.names.front() + "\" of \"" + path + "\" takes " +
                            std::to_string(expected) + " numbers, but " + std::to_string(width) +
                            " come before it",
                        "config.json and the weights must come from the same model.");
        if (step.kind == HeadStep::Kind::linear) width = held.linear.outer;
    }
}

}  // namespace

std::shared_ptr<const ModelWeights> load_model_weights(const ModelConfig& config,
                                                       const Checkpoint& checkpoint,
                                                       std::shared_ptr<LoadProgress> progress) {
    const StackDescription& first = config.stacks.front();
    std::vector<std::string> samples = {first.patches ? first.patches->projection.name + ".weight"
                                                      : first.embedding.words + ".weight"};
    // Tied words may be under a name that never has the prefix.
    if (const std::string& query = first.names.attention.query.name; !query.empty())
        samples.push_back(numbered(query, 0) + ".weight");
    TensorReader reader(checkpoint, config.base_prefix, samples);
    auto weights = std::make_shared<ModelWeights>();
    int64_t layers = 0;
    for (const StackDescription& stack : config.stacks)
        layers += stack.spec.shares_layers ? 1 : stack.spec.layers;
    for (const StackDescription& stack : config.stacks) {
        StackWeights loaded = StackLoader(reader, stack).load();
        loaded.load_layer = [checkpoint, stack, samples, layers, progress,
                             prefix = config.base_prefix](int64_t layer) {
            if (progress) {
                if (progress->cancelled) throw LoadCancelled();
                progress->fraction.fetch_add(1.0f / static_cast<float>(layers));
            }
            TensorReader of_layer(checkpoint, prefix, samples);
            return StackLoader(of_layer, stack).layer(stack.spec.shares_layers ? 0 : layer);
        };
        weights->stacks.push_back(std::move(loaded));
    }
    if (config.head)
        for (const HeadStep& step : config.head->steps)
            weights->head.push_back(load_step(reader, config, step, weights->stacks.back()));
    check_head(config, *weights, reader.path());
    reader.check_finite();
    reader.release_pages();
    weights->parameters = reader.parameters();
    weights->storage = reader.storage();
    return weights;
}

}  // namespace weft::torch_part
