// The stacks of the tiny checkpoints with random input, and all that a pass says of one, as plain arrays.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <tuple>

#include "analysis/torch/stack_pass.h"
#include "tests/parity/family_case.h"

namespace weft::test {

class Random {
  public:
    explicit Random(uint32_t seed) : engine_(seed) {}
    template <typename Value = float>
    std::vector<Value> normal(int64_t count, double spread = 1) {
        std::normal_distribution<double> of(0, spread);
        std::vector<Value> values(static_cast<size_t>(count));
        for (Value& value : values) value = static_cast<Value>(of(engine_));
        return values;
    }
    template <typename Value>
    std::vector<Value> choose(int64_t count, const std::vector<Value>& among) {
        std::uniform_int_distribution<size_t> of(0, among.size() - 1);
        std::vector<Value> values(static_cast<size_t>(count));
        for (Value& value : values) value = among[of(engine_)];
        return values;
    }

  private:
    std::mt19937 engine_;
};

// Input of a pass with the memory it points to.
struct PassCase {
    int64_t copies = 1, rows = 9, source_rows = 0, source_copies = 1, first_layer = 0;
    std::vector<float> states, source, output_gradient;
    std::vector<torch_part::LayerChange> changes;

    PassCase() = default;
    PassCase(const torch_part::StackWeights& weights, int64_t copy_count, uint32_t seed)
        : copies(copy_count) {
        Random random(seed);
        const int64_t hidden = weights.spec.hidden;
        states = random.normal(copies * rows * hidden);
        output_gradient = random.normal(copies * rows * hidden);
        if (!weights.spec.has_cross_attention) return;
        source_rows = 6;
        source_copies = copies;
        source = random.normal(source_copies * source_rows * hidden);
    }

    // Gates and means on some heads of every attention.
    void change_heads(const StackSpec& spec, uint32_t seed) {
        Random random(seed);
        for (int64_t l = 0; l < spec.layers; ++l)
            for (const bool is_cross : {false, true}) {
                if (is_cross && !spec.has_cross_attention) continue;
                torch_part::LayerChange change{l, is_cross, {}, {}};
                const int64_t count = copies * spec.attention.heads;
                change.gates = random.choose<float>(count, {1, 1, 0, 0.4f, -1.3f});
                change.means = random.choose<uint8_t>(count, {0, 0, 1});
                changes.push_back(change);
            }
    }

    torch_part::PassInput input(bool keeps) const {
        torch_part::PassInput to;
        to.states = states.data();
        to.copies = copies;
        to.rows = rows;
        to.first_layer = first_layer;
        to.changes = changes;
        to.keeps = keeps;
        return to;
    }

    // One of the copies alone.
    PassCase alone(int64_t copy) const {
        const auto part = [copy](const auto& values, int64_t of) {
            const auto each = static_cast<std::ptrdiff_t>(values.size()) / of;
            return std::decay_t<decltype(values)>(values.begin() + copy * each,
                                                  values.begin() + (copy + 1) * each);
        };
        PassCase one = *this;
        one.copies = one.source_copies = 1;
        one.states = part(states, copies);
        one.output_gradient = part(output_gradient, copies);
        if (source_copies > 1) one.source = part(source, source_copies);
        for (torch_part::LayerChange& change : one.changes) {
            if (!change.gates.empty()) change.gates = part(change.gates, copies);
            if (!change.means.empty()) change.means = part(change.means, copies);
        }
        return one;
    }
};

struct ShownLayer {
    int64_t heads = 0, queries = 0, keys = 0, head_width = 0;
    std::vector<float> attention, attention_gradient;                      // [H, Q, K]
    std::vector<float> context, context_gradient, values, value_gradient;  // [H, rows, d]
};

struct PassResult {
    std::vector<float> output, layer_states, state_gradient, source_gradient;
    std::map<std::tuple<int64_t, int64_t, bool>, ShownLayer> shown;  // by layer, copy, is_cross
};

inline std::vector<float> rows_of(const torch_part::HeadRows& from, int64_t heads, int64_t rows,
                                  int64_t width) {
    std::vector<float> to;
    for (int64_t h = 0; h < heads; ++h)
        for (int64_t i = 0; i < rows; ++i) {
            const float* row = from.data + h * from.head_stride + i * from.row_stride;
            to.insert(to.end(), row, row + width);
        }
    return to;
}

inline PassResult run_pass(torch_part::StackPass& pass, const PassCase& of, bool watches = true) {
    const StackSpec& spec = pass.spec();
    const size_t state = of.states.size();
    PassResult result;
    result.output.resize(state);
    result.layer_states.resize(static_cast<size_t>(spec.layers + 1) * state);
    result.state_gradient.resize(state);
    if (of.source_rows > 0) {
        pass.set_source(of.source.data(), of.source_copies, of.source_rows);
        result.source_gradient.resize(static_cast<size_t>(of.copies * of.source_rows * spec.hidden));
    }
    torch_part::PassInput input = of.input(true);
    input.layer_states = result.layer_states.data();
    REQUIRE(pass.forward(input, {}));
    pass.copy_output(result.output.data());
    torch_part::StackPass::Back back;
    back.output_gradient = of.output_gradient.data();
    back.state_gradient = result.state_gradient.data();
    if (of.source_rows > 0) back.source_gradient = result.source_gradient.data();
    std::vector<std::tuple<int64_t, int64_t, bool>> order;
    if (watches)
        back.visit = [&](const torch_part::LayerGradient& from) {
            order.emplace_back(from.layer, from.copy, from.is_cross);
            ShownLayer& to = result.shown[order.back()];
            to = {from.heads, from.queries, from.keys, from.head_width, {}, {}, {}, {}, {}, {}};
            const int64_t numbers = from.heads * from.queries * from.keys;
            to.attention.assign(from.attention, from.attention + numbers);
            to.attention_gradient.assign(from.attention_gradient, from.attention_gradient + numbers);
            const auto copy = [&](const torch_part::HeadRows& rows, int64_t count) {
                return rows_of(rows, from.heads, count, from.head_width);
            };
            to.context = copy(from.context, from.queries);
            to.context_gradient = copy(from.context_gradient, from.queries);
            to.values = copy(from.values, from.keys);
            to.value_gradient = copy(from.value_gradient, from.keys);
        };
    REQUIRE(pass.backward(back, {}));
    // Each once, layers from the last to the first, of each copy the cross-attention first.
    const int64_t parts = spec.has_cross_attention ? 2 : 1;
    if (watches) {
        REQUIRE(static_cast<int64_t>(order.size()) == (spec.layers - of.first_layer) * of.copies * parts);
        REQUIRE(order.size() == result.shown.size());
        for (size_t i = 1; i < order.size(); ++i)
            REQUIRE(std::get<0>(order[i]) <= std::get<0>(order[i - 1]));
        for (size_t i = 0; parts == 2 && i < order.size(); ++i) {
            auto cross = order[i];
            if (std::get<2>(cross)) continue;
            std::get<2>(cross) = true;
            REQUIRE(std::find(order.begin(), order.end(), cross) < order.begin() + static_cast<int64_t>(i));
        }
    }
    return result;
}

// check(weights, stack) for each stack of each folder of tests/parity/checkpoints.
template <typename Check>
void with_every_stack(const Check& check) {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints"))
        folders.push_back(entry.path());
    std::ranges::sort(folders);
    REQUIRE(folders.size() > 100);
    for (const std::filesystem::path& folder : folders) {
        const ModelConfig config = load_model_config(folder.string());
        const auto weights = torch_part::load_model_weights(config, Checkpoint::open(folder.string()));
        for (size_t stack = 0; stack < weights->stacks.size(); ++stack) {
            INFO(folder.filename().string() << ", stack " << stack);
            check(weights, stack);
        }
    }
}

}  // namespace weft::test
