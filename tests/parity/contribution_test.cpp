// Contribution of every key to every row: against transformers' own values and projections in float64
// (write_pass_references.py), and live, behind kept rows, a kept encoder and ablations.
#include <catch2/catch.hpp>

#include "analysis/method/head_ablations.h"
#include "analysis/torch/contribution.h"
#include "tests/parity/reference_case.h"
#include "tests/parity/tiny_folder.h"

using namespace weft;
using namespace weft::test;
using namespace weft::torch_part;

namespace {

AttentionBlock block_of(const ReferenceCase& of, AttentionKind kind, const std::vector<float>& attention) {
    const StackSpec& spec = of.config.stacks[of.stack_of(kind)].spec;
    AttentionBlock block;
    block.kind = kind;
    block.layers = static_cast<uint32_t>(spec.layers);
    block.heads = static_cast<uint32_t>(spec.attention.heads);
    const SafetensorsTensor* shape = of.reference.file.find(named("contribution", kind));
    REQUIRE(shape != nullptr);
    block.queries = static_cast<uint32_t>(shape->shape[1]);
    block.keys = static_cast<uint32_t>(shape->shape[2]);
    const size_t of_layer = size_t{block.heads} * block.queries * block.keys;
    for (size_t l = 0; l < block.layers; ++l)
        block.layer_weights.push_back(std::make_shared<const std::vector<float>>(
            attention.begin() + l * of_layer, attention.begin() + (l + 1) * of_layer));
    return block;
}

std::map<AttentionKind, std::vector<float>> contributions(const AttentionFrame& frame) {
    std::map<AttentionKind, std::vector<float>> all;
    for (const AttentionBlock& block : frame.blocks)
        all[block.kind] = *block.quantities.at("contribution").values;
    return all;
}

}  // namespace

TEST_CASE("Contribution of every stack is that of transformers' values and output projections",
          "[contribution]") {
    std::printf("largest errors of contribution  %-32s  of the largest\n", "case");
    for (const std::string& name : reference_case_names()) {
        INFO(name);
        const ReferenceCase of(name);
        for (const auto& [path, make] : paths_of(of, of.weights)) {
            INFO(path);
            const auto keeping = [&, make = make](size_t stack) {
                auto forward = make(stack);
                forward->keep_values(true);
                return forward;
            };
            const CasePass pass = run_case(of, keeping, {});
            double worst = 0;
            for (const AttentionKind kind : of.kinds()) {
                const FrameTensor norms = contribution(*pass.forwards[of.stack_of(kind)],
                                                       block_of(of, kind, pass.attention.at(kind)), {}, {});
                const std::vector<float> expected = of.reference.floats(named("contribution", kind));
                worst = std::max(worst, largest_distance(*norms.values, expected) / largest_of(expected));
            }
            std::printf("                                %-32s  %.1e  (%s)\n", name.c_str(), worst,
                        path.c_str());
            CHECK(worst < 1e-5);
        }
    }
}

TEST_CASE("Contribution while somebody types and ablates is that of a fresh model", "[contribution]") {
    const std::vector<int32_t> text = {11, 25, 7, 60, 40, 1, 9, 30, 5, 4, 44, 12};
    for (const char* name : {"bert", "gpt2", "llama_grouped", "gpt2_odd", "bart", "t5", "vit"}) {
        INFO(name);
        const TinyModelFolder tiny(name);
        const std::unique_ptr<Model> model = tiny.load();
        const AttentionKind kind = model->summary().has_target ? AttentionKind::encoder : AttentionKind::self;
        size_t length = 5;
        for (const char* methods : {"contribution", "", "contribution", "contribution,difference",
                                    "difference", "contribution", "", "contribution,difference"})
            for (const bool ablates : {false, true})
                for (const bool to_mean : {false, true}) {
                    INFO(methods << ", " << length << " tokens" << (ablates ? ", ablated" : "") << to_mean);
                    if (ablates) length = std::min(text.size(), length + 1);
                    AnalysisRequest request = tiny.request({text.begin(), text.begin() + length});
                    request.has_target = model->summary().has_target;
                    request.target_text =
                        TinyModelFolder::words({text.begin() + 1, text.begin() + 1 + length / 2});
                    if (std::string(methods).find("contr") == 0)
                        request.options.methods.insert("contribution");
                    if (std::string(methods).find("diff") != std::string::npos)
                        request.options.methods.insert("difference");
                    if (ablates) request.options.ablations = {{kind, 0, 0, to_mean}};
                    request.options.predictions = 2;
                    const FramePtr frame = last_frame_of(*model, request);
                    if (!request.options.wants("contribution")) continue;
                    const auto got = contributions(*frame),
                               fresh = contributions(*last_frame_of(*tiny.load(), request));
                    for (const auto& [of, values] : got)
                        CHECK(largest_distance(values, fresh.at(of)) < 1e-5 * largest_of(values));
                }
    }
}

TEST_CASE("A head that is ablated adds nothing, or for every row its mean weight", "[contribution]") {
    const TinyModelFolder tiny("bert_one_layer_one_head");
    const std::unique_ptr<Model> model = tiny.load();
    AnalysisRequest request = tiny.request({11, 25, 7});
    request.options.methods = {"contribution"};
    const FramePtr whole = last_frame_of(*model, request);
    const size_t count = whole->blocks[0].keys;
    const std::vector<float> norms = contributions(*whole).at(AttentionKind::self);
    request.options.ablations = {{AttentionKind::self, 0, 0, false}};
    const std::vector<float> none = contributions(*last_frame_of(*model, request)).at(AttentionKind::self);
    CHECK(none == std::vector<float>(count * count, 0.0f));
    request.options.ablations = {{AttentionKind::self, 0, 0, true}};
    const std::vector<float> means = contributions(*last_frame_of(*model, request)).at(AttentionKind::self);
    for (size_t j = 0; j < count; ++j) {
        double mean = 0;  // of one head, the norm is the weight times that of the key's vector
        for (size_t i = 0; i < count; ++i) mean += norms[i * count + j] / static_cast<double>(count);
        for (size_t i = 0; i < count; ++i) CHECK(means[i * count + j] == Approx(mean).epsilon(1e-5));
    }
}
