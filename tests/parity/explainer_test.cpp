// What holds for gradient methods whatever the numbers: finite differences, completeness, gates, chunks, the
// same bytes again, stopping, and what is refused. On the tiny checkpoints.
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "analysis/error.h"
#include "tests/parity/method_case.h"

using namespace weft;
using torch_part::LayerChange;

namespace {

// Of each kind of stack.
const char* const some_cases[] = {"bert",        "bert_masked_lm", "llama_grouped",
                                  "vit_classes", "bart",           "t5_gated"};

const std::vector<float>& tensor(const AttentionFrame& frame, size_t block, const std::string& name) {
    const auto& quantities = frame.blocks[block].quantities;
    REQUIRE(quantities.contains(name));
    return *quantities.at(name).values;
}

bool same_bytes(const AttentionFrame& a, const AttentionFrame& b) {
    for (size_t block = 0; block < a.blocks.size(); ++block) {
        const auto &ours = a.blocks[block].quantities, &theirs = b.blocks[block].quantities;
        if (ours.size() != theirs.size()) return false;
        for (const auto& [name, values] : ours)
            if (!theirs.contains(name) || *values.values != *theirs.at(name).values) return false;
    }
    return a.deltas == b.deltas && a.target->value == b.target->value;
}

LayerChange gate(int64_t heads, int64_t layer, int64_t head, float value, bool is_cross) {
    LayerChange change;
    change.layer = layer;
    change.is_cross = is_cross;
    change.gates.assign(static_cast<size_t>(heads), 1.0f);
    change.gates[static_cast<size_t>(head)] = value;
    return change;
}

// A derivative by central differences at two step sizes, what is of the second order in them removed.
double slope_at(double x, double step, const std::function<double(double)>& y) {
    const auto central = [&](double size) { return (y(x + size) - y(x - size)) / (2 * size); };
    return (4 * central(step / 2) - central(step)) / 3;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::string usage_error(test::ExplainedModel& model, const test::MethodCase& of,
                        const AnalysisOptions& options) {
    try {
        model.frame(of.text, options);
    } catch (const UsageError& error) {
        return error.what() + std::string(" | ") + error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("Gradients by word embeddings are those of finite differences", "[gradients]") {
    for (const char* name : some_cases) {
        const test::MethodCase of = test::method_case(name);
        if (of.text.ids.empty()) continue;
        test::ExplainedModel model(of.checkpoint, true);
        REQUIRE(model.frame(of.text, of.options));
        for (size_t stack = 0; stack < model.stacks(); ++stack) {
            const std::vector<float> words = model.words(stack), gradient = model.word_gradient(stack, words);
            std::mt19937 random(7);
            std::normal_distribution<float> normal;
            for (int direction = 0; direction < 4; ++direction) {
                std::vector<float> step(words.size());
                for (float& value : step) value = normal(random);
                const double slope = slope_at(0, 0.004, [&](double size) {
                    std::vector<float> moved = words;
                    for (size_t i = 0; i < moved.size(); ++i) moved[i] += static_cast<float>(size) * step[i];
                    const std::vector<float> states = model.states_of_words(stack, moved);
                    return model.value(stack, 0, &states, {});
                });
                const double scale = std::sqrt(dot(gradient, gradient) * dot(step, step));
                INFO(name << ", stack " << stack << ": " << slope << " against " << dot(gradient, step));
                CHECK(std::abs(slope - dot(gradient, step)) < 2e-3 * scale);
            }
        }
    }
}

TEST_CASE("A head's importance is the derivative by its gate, and the sum of its gradient x attention",
          "[gradients]") {
    for (const char* name : some_cases) {
        const test::MethodCase of = test::method_case(name);
        test::ExplainedModel model(of.checkpoint, true);
        const auto frame = model.frame(of.text, of.options);
        REQUIRE(frame);
        for (size_t b = 0; b < frame->blocks.size(); ++b) {
            const AttentionBlock& block = frame->blocks[b];
            const std::vector<float>& importance = tensor(*frame, b, "head_importance");
            const std::vector<float>& products = tensor(*frame, b, "gradient_attention");
            const bool is_cross = block.kind == AttentionKind::cross;
            const double largest = test::largest_of(importance);
            for (int64_t layer = 0; layer < block.layers; ++layer)
                for (int64_t head = 0; head < block.heads; ++head) {
                    const size_t at = static_cast<size_t>(layer * block.heads + head);
                    const double slope = slope_at(1, 0.02, [&](double value) {
                        return model.value(
                            block.query_stack, layer, nullptr,
                            {gate(block.heads, layer, head, static_cast<float>(value), is_cross)});
                    });
                    INFO(name << ", block " << b << ", layer " << layer << ", head " << head);
                    CHECK(std::abs(std::abs(slope) - importance[at]) < 3e-3 * (largest + 0.01));
                    const size_t square = size_t{block.queries} * block.keys;
                    const auto first = products.begin() + static_cast<int64_t>(at * square);
                    const double sum = std::accumulate(first, first + static_cast<int64_t>(square), 0.0);
                    CHECK(std::abs(sum) == Approx(importance[at]).margin(1e-4 * largest));
                }
        }
    }
}

TEST_CASE("A gate at 1 changes nothing", "[gradients]") {
    for (const char* name : some_cases) {
        const test::MethodCase of = test::method_case(name);
        test::ExplainedModel model(of.checkpoint, true);
        AnalysisOptions options = of.options;
        options.methods = {"head_importance"};
        const auto frame = model.frame(of.text, options);
        REQUIRE(frame);
        for (const AttentionBlock& block : frame->blocks)
            for (int64_t layer = 0; layer < block.layers; ++layer)
                CHECK(model.value(block.query_stack, layer, nullptr,
                                  {gate(block.heads, layer, 0, 1, block.kind == AttentionKind::cross)}) ==
                      Approx(model.target_value()).epsilon(1e-6));
    }
}

TEST_CASE("Integrated gradients are complete but for their delta, which more nodes make small",
          "[gradients]") {
    for (const char* name : some_cases) {
        const test::MethodCase of = test::method_case(name);
        test::ExplainedModel model(of.checkpoint, true);
        AnalysisOptions options = of.options;
        options.methods = {"integrated_gradients"};
        options.method.ig_steps = 100;
        options.method.baseline = "zero";
        const auto frame = model.frame(of.text, options);
        REQUIRE(frame);
        for (const auto& [tensor_name, delta] : frame->deltas) {
            INFO(name << ", " << tensor_name << ": " << delta[0]);
            // T5's first norm divides by the length of what enters: no nodes smooth the corner at a zero
            // vector.
            if (std::string_view(name) == "t5_gated") continue;
            CHECK(std::abs(delta[0]) < 0.02 * (1 + std::abs(frame->target->value)));
        }
        if (of.text.ids.empty()) continue;
        // The baseline by hand: zero but for special tokens.
        for (size_t stack = 0; stack < model.stacks(); ++stack) {
            const size_t block = stack;
            std::vector<float> words = model.words(stack);
            const std::vector<float>& tokens = tensor(*frame, block, "integrated_gradients");
            const size_t width = words.size() / tokens.size();
            for (size_t i = 0; i < tokens.size(); ++i) {
                if (of.text.special[stack][i])
                    CHECK(tokens[i] == 0);
                else
                    std::fill_n(words.begin() + static_cast<int64_t>(i * width), width, 0.0f);
            }
            const std::vector<float> states = model.states_of_words(stack, words);
            const double change = frame->target->value - model.value(stack, 0, &states, {});
            const double sum = std::accumulate(tokens.begin(), tokens.end(), 0.0);
            const std::string tensor_name = std::string("integrated_gradients") + (model.stacks() == 1 ? ""
                                                                                   : stack == 0 ? ".encoder"
                                                                                                : ".decoder");
            CHECK(sum - change == Approx(frame->deltas.at(tensor_name)[0]).margin(1e-5));
        }
    }
}

TEST_CASE("The adaptive rule comes to what many nodes give, within its tolerance and with fewer",
          "[gradients]") {
    for (const char* name : some_cases) {
        if (std::string_view(name) == "t5_gated") continue;  // no nodes smooth its corner at a zero vector
        const test::MethodCase of = test::method_case(name);
        test::ExplainedModel model(of.checkpoint, true);
        AnalysisOptions options = of.options;
        options.methods = {"integrated_gradients"};
        options.method.baseline = "zero";
        options.method.ig_rule = QuadratureRule::gauss_legendre;
        options.method.ig_steps = 400;
        const auto many = model.frame(of.text, options);
        options.method.ig_rule = QuadratureRule::adaptive;
        options.method.ig_steps = 200;
        const auto adaptive = model.frame(of.text, options);
        REQUIRE(many);
        REQUIRE(adaptive);
        for (const auto& [tensor_name, count] : adaptive->nodes) {
            const size_t block = tensor_name.ends_with(".decoder") ? 1 : 0;
            const std::vector<float>& expected = tensor(*many, block, "integrated_gradients");
            const std::vector<float>& tokens = tensor(*adaptive, block, "integrated_gradients");
            const double sum = std::accumulate(tokens.begin(), tokens.end(), 0.0);
            const double delta = adaptive->deltas.at(tensor_name)[0];
            INFO(name << ", " << tensor_name << ": " << count << " nodes, delta " << delta << " of " << sum);
            CHECK(count < 200);
            CHECK(std::abs(delta) <= 0.0101 * std::abs(sum - delta));
            float largest = 0, worst = 0;
            for (size_t i = 0; i < tokens.size(); ++i) {
                largest = std::max(largest, std::abs(expected[i]));
                worst = std::max(worst, std::abs(expected[i] - tokens[i]));
            }
            CHECK(worst <= 0.03f * largest);
        }
        CHECK(adaptive->nodes.size() == adaptive->deltas.size());
        options.refine = true;
        StepContext context;
        int posts = 0;
        context.post_partial = [&] { ++posts; };
        const auto refined = model.frame(of.text, options, context);
        REQUIRE(refined);
        CHECK(same_bytes(*refined, *adaptive));
        const int64_t of_last = adaptive->nodes.rbegin()->second;
        if (model.stacks() == 1) CHECK(posts == (of_last - 9 + 3) / 4);
    }
}

TEST_CASE("Relevance pairs each layer's attention with its own gradient", "[gradients]") {
    const test::MethodCase of = test::method_case("bert");
    test::ExplainedModel model(of.checkpoint, true);
    const auto frame = model.frame(of.text, of.options);
    REQUIRE(frame);
    const std::vector<float>& products = tensor(*frame, 0, "gradient_attention");
    const AttentionBlock& block = frame->blocks[0];
    const size_t layers = block.layers, heads = block.heads, square = size_t{block.queries} * block.keys;
    REQUIRE(layers == 2);
    // G of each layer, from A G and A: the reference's flow is A |dV|, so A is taken from a frame of its own.
    const test::FamilyReference plain{Safetensors::open((of.checkpoint / "reference.safetensors").string())};
    const std::vector<float> attention = plain.floats("attention");
    const auto relevance = [&](bool reversed) {
        const size_t n = block.queries;
        std::vector<double> result(square, 0.0);
        for (size_t i = 0; i < n; ++i) result[i * n + i] = 1;
        for (size_t l = 0; l < layers; ++l) {
            const size_t gradients_of = reversed ? layers - 1 - l : l;
            std::vector<double> next = result;
            for (size_t i = 0; i < n; ++i)
                for (size_t k = 0; k < n; ++k) {
                    double mean = 0;
                    for (size_t h = 0; h < heads; ++h) {
                        const size_t own = (l * heads + h) * square + i * n + k;
                        const size_t other = (gradients_of * heads + h) * square + i * n + k;
                        mean += std::max(0.0, double{attention[own]} * products[other] / attention[other]);
                    }
                    for (size_t j = 0; j < n; ++j)
                        next[i * n + j] += mean / static_cast<double>(heads) * result[k * n + j];
                }
            result = next;
        }
        return std::vector<float>(result.begin(), result.end());
    };
    const std::vector<float>& ours = tensor(*frame, 0, "relevance");
    CHECK(test::largest_distance(ours, relevance(false)) < 1e-4 * test::largest_of(ours));
    CHECK(test::largest_distance(ours, relevance(true)) > 1e-2 * test::largest_of(ours));
}

TEST_CASE("The same input gives the same bytes, however many copies go together", "[gradients]") {
    for (const char* name : some_cases) {
        const test::MethodCase of = test::method_case(name);
        INFO(name);
        test::ExplainedModel model(of.checkpoint, true);
        AnalysisOptions options = of.options;
        options.method.ig_steps = options.method.attention_ig_steps = 9;
        const auto once = model.frame(of.text, options);
        REQUIRE(once);
        const auto again = model.frame(of.text, options);
        REQUIRE(again);
        CHECK(same_bytes(*once, *again));
        for (const int64_t copies : {1, 4, 9}) {
            test::ExplainedModel other(of.checkpoint, true, copies);
            const auto chunked = other.frame(of.text, options);
            REQUIRE(chunked);
            INFO(copies << " copies");
            CHECK(same_bytes(*once, *chunked));
        }
    }
}

TEST_CASE("Stopping gives no frame at whatever moment, and the next one is whole", "[gradients]") {
    const test::MethodCase of = test::method_case("bart");
    test::ExplainedModel model(of.checkpoint, true, 4);
    const auto whole = model.frame(of.text, of.options);
    REQUIRE(whole);
    int asked = 0;
    StepContext counting;
    counting.stop = [&] {
        ++asked;
        return false;
    };
    REQUIRE(model.frame(of.text, of.options, counting));
    for (int moment = 1; moment < asked; moment += std::max(1, asked / 25)) {
        int left = moment;
        StepContext stopping;
        stopping.stop = [&] { return --left <= 0; };
        CHECK(model.frame(of.text, of.options, stopping) == nullptr);
    }
    const auto after = model.frame(of.text, of.options);
    REQUIRE(after);
    CHECK(same_bytes(*whole, *after));
}

TEST_CASE("Refining posts integrated gradients by fewer nodes first, and progress rises to 1",
          "[gradients]") {
    for (const char* name : {"bert_masked_lm", "bart"}) {
        const test::MethodCase of = test::method_case(name);
        test::ExplainedModel model(of.checkpoint, true);
        AnalysisOptions options = of.options;
        options.methods = {"integrated_gradients"};
        options.method.ig_steps = 50;
        options.refine = true;
        int posts = 0;
        std::vector<float> progress;
        StepContext context;
        context.post_partial = [&] { ++posts; };
        context.progress = [&](float part) { progress.push_back(part); };
        const auto refined = model.frame(of.text, options, context);
        REQUIRE(refined);
        CHECK(posts == 3);  // by 8, 16 and 32; the last is the step's own result
        CHECK(std::ranges::is_sorted(progress));
        CHECK(progress.back() == Approx(1));
        options.refine = false;
        const auto plain = model.frame(of.text, options);
        REQUIRE(plain);
        CHECK(same_bytes(*refined, *plain));
    }
}

TEST_CASE("What cannot be explained is refused with the value in it", "[gradients]") {
    const auto with = [](const std::string& target, TargetSpace space = TargetSpace::logit,
                         const std::string& baseline = "zero") {
        AnalysisOptions options;
        options.methods = {"integrated_gradients"};
        options.method.target = parse_target(target);
        options.method.target_space = space;
        options.method.baseline = baseline;
        options.method.ig_steps = 2;
        return options;
    };
    const test::MethodCase masked = test::method_case("bert_masked_lm"), bare = test::method_case("bert");
    test::ExplainedModel language_model(masked.checkpoint, true), no_head(bare.checkpoint, true);
    CHECK_THAT(usage_error(language_model, masked, with("x17")),
               Catch::Contains("\"x17\"") && Catch::Contains("Did you mean \"w17\"?"));
    CHECK_THAT(usage_error(language_model, masked, with("67")),
               Catch::Contains("67") && Catch::Contains("0 to 66"));
    CHECK_THAT(usage_error(language_model, masked, with("w5@11")), Catch::Contains("row 11"));
    CHECK_THAT(usage_error(language_model, masked, with("w5@-12")), Catch::Contains("row -12"));
    CHECK_THAT(usage_error(language_model, masked, with("norm", TargetSpace::probability)),
               Catch::Contains("probability"));
    CHECK_THAT(usage_error(no_head, bare, with("w5")),
               Catch::Contains("\"w5\"") && Catch::Contains("no head"));
    CHECK_THAT(usage_error(language_model, masked, with("auto", TargetSpace::logit, "x7")),
               Catch::Contains("\"x7\"") && Catch::Contains("\"w7\""));
    CHECK_THAT(usage_error(language_model, masked, with("auto", TargetSpace::logit, "unk")),
               Catch::Contains("\"unk\"") && Catch::Contains("no such token"));
    const test::MethodCase classes = test::method_case("bert_classes"), two = test::method_case("bart");
    test::ExplainedModel classifier(classes.checkpoint, true), pair(two.checkpoint, true);
    CHECK_THAT(usage_error(classifier, classes, with("1@3")), Catch::Contains("\"1@3\""));
    CHECK_THAT(usage_error(classifier, classes, with("LABEL_4")), Catch::Contains("LABEL_"));
    CHECK_THAT(usage_error(pair, two, with("similarity:w5 w6")), Catch::Contains("similarity"));
    const test::MethodCase image = test::method_case("vit");
    test::ExplainedModel vision(image.checkpoint, true);
    CHECK_THAT(usage_error(vision, image, with("auto", TargetSpace::logit, "pad")),
               Catch::Contains("\"pad\""));
    // Afterwards everything works as before.
    CHECK(language_model.frame(masked.text, with("w5@2")) != nullptr);
}

TEST_CASE("A name and its number are the same target; a row may count from the end", "[gradients]") {
    const test::MethodCase of = test::method_case("bert_masked_lm");
    test::ExplainedModel model(of.checkpoint, true);
    AnalysisOptions options;
    options.methods = {"head_importance"};
    options.method.target = parse_target("w17@-2");
    const auto by_name = model.frame(of.text, options);
    options.method.target = parse_target("17@9");
    const auto by_number = model.frame(of.text, options);
    REQUIRE((by_name && by_number));
    CHECK(same_bytes(*by_name, *by_number));
    CHECK(by_name->target->text == "w17");
    CHECK(by_name->target->index == 17);
    CHECK(by_name->target->position == 9);
}
