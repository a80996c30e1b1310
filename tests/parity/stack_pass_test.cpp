// The pass that gradients and ablations come from, on the stacks of every family: its forward against
// StackForward and a float64 twin, its gradients against that twin's differences.
#include "analysis/torch/stack_pass.h"

#include <cstdio>

#include "tests/parity/double_stack.h"
#include "tests/parity/pass_case.h"

using namespace weft;
using namespace weft::torch_part;
using weft::test::PassCase;
using weft::test::PassResult;
using weft::test::Push;
using weft::test::ShownLayer;

namespace {

template <typename Value>
std::vector<double> wide(const std::vector<Value>& values) {
    return {values.begin(), values.end()};
}

test::StackCase double_case(const PassCase& of) {
    return {of.rows, of.source_rows, of.first_layer, wide(of.states), wide(of.source), of.changes};
}

// How far a gradient is from the twin's differences along three random directions, of its length.
class Differences {
  public:
    Differences(const test::DoubleStack& stack, const PassCase& of)
        : stack_(stack), of_(double_case(of)), weights_(wide(of.output_gradient)) {}

    double error(const std::vector<float>& gradient, Push::Place place, int64_t layer = 0,
                 bool cross = false) {
        double length = 0, worst = 0;
        for (const float g : gradient) length += double{g} * g;
        length = std::max(std::sqrt(length), 1e-3);
        for (int direction = 0; direction < 3; ++direction) {
            constexpr double step = 1e-5;
            const auto along = random_.normal<double>(static_cast<int64_t>(gradient.size()));
            double expected = 0, found = 0;
            for (const double sign : {1.0, -1.0}) {
                Push push{place, layer, cross, along};
                for (double& value : push.by) value *= sign * step;
                expected += sign * y(push) / (2 * step);
            }
            for (size_t i = 0; i < along.size(); ++i) found += along[i] * gradient[i];
            const double distance = std::abs(found - expected);
            if (!(distance <= worst * length)) worst = distance / length;  // a NaN stays
        }
        return worst;
    }

  private:
    double y(const Push& push) const {
        const std::vector<double> output = stack_.output(of_, push);
        double sum = 0;
        for (size_t i = 0; i < output.size(); ++i) sum += output[i] * weights_[i];
        return sum;
    }

    const test::DoubleStack& stack_;
    test::StackCase of_;
    std::vector<double> weights_;
    test::Random random_{99};
};

double relative(const std::vector<float>& a, const std::vector<float>& b) {
    return test::largest_distance(a, b) / test::largest_of(b);
}

double distance(const std::vector<float>& a, const std::vector<double>& b) {
    return relative(a, {b.begin(), b.end()});
}

struct Gradients {
    double states = 0, source = 0, attention = 0, values = 0, context = 0;
};

Gradients gradient_errors(StackPass& pass, const test::DoubleStack& twin, const PassCase& of) {
    const PassResult result = run_pass(pass, of);
    CHECK(distance(result.output, twin.output(double_case(of))) < 1e-4);
    Differences differences(twin, of);
    Gradients errors;
    errors.states = differences.error(result.state_gradient, Push::Place::states);
    if (of.source_rows > 0) errors.source = differences.error(result.source_gradient, Push::Place::source);
    for (const auto& [key, shown] : result.shown) {
        const auto& [layer, copy, is_cross] = key;
        const auto of_layer = [&](const std::vector<float>& gradient, Push::Place place) {
            return differences.error(gradient, place, layer, is_cross);
        };
        errors.attention =
            std::max(errors.attention, of_layer(shown.attention_gradient, Push::Place::attention));
        errors.values = std::max(errors.values, of_layer(shown.value_gradient, Push::Place::values));
        errors.context = std::max(errors.context, of_layer(shown.context_gradient, Push::Place::context));
    }
    return errors;
}

}  // namespace

TEST_CASE("A pass has the output, states and attention of the forward pass", "[pass]") {
    test::compute_with_one_thread();
    test::with_every_stack([](const auto& weights, size_t stack) {
        const StackSpec& spec = weights->stacks[stack].spec;
        const PassCase of(weights->stacks[stack], 1, 3);
        const auto pass = make_plain_pass(weights, stack, "cpu");
        const auto forward = make_plain_forward(weights, stack, "cpu");
        std::vector<float> output(of.states.size()), states(output.size() * (spec.layers + 1));
        std::vector<float> expected(output.size());
        const size_t square = static_cast<size_t>(spec.attention.heads * of.rows * of.rows);
        std::vector<float> self(square), cross(square), self_expected(square), cross_expected(square);
        if (of.source_rows > 0) {
            pass->set_source(of.source.data(), 1, of.source_rows);
            forward->set_source(of.source.data(), of.source_rows);
        }
        PassInput input = of.input(true);
        input.layer_states = states.data();
        REQUIRE(pass->forward(input, {}));
        pass->copy_output(output.data());
        forward->enter(of.states.data(), of.rows);
        for (int64_t l = 0; l <= spec.layers; ++l) {
            forward->copy_hidden(expected.data());
            const float* entered = states.data() + l * static_cast<int64_t>(output.size());
            CHECK(std::equal(expected.begin(), expected.end(), entered));
            if (l == spec.layers) break;
            forward->run_layer(l, {self_expected.data(), cross_expected.data()}, true);
            pass->copy_attention(l, 0, false, self.data());
            CHECK(self == self_expected);
            if (of.source_rows > 0) pass->copy_attention(l, 0, true, cross.data());
            CHECK(cross == cross_expected);
        }
        forward->copy_output(expected.data());
        CHECK(output == expected);
    });
}

TEST_CASE("The gradients of every stack are the differences of its float64 twin", "[pass]") {
    Gradients worst;
    test::compute_with_one_thread();
    test::with_every_stack([&](const auto& weights, size_t stack) {
        const StackSpec& spec = weights->stacks[stack].spec;
        const auto pass = make_plain_pass(weights, stack, "cpu");
        const test::DoubleStack twin(weights, stack);
        for (const bool is_changed : {false, true}) {
            PassCase of(weights->stacks[stack], 1, 5);
            if (is_changed) of.change_heads(spec, 11);
            INFO((is_changed ? "heads changed" : "unchanged"));
            const Gradients errors = gradient_errors(*pass, twin, of);
            CHECK(errors.states < 1e-4);
            CHECK(errors.source < 1e-4);
            CHECK(errors.attention < 1e-4);
            CHECK(errors.values < 1e-4);
            CHECK(errors.context < 1e-4);
            worst = {std::max(worst.states, errors.states), std::max(worst.source, errors.source),
                     std::max(worst.attention, errors.attention), std::max(worst.values, errors.values),
                     std::max(worst.context, errors.context)};
        }
    });
    std::printf(
        "gradients against differences: states %.1e, source %.1e, attention %.1e, values %.1e, "
        "context %.1e of their length\n",
        worst.states, worst.source, worst.attention, worst.values, worst.context);
}

TEST_CASE("The derivative by a head's gate is what its context and its weights say", "[pass]") {
    test::compute_with_one_thread();
    test::with_every_stack([](const auto& weights, size_t stack) {
        const StackSpec& spec = weights->stacks[stack].spec;
        const auto pass = make_plain_pass(weights, stack, "cpu");
        const test::DoubleStack twin(weights, stack);
        const PassCase of(weights->stacks[stack], 1, 23);
        const PassResult result = run_pass(*pass, of);
        const auto y = [&](int64_t layer, bool is_cross, int64_t head, double by) {
            test::StackCase gated = double_case(of);
            LayerChange change{layer, is_cross, std::vector<float>(spec.attention.heads, 1.0f), {}};
            change.gates[static_cast<size_t>(head)] += static_cast<float>(by);
            gated.changes = {change};
            const std::vector<double> output = twin.output(gated);
            double sum = 0;
            for (size_t i = 0; i < output.size(); ++i) sum += output[i] * of.output_gradient[i];
            return sum;
        };
        const auto dot = [](const std::vector<float>& a, const std::vector<float>& b, int64_t head,
                            int64_t heads) {
            const int64_t each = static_cast<int64_t>(a.size()) / heads;
            double sum = 0;
            for (int64_t i = head * each; i < (head + 1) * each; ++i) sum += double{a[i]} * b[i];
            return sum;
        };
        constexpr double step = 1.0 / 65536;  // exact in float32 beside 1
        for (const auto& [key, shown] : result.shown)
            for (int64_t h = 0; h < shown.heads; ++h) {
                const auto& [layer, copy, is_cross] = key;
                const double expected =
                    (y(layer, is_cross, h, step) - y(layer, is_cross, h, -step)) / (2 * step);
                const double by_context = dot(shown.context, shown.context_gradient, h, shown.heads);
                const double by_weights = dot(shown.attention, shown.attention_gradient, h, shown.heads);
                CHECK(by_context == Approx(expected).epsilon(1e-3).margin(1e-4));
                CHECK(by_weights == Approx(expected).epsilon(1e-3).margin(1e-4));
            }
    });
}

TEST_CASE("A gate of 1 changes nothing, copies are passes of their own, and a pass may begin anywhere",
          "[pass]") {
    test::compute_with_one_thread();
    test::with_every_stack([](const auto& weights, size_t stack) {
        const StackSpec& spec = weights->stacks[stack].spec;
        const auto pass = make_plain_pass(weights, stack, "cpu");
        PassCase of(weights->stacks[stack], 3, 7);
        const PassResult plain = run_pass(*pass, of);
        const int64_t numbers = of.copies * spec.attention.heads;
        of.changes = {{0, false, std::vector<float>(numbers, 1.0f), std::vector<uint8_t>(numbers, 0)}};
        const PassResult gated = run_pass(*pass, of);
        CHECK(gated.output == plain.output);
        CHECK(relative(gated.state_gradient, plain.state_gradient) < 1e-6);

        of.changes.clear();
        of.change_heads(spec, 13);
        const PassResult together = run_pass(*pass, of);
        CHECK(relative(together.output, plain.output) > 1e-4);
        const PassResult unwatched = run_pass(*pass, of, false);
        CHECK(unwatched.state_gradient == together.state_gradient);
        CHECK(unwatched.source_gradient == together.source_gradient);
        std::vector<float> outputs, gradients, source_gradients;
        for (int64_t copy = 0; copy < of.copies; ++copy) {
            const PassResult one = run_pass(*pass, of.alone(copy));
            outputs.insert(outputs.end(), one.output.begin(), one.output.end());
            gradients.insert(gradients.end(), one.state_gradient.begin(), one.state_gradient.end());
            source_gradients.insert(source_gradients.end(), one.source_gradient.begin(),
                                    one.source_gradient.end());
            for (const auto& [key, shown] : one.shown) {
                const ShownLayer& other = together.shown.at({std::get<0>(key), copy, std::get<2>(key)});
                CHECK(relative(other.attention_gradient, shown.attention_gradient) < 1e-5);
                CHECK(relative(other.value_gradient, shown.value_gradient) < 1e-5);
            }
        }
        CHECK(relative(together.output, outputs) < 1e-5);
        CHECK(relative(together.state_gradient, gradients) < 1e-5);
        if (!source_gradients.empty()) CHECK(relative(together.source_gradient, source_gradients) < 1e-5);

        for (int64_t first = spec.has_entry_norm ? 1 : 0; first <= spec.layers; ++first) {
            PassCase later = of;
            later.first_layer = first;
            const auto entered =
                together.layer_states.begin() + first * static_cast<int64_t>(of.states.size());
            later.states.assign(entered, entered + static_cast<int64_t>(of.states.size()));
            const PassResult result = run_pass(*pass, later);
            CHECK(result.output == together.output);
            // What is seen of a layer does not depend on where the pass began.
            for (const auto& [key, shown] : result.shown)
                CHECK(shown.attention_gradient == together.shown.at(key).attention_gradient);
        }
    });
}

TEST_CASE("One source for all copies is as good as one for each", "[pass]") {
    test::compute_with_one_thread();
    test::with_every_stack([](const auto& weights, size_t stack) {
        if (!weights->stacks[stack].spec.has_cross_attention) return;
        const auto pass = make_plain_pass(weights, stack, "cpu");
        PassCase shared(weights->stacks[stack], 2, 17);
        shared.source = shared.alone(0).source;
        shared.source_copies = 1;
        PassCase each = shared;
        each.source.insert(each.source.end(), shared.source.begin(), shared.source.end());
        each.source_copies = 2;
        const PassResult a = run_pass(*pass, shared), b = run_pass(*pass, each);
        CHECK(a.output == b.output);
        CHECK(a.source_gradient == b.source_gradient);
    });
}

TEST_CASE("A pass is ended between layers, there and back", "[pass]") {
    const std::string folder = std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints/albert";
    const auto weights = load_model_weights(load_model_config(folder), Checkpoint::open(folder));
    REQUIRE(weights->stacks[0].spec.layers == 3);
    const auto pass = make_plain_pass(weights, 0, "cpu");
    const PassCase of(weights->stacks[0], 2, 1);
    int asked = 0;
    const auto at_second = [&] { return ++asked == 2; };
    CHECK_FALSE(pass->forward(of.input(true), at_second));
    CHECK(asked == 2);
    REQUIRE(pass->forward(of.input(true), {}));
    asked = 0;
    int64_t lowest = 3;
    StackPass::Back back;
    back.output_gradient = of.output_gradient.data();
    back.visit = [&](const LayerGradient& shown) { lowest = std::min(lowest, shown.layer); };
    CHECK_FALSE(pass->backward(back, at_second));
    CHECK(asked == 2);
    CHECK(lowest == 1);
    const PassResult after = run_pass(*pass, of);
    CHECK(after.output == run_pass(*make_plain_pass(weights, 0, "cpu"), of).output);
}
