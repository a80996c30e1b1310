#include "app/analyze_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "analysis/error.h"
#include "analysis/export.h"
#include "analysis/method/head_ablations.h"
#include "analysis/method/method_table.h"
#include "analysis/trace.h"
#include "app/chosen_model.h"
#include "app/interrupt.h"
#include "app/method_lines.h"
#include "app/progress.h"

namespace weft {

namespace {

void say_where_it_was_cut(const char* text, const std::optional<Truncation>& truncation) {
    if (!truncation) return;
    std::fprintf(stderr, "weft: the %s has %u tokens, the model takes %u: cut at byte %u\n", text,
                 truncation->token_count, truncation->token_limit, truncation->byte_offset);
}

// What attention alone gives. What needs the model is not in a trace.
int analyze_trace(const Options& options) {
    for (const std::string& method : options.methods) {
        if (find_method(method)->needs != MethodNeeds::attention) {
            std::string list;
            for (const MethodRow& row : method_table())
                if (row.needs == MethodNeeds::attention) list += (list.empty() ? "" : ", ") + row.name;
            throw UsageError(
                "the method '" + method + "' needs a model, '" + options.trace_file + "' is a trace",
                "Of a trace there is: " + list + ".");
        }
    }
    ExportSettings settings;
    settings.methods = {options.methods.begin(), options.methods.end()};
    settings.method = options.method;
    export_frame(options.output, *read_trace(options.trace_file, analysis_request_of(options).options),
                 settings);
    return 0;
}

}  // namespace

AnalysisRequest analysis_request_of(const Options& options) {
    const auto wants = [&options](const char* method) {
        return std::ranges::find(options.methods, method) != options.methods.end();
    };
    AnalysisRequest request;
    request.text = options.text.value_or("");
    request.image = options.image;
    request.pair = options.pair.value_or("");
    request.has_pair = options.pair.has_value();
    request.has_target = options.target_text.has_value();
    request.target_text = options.target_text.value_or("");
    request.generation = options.generation;  // by plain argmax: the model's own rules stay off
    request.revision = 1;
    request.options.truncate = options.truncate;
    request.options.methods = {options.methods.begin(), options.methods.end()};
    request.options.hidden_states = wants("hidden_states");
    request.options.logits = wants("logits");
    request.options.pixel_values = wants("pixel_values");
    request.options.method = options.method;
    request.options.ablations = options.ablations;
    return request;
}

void check_analysis_path(const std::string& path) {
    namespace fs = std::filesystem;
    const std::vector<std::string> suffixes = {".safetensors", ".json", ".csv"};
    const std::string suffix = fs::path(path).extension().string();
    if (std::ranges::find(suffixes, suffix) == suffixes.end()) {
        throw UsageError("--output '" + path + "' has a suffix that is not written",
                         "One of: .safetensors, .json, .csv.");
    }
    std::error_code ignored;
    const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ignored)) {
        throw Error("cannot write '" + path + "': there is no folder '" + folder.string() + "'",
                    "Create the folder first.");
    }
}

int run_analyze(Model& model, const Options& options, const WriteAnalysis& write) {
    const InterruptGuard guard;
    AnalysisRequest request = analysis_request_of(options);
    request.progress = std::make_shared<AnalysisProgress>();
    request.progress->begin("attention", 0);
    MethodLines of_methods;
    Progress of_runs("analyzing", options.repeat + 1, "runs");
    const auto interrupted = [&] {
        if (options.repeat == 0) of_methods.update(request.progress->method(), request.progress->fraction);
        return InterruptGuard::interrupted();
    };
    const AnalysisRun run = run_analysis(model, request, options.repeat, interrupted, [&](int done) {
        if (options.repeat > 0) of_runs.update(done);
    });
    of_methods.finish();
    of_runs.finish();
    if (!run.frame) {
        std::fprintf(stderr, "weft: interrupted, '%s' is not written\n", options.output.c_str());
        return 1;
    }
    say_where_it_was_cut("text", run.frame->truncation);
    say_where_it_was_cut("decoder's text", run.frame->target_truncation);
    if (const std::string& note = run.frame->provenance.note; !note.empty())
        std::fprintf(stderr, "weft: %s\n", note.c_str());
    write(run, request, options);
    return 0;
}

void export_run(const AnalysisRun& run, const AnalysisRequest& request, const Options& options) {
    ExportSettings settings;
    settings.methods = {options.methods.begin(), options.methods.end()};
    settings.method = request.options.method;
    if (request.has_pair) settings.options["pair"] = request.pair;
    if (request.has_target) settings.options["target-text"] = request.target_text;
    if (run.frame->generation) {
        settings.options["max-new-tokens"] = std::to_string(request.generation.max_new_tokens);
    }
    if (!request.options.ablations.empty())
        settings.options["ablate"] = ablations_text(request.options.ablations);
    settings.options["truncate"] = request.options.truncate ? "true" : "false";
    settings.options["device"] = options.device;
    if (options.repeat > 0) {
        settings.options["repeat"] = std::to_string(options.repeat);
        settings.timings_ms = run.timings_ms;
    }
    export_frame(options.output, *run.frame, settings);
}

int run_analyze(const Options& options) {
    check_analysis_path(options.output);
    if (!options.trace_file.empty()) return analyze_trace(options);
    const std::unique_ptr<Model> model = Model::load(chosen_model(options.model).folder, options.device);
    return run_analyze(*model, options, export_run);
}

}  // namespace weft
