// What y becomes without heads and without tokens: against one pass of transformers for each number
// (write_pass_references.py), and what must hold of the curves.
#include <catch2/catch.hpp>

#include <chrono>

#include "analysis/family/positions.h"
#include "analysis/method/curves.h"
#include "tests/parity/explained_model.h"
#include "tests/parity/reference_case.h"

using namespace weft;
using namespace weft::test;

namespace {

struct ValuesCase {
    ReferenceCase of;
    ExplainedText text;
    GivenQuantities given;  // what the order of tokens and heads is taken from

    explicit ValuesCase(const std::string& name) : of(name) {
        const bool is_two = of.kinds().size() > 1, is_image = of.config.kind == ModelKind::vision;
        if (is_image) {
            text.pixels = of.inputs.floats("pixel_values");
            text.pixel_shape = of.inputs.file.find("pixel_values")->shape;
        } else {
            text.ids = {of.inputs.ids("ids")};
            const std::vector<int32_t> segments = of.inputs.ids("segments");
            text.segments.assign(segments.begin(), segments.end());
            if (is_two) text.ids.push_back(of.inputs.ids("target_ids"));
            const bool classifies =
                of.config.head && of.config.head->kind == HeadKind::sequence_classification;
            text.predicted = classifies ? last_token_row(text.ids.back(), of.config.generation.pad_id)
                                        : static_cast<int64_t>(text.ids.back().size()) - 1;
        }
        for (const AttentionKind kind : of.kinds()) {
            given[kind]["head_importance"] = of.reference.floats(named("importance", kind));
            if (kind == AttentionKind::cross) continue;
            const std::vector<int32_t> special = of.reference.ids(named("special", kind));
            text.special.emplace_back(special.begin(), special.end());
            given[kind]["integrated_gradients"] = of.reference.floats(named("attribution", kind));
        }
    }
    AnalysisOptions options(std::set<std::string> methods) const {
        AnalysisOptions options;
        options.methods = std::move(methods);
        return options;
    }
};

const std::set<std::string> all_methods = {"ablation", "token_ablation", "deletion", "insertion"};

const std::vector<float>& quantity(const AttentionFrame& frame, AttentionKind kind, const std::string& name) {
    for (const AttentionBlock& block : frame.blocks)
        if (block.kind == kind) return *block.quantities.at(name).values;
    FAIL("no such block");
    throw 0;
}

}  // namespace

TEST_CASE("y without heads and without tokens is that of transformers, in every stack", "[ablation_values]") {
    std::printf("largest errors of y, of the largest  %-32s  heads    pruning  tokens   curves\n", "case");
    for (const std::string& name : reference_case_names()) {
        INFO(name);
        const ValuesCase values(name);
        const FamilyReference& reference = values.of.reference;
        for (const bool by_kernels : {false, true}) {
            ExplainedModel model(values.of.config.folder, by_kernels);
            if (by_kernels && !model.has_kernels()) continue;
            const auto frame =
                model.frame(values.text, values.options(all_methods), StepContext{}, values.given);
            REQUIRE(frame);
            REQUIRE(frame->target);
            const float y = reference.floats("y")[0];
            CHECK(frame->target->value == Approx(y).epsilon(1e-4));
            if (const std::vector<int32_t> target = reference.ids("target"); target[1] >= 0)
                CHECK(frame->target->index == target[1]);
            double heads = 0, pruning = 0, tokens = 0, curves = 0;
            const auto compare = [&](AttentionKind kind, const char* ours, const char* theirs,
                                     double& worst) {
                const std::vector<float> expected = reference.floats(named(theirs, kind));
                worst = std::max(worst, largest_distance(quantity(*frame, kind, ours), expected) /
                                            std::max(largest_of(expected), 1e-2));
            };
            for (const AttentionKind kind : values.of.kinds()) {
                INFO(named("kind", kind));
                compare(kind, "ablation.zero", "ablation.zero", heads);
                compare(kind, "ablation.mean", "ablation.mean", heads);
                compare(kind, "ablation.pruning", "pruning", pruning);
                CHECK(quantity(*frame, kind, "ablation.pruning.random").size() ==
                      quantity(*frame, kind, "ablation.pruning").size());
                CHECK(quantity(*frame, kind, "ablation.pruning.random").front() == Approx(y).epsilon(1e-4));
                CHECK(quantity(*frame, kind, "ablation.pruning.random").back() ==
                      Approx(quantity(*frame, kind, "ablation.pruning").back()).epsilon(1e-4).margin(1e-4));
                if (kind == AttentionKind::cross) continue;
                compare(kind, "token_ablation", "token_ablation", tokens);
                compare(kind, "deletion", "deletion", curves);
                compare(kind, "insertion", "insertion", curves);
                for (const std::string curve : {"deletion", "insertion"}) {
                    const std::vector<float>&ours = quantity(*frame, kind, curve),
                          &random = quantity(*frame, kind, curve + ".random");
                    REQUIRE(random.size() == ours.size());
                    CHECK(random.front() == Approx(ours.front()).epsilon(1e-4).margin(1e-4));
                    CHECK(random.back() == Approx(ours.back()).epsilon(1e-4).margin(1e-4));
                    const std::vector<float>& area = quantity(*frame, kind, curve + ".area");
                    CHECK(area[0] == Approx(curve_area(std::vector<double>(ours.begin(), ours.end()))));
                    CHECK(area[1] == Approx(curve_area(std::vector<double>(random.begin(), random.end()))));
                }
            }
            std::printf("                                     %-32s  %.1e  %.1e  %.1e  %.1e  (%s)\n",
                        name.c_str(), heads, pruning, tokens, curves, by_kernels ? "kernels" : "plain");
            CHECK(heads < 1e-4);
            CHECK(pruning < 1e-4);
            CHECK(tokens < 1e-4);
            CHECK(curves < 1e-4);
        }
    }
}

TEST_CASE("How many copies go together changes no number, and twice is the same", "[ablation_values]") {
    for (const char* name : {"bert_masked_lm", "gpt2", "bart", "vit_image_classification"}) {
        INFO(name);
        const ValuesCase values(name);
        std::vector<std::unique_ptr<AttentionFrame>> frames;
        for (const int64_t copies : {0, 0, 1, 3}) {
            ExplainedModel model(values.of.config.folder, true, copies);
            frames.push_back(
                model.frame(values.text, values.options(all_methods), StepContext{}, values.given));
        }
        for (const auto& frame : frames)
            for (size_t b = 0; b < frame->blocks.size(); ++b)
                for (const auto& [quantity, tensor] : frame->blocks[b].quantities) {
                    INFO(quantity);
                    CHECK(*tensor.values == *frames[0]->blocks[b].quantities.at(quantity).values);
                }
    }
}

TEST_CASE("Without given orders tokens leave by integrated gradients and heads by their importance",
          "[ablation_values]") {
    for (const char* name : {"bert_masked_lm", "t5"}) {
        INFO(name);
        const ValuesCase values(name);
        std::set<std::string> with = all_methods;
        with.insert({"integrated_gradients", "head_importance"});
        ExplainedModel model(values.of.config.folder, true), other(values.of.config.folder, true);
        const auto alone = model.frame(values.text, values.options(all_methods));
        const auto together = other.frame(values.text, values.options(with));
        for (size_t b = 0; b < alone->blocks.size(); ++b) {
            CHECK_FALSE(alone->blocks[b].quantities.contains("integrated_gradients"));
            CHECK_FALSE(alone->blocks[b].quantities.contains("head_importance"));
            for (const auto& [quantity, tensor] : alone->blocks[b].quantities) {
                INFO(quantity);
                CHECK(*tensor.values == *together->blocks[b].quantities.at(quantity).values);
            }
        }
    }
}

TEST_CASE("Ablation values stop when they are asked to, and say how far they are", "[ablation_values]") {
    const ValuesCase values("bart");
    ExplainedModel model(values.of.config.folder, true);
    float last = 0;
    bool falls = false;
    StepContext context;
    context.progress = [&](float fraction) {
        falls = falls || fraction < last;
        last = fraction;
    };
    const auto whole = model.frame(values.text, values.options({"ablation"}), context, values.given);
    REQUIRE(whole);
    CHECK(last == 1);
    CHECK_FALSE(falls);
    for (const int64_t at : {1, 5, 40}) {
        int64_t asked = 0;
        StepContext stopping;
        stopping.stop = [&] { return ++asked > at; };
        CHECK_FALSE(model.frame(values.text, values.options(all_methods), stopping, values.given));
        CHECK(asked <= at + 3);
        const auto again =
            model.frame(values.text, values.options({"ablation"}), StepContext{}, values.given);
        CHECK(quantity(*again, AttentionKind::cross, "ablation.zero") ==
              quantity(*whole, AttentionKind::cross, "ablation.zero"));
    }
}

TEST_CASE("A text of special tokens alone has curves of one point", "[ablation_values]") {
    ValuesCase values("bert_masked_lm");
    values.text.ids = {{2}};
    values.text.segments = {0};
    values.text.special = {{1}};
    values.text.predicted = 0;
    ExplainedModel model(values.of.config.folder, true);
    const auto frame = model.frame(values.text, values.options(all_methods));
    REQUIRE(frame);
    const float y = static_cast<float>(frame->target->value);
    using enum AttentionKind;
    CHECK(quantity(*frame, self, "token_ablation") == std::vector<float>{y});
    CHECK(quantity(*frame, self, "deletion") == std::vector<float>{y});
    CHECK(quantity(*frame, self, "insertion.area") == std::vector<float>{y, y});
    // Of one row the mean is the row.
    for (const float value : quantity(*frame, self, "ablation.mean")) CHECK(value == Approx(y).epsilon(1e-5));
}
