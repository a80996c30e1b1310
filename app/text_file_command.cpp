#include "app/text_file_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/file_write.h"
#include "analysis/method/head_ablations.h"
#include "analysis/method/method_table.h"
#include "app/analyze_command.h"
#include "app/chosen_model.h"
#include "app/interrupt.h"
#include "app/progress.h"
#include "app/text_lines.h"
#include "app/text_statistics.h"

namespace weft {

namespace {

constexpr double kilobyte = 1e3, megabyte = 1e6;

bool has_number_of_heads(const MethodRow& row) {
    return row.shape == MethodShape::heads || row.shape == MethodShape::head_rows || row.name == "patterns";
}

// Everything that decides the numbers of a line.
std::string options_text(const Options& options, const AnalysisRequest& request) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    json["methods"] = request.options.methods;
    json["target"] = target_text(options.method.target);
    json["target-space"] = options.method.target_space == TargetSpace::logit ? "logit" : "probability";
    json["truncate"] = request.options.truncate;
    if (!request.options.ablations.empty()) json["ablate"] = ablations_text(request.options.ablations);
    if (request.has_pair) json["pair"] = request.pair;
    if (request.has_target)
        json["target-text"] = request.target_text;
    else
        json["max-new-tokens"] = request.generation.max_new_tokens;
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void say_what_is_broken(const TextStatistics& statistics) {
    if (statistics.broken_count() == 0) return;
    std::fprintf(stderr, "weft: %llu lines are left out:\n",
                 static_cast<unsigned long long>(statistics.broken_count()));
    for (const BrokenLine& line : statistics.broken())
        std::fprintf(stderr, "      line %llu: %s\n", static_cast<unsigned long long>(line.number),
                     line.reason.c_str());
    if (statistics.broken_count() > statistics.broken().size()) std::fprintf(stderr, "      and others\n");
}

// False: it was interrupted.
bool add_line(Model& model, AnalysisRequest& request, const TextLine& line, TextStatistics& statistics) {
    if (!line.broken.empty()) {
        statistics.add_broken(line.number, line.broken);
        return true;
    }
    request.text = line.text;
    FramePtr frame;
    try {
        if (!model.analyze(request, InterruptGuard::interrupted,
                           [&frame](FramePtr posted) { frame = std::move(posted); }))
            return false;
    } catch (const UsageError&) {
        throw;  // of every line
    } catch (const Error& error) {
        statistics.add_broken(line.number, error.what());
        return true;
    }
    if (InterruptGuard::interrupted()) return false;
    statistics.add(*frame);
    return true;
}

}  // namespace

std::set<std::string> text_file_methods(const Options& options) {
    std::set<std::string> methods;
    if (!options.has_methods) return {"attention_distance", "entropy", "head_importance", "patterns"};
    std::string known;
    for (const MethodRow& row : method_table())
        if (has_number_of_heads(row)) known += (known.empty() ? "" : ", ") + row.name;
    for (const std::string& name : options.methods) {
        if (name == "attention") continue;
        if (!has_number_of_heads(*find_method(name)))
            throw UsageError(
                "the method '" + name + "' does not go with '--text-file': it has no number of each head",
                "Of the lines of a file there is: " + known + ".");
        methods.insert(name);
    }
    if (methods.empty())
        throw UsageError("'--text-file' needs a method with numbers of heads",
                         "Of the lines of a file there is: " + known + ".");
    return methods;
}

int run_text_file(Model& model, const Options& options) {
    const InterruptGuard guard;
    AnalysisRequest request = analysis_request_of(options);
    request.options.methods = text_file_methods(options);
    TextStatistics statistics(request.options.methods, options_text(options, request));
    const Shard shard = options.shard.value_or(Shard{});
    TextLines lines(options.text_file);
    const double size_bytes = static_cast<double>(lines.size_bytes());
    const bool is_large = size_bytes > 10 * megabyte;
    const double unit = is_large ? megabyte : kilobyte;
    Progress progress("analyzing", size_bytes / unit, is_large ? "MB" : "kB");
    TextLine line;
    for (bool more = true; more;) {
        more = shard.has(lines.lines() + 1) ? lines.next(line) : lines.skip();
        if (more && shard.has(lines.lines()) && !add_line(model, request, line, statistics)) {
            progress.finish();
            std::fprintf(stderr, "weft: interrupted, '%s' is not written\n", options.output.c_str());
            return 1;
        }
        progress.update(static_cast<double>(lines.bytes()) / unit);
    }
    progress.finish();
    statistics.finish({std::filesystem::path(options.text_file).filename().string(), lines.bytes(),
                       lines.lines(), lines.hash()},
                      shard);
    say_what_is_broken(statistics);
    if (options.shard)
        write_file(options.output, statistics.part_text());
    else
        statistics.write(options.output);
    return 0;
}

int run_text_file(const Options& options) {
    check_analysis_path(options.output);
    if (options.shard && !options.output.ends_with(".json"))
        throw UsageError("--output '" + options.output + "': a part is written as .json",
                         "'weft merge PART... --output FILE' writes the other kinds.");
    text_file_methods(options);
    const TextLines readable(options.text_file);  // before the model loads
    const std::unique_ptr<Model> model = Model::load(chosen_model(options.model).folder, options.device);
    return run_text_file(*model, options);
}

}  // namespace weft
