#include "app/state_file.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "app/clock.h"
#include "app/view_options.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

const char* docked_name(Docked docked) {
    switch (docked) {
        case Docked::none:
            return "none";
        case Docked::matrix:
            return "matrix";
        case Docked::choices:
            return "choices";
        case Docked::timings:
            return "timings";
        case Docked::models:
            return "models";
        case Docked::predictions:
            return "predictions";
    }
    return "";
}

nlohmann::ordered_json focus_json(const Focus& focus) {
    static const char* const kinds[] = {"none", "token", "edge", "head", "layer"};
    return {{"kind", kinds[static_cast<size_t>(focus.kind)]},
            {"layer", focus.layer},
            {"head", focus.head},
            {"query", focus.query},
            {"key", focus.key}};
}

}  // namespace

std::string state_json(const Program& program, uint64_t validation_messages) {
    const Session& session = program.session;
    const ViewState& view = session.view();
    const TextStackPlan* plan = session.plan();
    const RenderStats stats = program.renderer.stats();
    nlohmann::ordered_json tokens = nlohmann::json::array(), keys = nlohmann::json::array();
    std::string attention;
    if (plan && !plan->frame->blocks.empty()) {
        const AttentionBlock& block = shown_block(*plan);
        attention = attention_name(block.kind);
        for (const Token& token : query_tokens(*plan->frame, block)) tokens.push_back(token.text);
        for (const Token& token : key_tokens(*plan->frame, block)) keys.push_back(token.text);
    }
    nlohmann::ordered_json passes = nlohmann::json::object(), analysis = nlohmann::json::object();
    for (const PassTiming& pass : stats.passes) passes[pass.name] = {pass.cpu_ms, pass.gpu_ms};
    if (const FramePtr frame = session.frame())
        for (const auto& [name, ms] : frame->timings_ms) analysis[name] = ms;
    nlohmann::ordered_json predictions = nlohmann::json::array();
    if (const FramePtr frame = session.frame())
        for (const Prediction& prediction : frame->predictions)
            predictions.push_back({prediction.text, prediction.probability});
    const std::optional<ModelSummary> model = session.model();
    const std::optional<float> loading = session.load_fraction();
    const nlohmann::ordered_json json = {
        {"model", model ? model->name : ""},
        {"loading", loading ? nlohmann::ordered_json(*loading) : nlohmann::ordered_json()},
        {"predictions", predictions},
        {"text", session.prompt().text()},
        {"caret", session.prompt().caret()},
        {"selected_text", std::string(session.prompt().selected_text())},
        {"mode", program.mode == InputMode::typing ? "typing" : "flying"},
        {"submitted_revision", session.submitted_revision()},
        {"shown_revision", session.shown_revision()},
        {"tokens", tokens},
        {"key_tokens", keys},
        {"attention", attention},
        {"title", view.title},
        {"lines", plan ? plan->ledger.lines : 0},
        {"lines_drawn", stats.lines_drawn},
        {"message", session.message() ? session.message()->text : ""},
        {"stale", session.animator().motion().stale},
        {"show", session.show() == Show::none    ? "none"
                 : session.show() == Show::intro ? "intro"
                                                 : "path"},
        {"camera", nlohmann::json::parse(camera_json(session.animator().camera()))},
        {"preset", session.preset() ? camera_preset_names().at(size_t(*session.preset())) : "by hand"},
        {"folded", session.is_folded()},
        {"quantity", view.quantity},
        {"theme", theme_text(view.theme)},
        {"threshold", threshold_text(view.threshold)},
        {"sinks", sinks_text(view.sinks)},
        {"head", {session.head_choice().layer, session.head_choice().head}},
        {"hovered", focus_json(view.hovered)},
        {"selected", focus_json(view.selected)},
        {"docked", docked_name(program.panels.docked)},
        {"help", program.panels.help},
        {"hidden", program.panels.hidden},
        {"recording", program.recorder.is_running()},
        {"size", {program.viewport.size.x, program.viewport.size.y}},
        {"time_s", clock_s()},
        {"frames", stats.frame},
        {"frame_ms", program.frame_ms},
        {"quality", program.quality.step()},
        {"latency_ms",
         {{"last", program.latency.last_ms()},
          {"median", program.latency.median_ms()},
          {"count", program.latency.count()}}},
        {"passes_ms", passes},
        {"analysis_ms", analysis},
        {"validation_messages", validation_messages},
    };
    return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_state(const std::string& path, const std::string& json) {
    const std::string temporary = path + ".new";
    std::ofstream file(temporary, std::ios::binary);
    file << json << '\n';
    file.close();
    std::error_code failed;
    if (file) std::filesystem::rename(temporary, path, failed);
    if (!file || failed) throw Error("cannot write '" + path + "'", "Check the folder and its permissions.");
}

}  // namespace weft
