// Passes without some heads: against hooks in transformers (write_pass_references.py), against weights whose
// output projection lacks the heads, and live, where nothing of a pass with other heads may be used again.
#include <catch2/catch.hpp>

#include "analysis/method/head_ablations.h"
#include "analysis/model.h"
#include "tests/parity/reference_case.h"

using namespace weft;
using namespace weft::test;
using namespace weft::torch_part;

namespace {

// The output projections' columns of the heads are 0. The arrays live as long as the weights.
std::shared_ptr<const ModelWeights> without_columns(const ReferenceCase& of,
                                                    const std::vector<HeadAblation>& heads) {
    auto weights = std::make_shared<ModelWeights>(*of.weights);
    for (size_t s = 0; s < weights->stacks.size(); ++s) {
        StackWeights& stack = weights->stacks[s];
        const int64_t width = stack.spec.attention.head_width;
        stack.load_layer = [load = stack.load_layer, mine = ablations_of_stack(heads, s), width](int64_t l) {
            LayerWeights layer = load(l);
            const auto cut = [&](LinearWeights& output, bool is_cross) {
                if (!output.weight) return;
                auto copy = std::make_shared<std::vector<float>>(output.weight,
                                                                 output.weight + output.outer * output.inner);
                for (const HeadAblation& head : mine)
                    if (head.layer == l && (head.kind == AttentionKind::cross) == is_cross)
                        for (int64_t row = 0; row < output.outer; ++row)
                            std::fill_n(copy->begin() + row * output.inner + head.head * width, width, 0.0f);
                output.weight = copy->data();
                layer.storage = std::make_shared<std::pair<std::shared_ptr<const void>, decltype(copy)>>(
                    layer.storage, copy);
            };
            cut(layer.attention.output, false);
            cut(layer.cross.output, true);
            return layer;
        };
    }
    return weights;
}

double attention_distance(const CasePass& a, const CasePass& b) {
    double worst = 0;
    for (const auto& [kind, values] : a.attention)
        worst = std::max(worst, largest_distance(values, b.attention.at(kind)));
    return worst;
}

}  // namespace

TEST_CASE("A pass without some heads, or with their means, is that of transformers with hooks",
          "[ablation]") {
    std::printf("largest errors without heads  %-32s  attention  output (of the largest)\n", "case");
    for (const std::string& name : reference_case_names()) {
        INFO(name);
        const ReferenceCase of(name);
        for (const auto& [path, make] : paths_of(of, of.weights)) {
            INFO(path);
            const CasePass pass = run_case(of, make, of.ablations());
            double attention = 0;
            for (const AttentionKind kind : of.kinds())
                attention = std::max(attention,
                                     largest_distance(pass.attention.at(kind),
                                                      of.reference.floats(named("ablated.attention", kind))));
            const std::vector<float> expected = of.reference.floats("ablated.output");
            const double output = largest_distance(pass.output, expected) / largest_of(expected);
            std::printf("                              %-32s  %.1e    %.1e  (%s)\n", name.c_str(), attention,
                        output, path.c_str());
            CHECK(attention < 1e-5);
            CHECK(output < 1e-4);
            // It is not the pass with all heads.
            const CasePass whole = run_case(of, make, {});
            CHECK(largest_distance(pass.output, whole.output) > 1e-3);
        }
    }
}

TEST_CASE("A head without context is a head whose columns of the output projection are 0", "[ablation]") {
    for (const std::string& name : reference_case_names()) {
        INFO(name);
        const ReferenceCase of(name);
        std::vector<HeadAblation> heads = of.ablations();
        for (HeadAblation& head : heads) head.to_mean = false;
        const auto cut = without_columns(of, heads);
        const auto paths = paths_of(of, of.weights), cut_paths = paths_of(of, cut);
        for (size_t i = 0; i < paths.size(); ++i) {
            INFO(paths[i].first);
            const CasePass ablated = run_case(of, paths[i].second, heads);
            const CasePass without = run_case(of, cut_paths[i].second, {});
            CHECK(attention_distance(ablated, without) < 1e-6);
            CHECK(largest_distance(ablated.output, without.output) < 1e-5 * largest_of(without.output));
        }
    }
}

TEST_CASE("Without ablations, and after them, not a bit changes; of one row the mean is the row",
          "[ablation]") {
    for (const std::string& name : reference_case_names()) {
        INFO(name);
        const ReferenceCase of(name);
        const int64_t hidden = of.config.stack().hidden, heads = of.config.stack().attention.heads;
        for (const auto& [path, make] : paths_of(of, of.weights)) {
            INFO(path);
            const auto forward = make(0);
            const auto pass = [&](int64_t rows) {
                const std::vector<float> states(static_cast<size_t>(rows * hidden), 0.25f);
                forward->enter(states.data(), rows);
                std::vector<float> all(static_cast<size_t>(heads * rows * rows)), output(states.size());
                std::vector<float> result;
                for (int64_t l = 0; l < of.config.stack().layers; ++l) {
                    forward->run_layer(l, {all.data(), nullptr}, true);
                    result.insert(result.end(), all.begin(), all.end());
                }
                forward->copy_output(output.data());
                result.insert(result.end(), output.begin(), output.end());
                return result;
            };
            const AttentionKind kind = of.kinds().front();
            const std::vector<float> before = pass(5), one = pass(1);
            forward->set_ablations({{kind, 0, heads - 1, false}});
            CHECK(pass(5) != before);
            forward->set_ablations({{kind, 0, heads - 1, true}});
            CHECK(largest_distance(pass(1), one) < 1e-6);
            forward->set_ablations({});
            CHECK(pass(5) == before);
        }
    }
}
