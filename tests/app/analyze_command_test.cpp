#include "app/analyze_command.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "tests/app/temporary_folder.h"

using namespace weft;

namespace {

class EchoModel : public Model {
  public:
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        if (interrupts) std::raise(SIGINT);
        if (superseded()) return false;
        auto frame = std::make_shared<AttentionFrame>();
        frame->provenance.title = request.text;
        frame->timings_ms["text_to_attention"] = 1.0;
        frame->complete = true;
        post(frame);
        return true;
    }
    bool interrupts = false;

  private:
    ModelSummary summary_;
};

Options options_of(std::vector<const char*> more) {
    std::vector<const char*> arguments = {"weft", "analyze", "--text", "Hello", "--output", "o.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return parse_command_line(int(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("methods and rollout options become the request") {
    const AnalysisRequest request = analysis_request_of(
        options_of({"--methods", "hidden_states,rollout", "--pair", "", "--residual", "0.25", "--truncate"}));
    CHECK(request.text == "Hello");
    CHECK(request.has_pair);
    CHECK(request.options.wants("rollout"));
    CHECK_FALSE(request.options.wants("entropy"));
    CHECK(request.options.hidden_states);
    CHECK(request.options.truncate);
    CHECK(request.options.method.rollout.residual == 0.25);
    CHECK_FALSE(analysis_request_of(options_of({})).has_pair);
    CHECK(analysis_request_of(options_of({})).options.wants("entropy"));
}

TEST_CASE("the decoder's text is given or of a length, by plain argmax and without the model's own rules") {
    const AnalysisRequest given = analysis_request_of(options_of({"--target-text", "Hallo"}));
    CHECK(given.has_target);
    CHECK(given.target_text == "Hallo");
    const AnalysisRequest generated = analysis_request_of(options_of({"--max-new-tokens", "7"}));
    CHECK_FALSE(generated.has_target);
    CHECK(generated.generation.max_new_tokens == 7);
    CHECK_FALSE(generated.generation.follows_config);
    CHECK(generated.generation.temperature == 0);
    CHECK(analysis_request_of(options_of({})).generation.max_new_tokens == 20);
}

TEST_CASE("what a run found is written once") {
    EchoModel model;
    int writes = 0;
    const int code = run_analyze(model, options_of({"--repeat", "3"}),
                                 [&](const AnalysisRun& run, const AnalysisRequest&, const Options& options) {
                                     ++writes;
                                     CHECK(run.frame->provenance.title == "Hello");
                                     CHECK(options.output == "o.json");
                                 });
    CHECK(code == 0);
    CHECK(writes == 1);
}

TEST_CASE("after Ctrl-C nothing is written and the exit code is 1") {
    EchoModel model;
    model.interrupts = true;
    int writes = 0;
    CHECK(run_analyze(model, options_of({}), [&](const auto&...) { ++writes; }) == 1);
    CHECK(writes == 0);
}

TEST_CASE("timings are three numbers only where the analysis was repeated") {
    const TemporaryFolder folder;
    AnalysisRun run;
    auto frame = std::make_shared<AttentionFrame>();
    TokenStack stack;
    stack.text = "x";
    stack.tokens = {{5, "x", 0, 1, false}};
    frame->stacks = {stack};
    AttentionBlock block;
    block.layers = block.heads = block.queries = block.keys = 1;
    block.layer_weights = {std::make_shared<const std::vector<float>>(1, 1.0f)};
    frame->blocks = {block};
    frame->timings_ms["text_to_attention"] = 1.5;
    frame->complete = true;
    run.frame = frame;
    run.timings_ms["text_to_attention"] = {1, 2, 3};
    Options options = options_of({"--methods", "attention"});
    for (const int repeat : {0, 3}) {
        options.repeat = repeat;
        options.output = (folder / "o.json").string();
        export_run(run, analysis_request_of(options), options);
        std::ifstream file(options.output);
        const auto json = nlohmann::json::parse(file);
        CHECK(json["timings_ms"]["text_to_attention"].is_array() == (repeat == 3));
    }
}

TEST_CASE("an output that can't be written is refused before the model loads") {
    CHECK_THROWS_AS(check_analysis_path("a.txt"), UsageError);
    CHECK_THROWS_AS(check_analysis_path("no/such/folder/a.json"), Error);
    CHECK_NOTHROW(check_analysis_path("a.csv"));
}
