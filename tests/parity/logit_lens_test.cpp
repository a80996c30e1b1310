// The logit lens: against transformers whose last layer's output is replaced by each hidden state
// (write_pass_references.py), and in frames.
#include <catch2/catch.hpp>

#include "analysis/error.h"
#include "tests/parity/reference_case.h"
#include "tests/parity/tiny_folder.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("The logit lens is what transformers says where each layer's output is the last", "[logit_lens]") {
    std::printf("largest errors of the logit lens  %-32s  of the largest\n", "case");
    for (const std::string& name : reference_case_names()) {
        INFO(name);
        const ReferenceCase of(name);
        if (!of.config.head) continue;
        const SafetensorsTensor* shape = of.reference.file.find("logit_lens");
        REQUIRE(shape != nullptr);
        const std::vector<float> expected = of.reference.floats("logit_lens");
        for (const auto& [path, make] : paths_of(of, of.weights)) {
            INFO(path);
            const auto lens = logit_lens_of(of, run_case(of, make, {}));
            CHECK(lens.at("logit_lens").shape == shape->shape);
            const std::vector<float>& logits = *lens.at("logit_lens").values;
            const double worst = largest_distance(logits, expected) / largest_of(expected);
            std::printf("                                  %-32s  %.1e  (%s)\n", name.c_str(), worst,
                        path.c_str());
            CHECK(worst < 1e-4);
            const size_t classes = static_cast<size_t>(shape->shape.back());
            const std::vector<float>&tokens = *lens.at("logit_lens.token").values,
                  &probabilities = *lens.at("logit_lens.probability").values;
            REQUIRE(tokens.size() == logits.size() / classes);
            for (size_t row = 0; row < tokens.size(); ++row) {
                const auto first = logits.begin() + row * classes;
                const auto best = std::max_element(first, first + classes);
                CHECK(tokens[row] == static_cast<float>(best - first));
                double sum = 0;
                for (size_t i = 0; i < classes; ++i) sum += std::exp(double{first[i]} - *best);
                CHECK(probabilities[row] == Approx(1 / sum).epsilon(1e-5));
            }
        }
    }
}

TEST_CASE("In a frame the last entry of the logit lens is the model's own logits", "[logit_lens]") {
    for (const char* name : {"bert_masked_lm", "gpt2", "llama_sequence_classification", "bart", "t5",
                             "vit_image_classification"}) {
        INFO(name);
        const TinyModelFolder tiny(name);
        const std::unique_ptr<Model> model = tiny.load();
        for (const bool wants_states : {false, true}) {
            AnalysisRequest request = tiny.request({11, 25, 7, 60, 40});
            request.has_target = model->summary().has_target;
            request.target_text = "w8 w9 w10";
            request.options.methods = {"logit_lens"};
            request.options.logits = true;
            request.options.hidden_states = wants_states;
            const FramePtr frame = last_frame_of(*model, request);
            CHECK(frame->hidden_states.empty() == !wants_states);
            const AttentionBlock& block = frame->blocks[frame->blocks.size() > 1 ? 1 : 0];
            const FrameTensor& lens = block.quantities.at("logit_lens");
            const std::vector<float>& logits = *frame->logits->values;
            CHECK(lens.shape[0] == block.layers + 1);
            const std::vector<float> last(lens.values->end() - static_cast<int64_t>(logits.size()),
                                          lens.values->end());
            CHECK(largest_distance(last, logits) < 1e-5 * largest_of(logits));
            // Without the logits, behind a kept prefix.
            request.options.logits = false;
            request.options.hidden_states = false;
            if (!tiny.is_vision) request.text += " w5";
            const FramePtr longer = last_frame_of(*model, request),
                           fresh = last_frame_of(*tiny.load(), request);
            const size_t at = longer->blocks.size() > 1 ? 1 : 0;
            CHECK(largest_distance(*longer->blocks[at].quantities.at("logit_lens").values,
                                   *fresh->blocks[at].quantities.at("logit_lens").values) < 1e-4);
        }
    }
}

TEST_CASE("A model without a head has no logit lens, and says so", "[logit_lens]") {
    const TinyModelFolder tiny("bert");
    AnalysisRequest request = tiny.request({11, 25});
    request.options.methods = {"logit_lens"};
    CHECK_THROWS_AS(last_frame_of(*tiny.load(), request), UsageError);
}
