// The picture that comes from the pass that methods go back through, beside the one of a pass of its own.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/parity/tiny_folder.h"

using namespace weft;

namespace {

const std::vector<int32_t> ids = {11, 25, 7, 42, 9, 17, 33, 5, 28, 14, 6, 30, 21, 8, 19};

std::vector<std::string> text_models_of_one_stack() {
    std::vector<std::string> names;
    const std::filesystem::path root = std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints";
    for (const auto& folder : std::filesystem::directory_iterator(root)) {
        const auto config = nlohmann::json::parse(test::read_file(folder.path() / "config.json"));
        if (!config.contains("vocab_size") || config.value("is_encoder_decoder", false)) continue;
        names.push_back(folder.path().filename().string());
    }
    return names;
}

FramePtr frame_of(Model& model, AnalysisRequest request, std::set<std::string> methods, double pause_ms = 0) {
    request.options.methods = std::move(methods);
    request.options.pause_ms = pause_ms;
    FramePtr last;
    REQUIRE(model.analyze(request, {}, [&](FramePtr frame) { last = std::move(frame); }));
    return last;
}

void check_same_picture(const AttentionFrame& a, const AttentionFrame& b) {
    const AttentionBlock &left = a.blocks.front(), &right = b.blocks.front();
    REQUIRE(left.layer_weights.size() == right.layer_weights.size());
    for (size_t layer = 0; layer < left.layer_weights.size(); ++layer)
        CHECK(*left.layer_weights[layer] == *right.layer_weights[layer]);
    CHECK(left.max_row_sum_error == right.max_row_sum_error);
    CHECK(*a.hidden_states.front().values == *b.hidden_states.front().values);
    REQUIRE(a.logits.has_value() == b.logits.has_value());
    if (a.logits) CHECK(*a.logits->values == *b.logits->values);
}

}  // namespace

TEST_CASE("Attention, hidden states and logits are the same bytes, whether methods are asked for or not",
          "[picture]") {
    int models = 0;
    for (const std::string& name : text_models_of_one_stack()) {
        INFO(name);
        const test::TinyModelFolder folder(name);
        const std::unique_ptr<Model> model = folder.load();
        AnalysisRequest request = folder.request(ids);
        request.options.hidden_states = request.options.logits = true;
        for (const bool is_ablated : {false, true}) {
            if (is_ablated) request.options.ablations = {{AttentionKind::self, 0, 0, models % 2 == 0}};
            check_same_picture(*frame_of(*model, request, {}),
                               *frame_of(*model, request, {"head_importance"}));
        }
        ++models;
    }
    CHECK(models > 50);
}

TEST_CASE("A method is the same bytes behind a pause, where the picture has a pass of its own", "[picture]") {
    for (const char* name : {"bert", "gpt2", "llama"}) {
        INFO(name);
        const test::TinyModelFolder folder(name);
        const std::unique_ptr<Model> model = folder.load();
        const AnalysisRequest request = folder.request(ids);
        const auto importance = [&](double pause_ms) {
            const FramePtr frame = frame_of(*model, request, {"head_importance"}, pause_ms);
            return *frame->blocks.front().quantities.at("head_importance").values;
        };
        CHECK(importance(0) == importance(1));
    }
}

TEST_CASE("A picture that is superseded within the pass that methods share posts nothing", "[picture]") {
    const test::TinyModelFolder folder("bert");
    const std::unique_ptr<Model> model = folder.load();
    AnalysisRequest request = folder.request(ids);
    request.options.methods = {"head_importance"};
    int asked = 0, posted = 0;
    CHECK_FALSE(model->analyze(
        request, [&] { return ++asked == 1; }, [&](const FramePtr&) { ++posted; }));
    CHECK(posted == 0);
    // And the next one is whole.
    CHECK(frame_of(*model, request, {"head_importance"})->complete);
}
