#include "app/state_file.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "app/clock.h"
#include "app/target_name.h"
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
        case Docked::method:
            return "method";
        case Docked::heads:
            return "heads";
        case Docked::curves:
            return "curves";
        case Docked::agreement:
            return "agreement";
        case Docked::places:
            return "places";
    }
    return "";
}

nlohmann::ordered_json focus_json(const Focus& focus) {
    static const char* const kinds[] = {"none", "token", "edge", "head", "layer"};
    return {{"kind", kinds[static_cast<size_t>(focus.kind)]},
            {"block", focus.block},
            {"layer", focus.layer},
            {"head", focus.head},
            {"query", focus.query},
            {"key", focus.key}};
}

// What was chosen, and what it became of the shown text.
nlohmann::ordered_json target_json(const Session& session) {
    nlohmann::ordered_json json = {{"chosen", target_text(session.method_options().target)}};
    const FramePtr frame = session.frame();
    if (!frame || !frame->target) return json;
    const ExplainedTarget& target = *frame->target;
    json["kind"] = target.kind;
    json["index"] = target.index;
    json["position"] = target.position;
    json["name"] = target_name(target);
    json["value"] = target.value;
    return json;
}

// Of an image stack; null elsewhere.
nlohmann::ordered_json image_json(const Program& program) {
    const Session& session = program.session;
    const Scene* scene = session.scene();
    if (!scene || !scene->image) return {};
    const ImageStackPlan& plan = *scene->image;
    const ViewMotion& motion = session.animator().motion();
    const auto closed = session.closed_layer_at(program.pointer.position_px, program.viewport);
    return {{"layer", plan.layer},
            {"heads", plan.heads},
            {"query", plan.query ? nlohmann::ordered_json(*plan.query) : nlohmann::ordered_json()},
            {"look", image_look_text(plan.view.image.look)},
            {"smooth", plan.view.image.smooth},
            {"closed_layer_pointed_at", closed ? nlohmann::ordered_json(*closed) : nlohmann::ordered_json()},
            {"open", {motion.open_key, motion.open_query}}};
}

nlohmann::ordered_json progress_json(const Session& session) {
    const auto progress = session.method_progress();
    if (!progress) return {};
    return {{"method", progress->method}, {"fraction", progress->fraction}};
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
    nlohmann::ordered_json clickable = nlohmann::json::object(), ablations = nlohmann::json::array();
    for (const auto& [name, at] : program.panels.clickable) clickable[name] = {at.x, at.y};
    for (const HeadAblation& head : session.ablations())
        ablations.push_back({{"kind", attention_name(head.kind)},
                             {"layer", head.layer},
                             {"head", head.head},
                             {"mean", head.to_mean}});
    const std::optional<ModelSummary> model = session.model();
    const std::optional<float> loading = session.load_fraction();
    const nlohmann::ordered_json json = {
        {"model", model ? model->name : ""},
        {"loading", loading ? nlohmann::ordered_json(*loading) : nlohmann::ordered_json()},
        {"predictions", predictions},
        {"target", target_json(session)},
        {"ablations", ablations},
        {"method", program.panels.method.empty() ? view.quantity : program.panels.method},
        {"asked", program.panels.asked},
        {"progress", progress_json(session)},
        {"head_order", head_column_names().at(size_t(program.panels.head_order))},
        {"heads_descending", program.panels.heads_descending},
        {"clickable", clickable},
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
        {"settled", session.is_settled() && !program.flight.is_moving()},
        {"camera", nlohmann::json::parse(camera_json(session.animator().camera()))},
        {"preset", session.preset() ? camera_preset_names().at(size_t(*session.preset())) : "by hand"},
        {"folded", session.is_folded()},
        {"quantity", view.quantity},
        {"image", image_json(program)},
        {"scene", scene_text(view.scene)},
        {"theme", theme_text(view.theme)},
        {"threshold", threshold_text(view.threshold)},
        {"sinks", sinks_text(view.sinks)},
        {"segments", segments_text(view.segments)},
        {"head", {session.head_choice().layer, session.head_choice().head}},
        {"pointer", {program.pointer.position_px.x, program.pointer.position_px.y}},
        {"hovered", focus_json(view.hovered)},
        {"selected", focus_json(view.selected)},
        {"places", nlohmann::json::parse(places_json(program.places.all()))["places"]},
        {"renamed", program.panels.renamed},
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
