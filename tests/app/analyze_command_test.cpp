#include "app/analyze_command.h"

#include <catch2/catch.hpp>
#include <csignal>

#include "analysis/error.h"

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
    CHECK(request.options.rollout);
    CHECK_FALSE(request.options.entropy);
    CHECK(request.options.hidden_states);
    CHECK(request.options.truncate);
    CHECK(request.options.rollout_options.residual == 0.25);
    CHECK_FALSE(analysis_request_of(options_of({})).has_pair);
    CHECK(analysis_request_of(options_of({})).options.entropy);
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

TEST_CASE("an output that can't be written is refused before the model loads") {
    CHECK_THROWS_AS(check_analysis_path("a.txt"), UsageError);
    CHECK_THROWS_AS(check_analysis_path("no/such/folder/a.json"), Error);
    CHECK_NOTHROW(check_analysis_path("a.csv"));
}
