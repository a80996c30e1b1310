// Heads that are ablated while somebody types: what is shown is what a fresh model shows, whatever was
// ablated before.
#include <catch2/catch.hpp>

#include "analysis/error.h"
#include "tests/parity/family_case.h"
#include "tests/parity/tiny_folder.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;

namespace {

const std::vector<int32_t> text = {11, 25, 7, 60, 40, 1, 9, 30, 5, 4, 44, 12};

std::vector<float> all_attention(const AttentionFrame& frame) {
    std::vector<float> all;
    for (const AttentionBlock& block : frame.blocks)
        for (const auto& layer : block.layer_weights) all.insert(all.end(), layer->begin(), layer->end());
    return all;
}

std::vector<float> differences(const AttentionFrame& frame) {
    std::vector<float> all;
    for (const AttentionBlock& block : frame.blocks) {
        const FrameTensor& tensor = block.quantities.at("difference");
        CHECK(tensor.shape == std::vector<int64_t>{block.layers, block.heads, block.queries, block.keys});
        all.insert(all.end(), tensor.values->begin(), tensor.values->end());
    }
    return all;
}

// One of each kind of attention that the model has.
std::vector<std::vector<HeadAblation>> choices(const ModelSummary& model) {
    using enum AttentionKind;
    const int64_t layer = model.layers - 1, head = model.heads - 1;
    if (!model.has_target)
        return {{},
                {{self, 0, head, false}},
                {{self, 0, 0, true}, {self, layer, head, false}},
                {{self, 0, head, false}},
                {}};
    return {{},
            {{encoder, 0, head, false}},
            {{decoder, 0, 0, false}},
            {{encoder, layer, 0, true}, {cross, 0, head, false}},
            {{decoder, 0, head, true}},
            {{cross, 0, 0, true}},
            {}};
}

void check_as_fresh(const TinyModelFolder& tiny, Model& model, const AnalysisRequest& request) {
    const FramePtr frame = last_frame_of(model, request), fresh = last_frame_of(*tiny.load(), request);
    REQUIRE(frame);
    const std::vector<float> attention = all_attention(*frame), expected = all_attention(*fresh);
    CHECK(largest_distance(attention, expected) < 2e-6);
    REQUIRE(frame->predictions.size() == fresh->predictions.size());
    for (size_t i = 0; i < frame->predictions.size(); ++i)
        CHECK(frame->predictions[i].logit == Approx(fresh->predictions[i].logit).margin(1e-4));
    if (!request.options.wants("difference")) return;
    // The ablated pass minus the one with all heads, of the same tokens.
    AnalysisRequest whole = request;
    whole.options.ablations.clear();
    if (request.options.ablations.empty()) {
        for (const float change : differences(*frame)) CHECK(change == 0);
        return;
    }
    if (frame->stacks.size() > 1) {
        std::vector<int32_t> ids;
        for (size_t i = 1; i < frame->stacks[1].tokens.size(); ++i)
            ids.push_back(frame->stacks[1].tokens[i].id);
        whole.has_target = true;
        whole.target_text = TinyModelFolder::words(ids);
    }
    const std::vector<float> without = all_attention(*last_frame_of(*tiny.load(), whole));
    std::vector<float> change = differences(*frame);
    REQUIRE(change.size() == without.size());
    for (size_t i = 0; i < change.size(); ++i) change[i] += without[i];
    CHECK(largest_distance(change, attention) < 4e-6);
}

}  // namespace

TEST_CASE("Typing and ablating in any order show what a fresh model shows", "[ablation]") {
    for (const char* name : {"bert_masked_lm", "gpt2", "llama_grouped", "gemma2", "gpt2_odd", "gpt_neox"}) {
        INFO(name);
        const TinyModelFolder tiny(name);
        const std::unique_ptr<Model> model = tiny.load();
        size_t length = 4;
        for (const std::vector<HeadAblation>& ablations : choices(model->summary()))
            for (const size_t more : {1, 1, 0, 1}) {
                length = std::min(text.size(), length + more);
                AnalysisRequest request = tiny.request({text.begin(), text.begin() + length});
                request.options.ablations = ablations;
                request.options.predictions = 5;
                if (more == 0 || length % 3 == 0) request.options.methods = {"difference"};
                check_as_fresh(tiny, *model, request);
            }
    }
}

TEST_CASE("Ablated heads of encoder, decoder and cross-attention, text given and generated", "[ablation]") {
    for (const char* name : {"bart", "t5"}) {
        const TinyModelFolder tiny(name);
        const std::unique_ptr<Model> model = tiny.load();
        for (const std::vector<HeadAblation>& ablations : choices(model->summary()))
            for (const size_t target : {0, 3, 4, 4, 2}) {
                INFO(name << ", " << ablations.size() << " heads, target " << target);
                AnalysisRequest request = tiny.request({text.begin(), text.begin() + 7});
                request.options.ablations = ablations;
                request.options.predictions = 5;
                request.has_target = target > 0;
                request.target_text = TinyModelFolder::words({text.begin() + 2, text.begin() + 2 + target});
                request.generation.max_new_tokens = 8;
                if (target == 4 || target == 0) request.options.methods = {"difference"};
                check_as_fresh(tiny, *model, request);
            }
    }
}

TEST_CASE("Ablated heads of a vision model, and the way back", "[ablation]") {
    const TinyModelFolder tiny("vit_image_classification");
    const std::unique_ptr<Model> model = tiny.load();
    for (const std::vector<HeadAblation>& ablations : choices(model->summary())) {
        AnalysisRequest request = tiny.request({});
        request.options.ablations = ablations;
        request.options.predictions = 3;
        request.options.methods = {"difference"};
        check_as_fresh(tiny, *model, request);
    }
}

TEST_CASE("A pass without ablation that is stopped leaves nothing behind", "[ablation]") {
    for (const char* name : {"gpt2", "bart", "bert"}) {
        INFO(name);
        const TinyModelFolder tiny(name);
        const std::unique_ptr<Model> model = tiny.load();
        AnalysisRequest request = tiny.request(text);
        request.options.methods = {"difference"};
        request.options.ablations = choices(model->summary())[1];
        request.has_target = model->summary().has_target;
        request.target_text = "w8 w9";
        int64_t asked = 0, needed = 0;
        const auto count = [&] { return ++needed, false; };
        REQUIRE(model->analyze(request, count, [](const FramePtr&) {}));
        for (int64_t at = 1; at < needed; ++at) {
            const std::unique_ptr<Model> other = tiny.load();
            asked = 0;
            const bool done = other->analyze(
                request, [&] { return ++asked == at; }, [](const FramePtr&) {});
            CHECK(done == (asked < at));  // on a slow machine `needed` counts questions within layers too
            check_as_fresh(tiny, *other, request);
            AnalysisRequest next = tiny.request(text);
            next.has_target = request.has_target;
            next.target_text = request.target_text;
            check_as_fresh(tiny, *other, next);
        }
    }
}

TEST_CASE("A head that the model does not have is wrong usage, with its name", "[ablation]") {
    const auto refused = [](const TinyModelFolder& tiny, const HeadAblation& head) {
        AnalysisRequest request = tiny.request(text);
        request.options.ablations = {head};
        try {
            last_frame_of(*tiny.load(), request);
        } catch (const UsageError& error) {
            return error.what() + std::string(" | ") + error.hint();
        }
        return std::string("no error");
    };
    using enum AttentionKind;
    const TinyModelFolder gpt2("gpt2"), bart("bart"), vit("vit");
    CHECK_THAT(refused(gpt2, {self, 9, 0}), Contains("'9.0'") && Contains("0 to 1"));
    CHECK_THAT(refused(gpt2, {self, 1, 7, true}), Contains("'1.7:mean'") && Contains("0 to "));
    CHECK_THAT(refused(gpt2, {encoder, 0, 0}), Contains("'encoder:0.0'") && Contains("one stack"));
    CHECK_THAT(refused(bart, {self, 0, 0}), Contains("'0.0'") && Contains("cross:"));
    CHECK_THAT(refused(bart, {encoder, 1, 0}), Contains("'encoder:1.0'") && Contains("0 to 0"));
    CHECK_THAT(refused(vit, {self, 0, 99}), Contains("'0.99'"));
}

TEST_CASE("A picture says which heads it goes without", "[ablation]") {
    const TinyModelFolder tiny("gpt2");
    const std::unique_ptr<Model> model = tiny.load();
    AnalysisRequest request = tiny.request(text);
    const std::string title = last_frame_of(*model, request)->provenance.title;
    request.options.ablations = {{AttentionKind::self, 1, 0, true}};
    CHECK(last_frame_of(*model, request)->provenance.title == title + " (without head 1.0:mean)");
}
