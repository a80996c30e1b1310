// The pass by our own kernels, in each build of them that this processor runs, against the plain one.
#include "analysis/torch/kernel_pass.h"

#include <cstdio>

#include "analysis/torch/stack_forward.h"
#include "tests/parity/double_stack.h"
#include "tests/parity/pass_case.h"

using namespace weft;
using namespace weft::torch_part;
using weft::test::PassCase;
using weft::test::PassResult;
using weft::test::ShownLayer;

namespace {

constexpr double tolerance = 1e-4;  // METHODS: of the largest entry

double relative(const std::vector<float>& a, const std::vector<float>& b) {
    return test::largest_distance(a, b) / test::largest_of(b);
}

double distance(const PassResult& ours, const PassResult& plain) {
    double worst =
        std::max({relative(ours.output, plain.output), relative(ours.layer_states, plain.layer_states),
                  relative(ours.state_gradient, plain.state_gradient)});
    if (!plain.source_gradient.empty())
        worst = std::max(worst, relative(ours.source_gradient, plain.source_gradient));
    REQUIRE(ours.shown.size() == plain.shown.size());
    for (const auto& [key, theirs] : plain.shown) {
        const ShownLayer& shown = ours.shown.at(key);
        REQUIRE((shown.heads == theirs.heads && shown.queries == theirs.queries &&
                 shown.keys == theirs.keys && shown.head_width == theirs.head_width));
        for (const auto part :
             {&ShownLayer::attention, &ShownLayer::attention_gradient, &ShownLayer::context,
              &ShownLayer::context_gradient, &ShownLayer::values, &ShownLayer::value_gradient})
            worst = std::max(worst, relative(shown.*part, theirs.*part));
    }
    return worst;
}

// Of all builds of the kernels.
double distance_of_all(const std::shared_ptr<const ModelWeights>& weights, size_t stack, const PassCase& of) {
    const PassResult plain = run_pass(*make_plain_pass(weights, stack, "cpu"), of);
    double worst = 0;
    for (const Kernels* const* kernels = all_cpu_kernels(); *kernels; ++kernels) {
        INFO("kernels " << (*kernels)->name);
        KernelPass pass(PackedStack::of(weights, stack), **kernels);
        const PassResult ours = run_pass(pass, of);
        const double error = distance(ours, plain);
        CHECK(error < tolerance);
        worst = std::max(worst, error);
        const PassResult again = run_pass(pass, of, false);
        CHECK(again.output == ours.output);
        CHECK(again.state_gradient == ours.state_gradient);
        CHECK(again.source_gradient == ours.source_gradient);
    }
    return worst;
}

}  // namespace

TEST_CASE("The kernels' pass is the plain one in every stack, with heads changed and in copies", "[pass]") {
    test::compute_with_one_thread();
    double worst = 0;
    int stacks = 0;
    test::with_every_stack([&](const auto& weights, size_t stack) {
        if (!kernels_fit(weights->stacks[stack])) return;
        ++stacks;
        for (const int64_t copies : {1, 3})
            for (const bool is_changed : {false, true}) {
                PassCase of(weights->stacks[stack], copies, 5);
                if (is_changed) of.change_heads(weights->stacks[stack].spec, 11);
                INFO(copies << " copies, heads changed: " << is_changed);
                worst = std::max(worst, distance_of_all(weights, stack, of));
            }
    });
    CHECK(stacks > 100);
    std::printf("the kernels' pass against the plain one: %.1e of the largest entry, %d stacks\n", worst,
                stacks);
}

TEST_CASE("The kernels' pass is the plain one where a head is computed in several blocks of rows", "[pass]") {
    test::compute_with_one_thread();
    for (const char* name : {"bert", "gpt2", "llama_grouped", "gemma2", "qwen2_window", "t5", "bart"}) {
        INFO(name);
        const std::string folder = std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints/" + name;
        const auto weights = load_model_weights(load_model_config(folder), Checkpoint::open(folder));
        const size_t stack = weights->stacks.size() - 1;
        PassCase of(weights->stacks[stack], 1, 5);
        test::Random random(3);
        of.rows = 301;
        of.states = random.normal(of.rows * weights->stacks[stack].spec.hidden);
        of.output_gradient = random.normal(of.rows * weights->stacks[stack].spec.hidden);
        of.change_heads(weights->stacks[stack].spec, 11);
        distance_of_all(weights, stack, of);
    }
}

TEST_CASE("A pass by kernels begins anywhere, and one source serves all copies", "[pass]") {
    for (const char* name : {"bert", "llama", "clip_vision", "bart", "t5"}) {
        INFO(name);
        const std::string folder = std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints/" + name;
        const auto weights = load_model_weights(load_model_config(folder), Checkpoint::open(folder));
        const size_t stack = weights->stacks.size() - 1;
        const StackSpec& spec = weights->stacks[stack].spec;
        const auto pass = make_kernel_pass(weights, stack);
        PassCase of(weights->stacks[stack], 3, 7);
        of.change_heads(spec, 13);
        if (spec.has_cross_attention) {
            of.source = of.alone(1).source;
            of.source_copies = 1;
        }
        const PassResult whole = run_pass(*pass, of);
        for (int64_t first = spec.has_entry_norm ? 1 : 0; first <= spec.layers; ++first) {
            PassCase later = of;
            later.first_layer = first;
            const auto entered = whole.layer_states.begin() + first * static_cast<int64_t>(of.states.size());
            later.states.assign(entered, entered + static_cast<int64_t>(of.states.size()));
            const PassResult result = run_pass(*pass, later);
            CHECK(result.output == whole.output);
            for (const auto& [key, shown] : result.shown)
                CHECK(shown.attention_gradient == whole.shown.at(key).attention_gradient);
        }
        if (!spec.has_cross_attention) continue;
        PassCase each = of;
        for (int copy = 1; copy < 3; ++copy)
            each.source.insert(each.source.end(), of.source.begin(), of.source.end());
        each.source_copies = 3;
        const PassResult apart = run_pass(*pass, each);
        CHECK(relative(apart.output, whole.output) < 1e-6);
        CHECK(relative(apart.source_gradient, whole.source_gradient) < 1e-5);
    }
}

TEST_CASE("A pass by kernels shows the attention that it kept, and is ended between layers", "[pass]") {
    test::compute_with_one_thread();
    const std::string folder = std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints/albert";
    const auto weights = load_model_weights(load_model_config(folder), Checkpoint::open(folder));
    const StackSpec& spec = weights->stacks[0].spec;
    REQUIRE(spec.layers == 3);
    const auto pass = make_stack_pass(weights, 0, "cpu"), plain = make_plain_pass(weights, 0, "cpu");
    const PassCase of(weights->stacks[0], 2, 1);
    REQUIRE(pass->forward(of.input(true), {}));
    REQUIRE(plain->forward(of.input(true), {}));
    std::vector<float> ours(static_cast<size_t>(spec.attention.heads * of.rows * of.rows)), theirs(ours);
    pass->copy_attention(2, 1, false, ours.data());
    plain->copy_attention(2, 1, false, theirs.data());
    CHECK(test::largest_distance(ours, theirs) < 1e-6);

    int asked = 0;
    const auto at_second = [&] { return ++asked == 2; };
    int64_t lowest = 3;
    StackPass::Back back;
    back.output_gradient = of.output_gradient.data();
    back.visit = [&](const LayerGradient& shown) { lowest = std::min(lowest, shown.layer); };
    CHECK_FALSE(pass->backward(back, at_second));
    CHECK(lowest == 1);
    asked = 0;
    CHECK_FALSE(pass->forward(of.input(true), at_second));
    CHECK(asked == 2);
    CHECK(run_pass(*pass, of).output == run_pass(*make_kernel_pass(weights, 0), of).output);
}

TEST_CASE("What is no number in a pass by kernels stays none to the end", "[pass]") {
    const std::string folder = std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints/gpt2";
    const auto weights = load_model_weights(load_model_config(folder), Checkpoint::open(folder));
    PassCase of(weights->stacks[0], 2, 1);
    of.states[3] = std::numeric_limits<float>::quiet_NaN();
    const auto pass = make_kernel_pass(weights, 0);
    std::vector<float> output(of.states.size());
    REQUIRE(pass->forward(of.input(false), {}));
    pass->copy_output(output.data());
    CHECK(std::isnan(output[output.size() / 2 - 1]));
    CHECK(std::isfinite(output.back()));
}
