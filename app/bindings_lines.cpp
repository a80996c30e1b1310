// What the commands do in the window that choose which weights are drawn as lines.
#include <algorithm>
#include <cmath>
#include <string>

#include "app/bindings.h"
#include "app/view_options.h"

namespace weft {

namespace {

void set_threshold(Thresholding& threshold, double number) {
    switch (threshold.mode) {
        case ThresholdMode::budget:
            threshold.budget = std::clamp(int(number), 0, 1'000'000);
            return;
        case ThresholdMode::value:
            threshold.value = float(std::clamp(number, 0.0, 1.0));
            return;
        case ThresholdMode::top_k:
            threshold.top_k = std::clamp(int(number), 1, 1'000'000);
            return;
        case ThresholdMode::mass:
            threshold.mass = float(std::clamp(number, 0.0, 1.0));
            return;
    }
}

// Fewer (+1) or more (-1) lines, in steps that can be seen.
void step_threshold(Program& program, int step) {
    Thresholding& threshold = program.session.view().threshold;
    switch (threshold.mode) {
        case ThresholdMode::budget: {
            const TextStackPlan* plan = program.session.plan();
            const int now = threshold.budget > 0 ? threshold.budget : plan ? int(plan->ledger.lines) : 650;
            return set_threshold(threshold, std::max(10.0, std::round(now * (step > 0 ? 0.8 : 1.25))));
        }
        case ThresholdMode::value:
            return set_threshold(threshold, std::clamp(threshold.value + 0.02 * step, 0.01, 1.0));
        case ThresholdMode::top_k:
            return set_threshold(threshold, threshold.top_k - step);
        case ThresholdMode::mass:
            return set_threshold(threshold, std::clamp(threshold.mass - 0.05 * step, 0.05, 1.0));
    }
}

}  // namespace

void bind_lines(Program& program) {
    CommandTable& commands = program.commands;
    ViewState& view = program.session.view();
    const auto threshold = [&view] { return threshold_text(view.threshold); };
    commands.bind(
        "threshold.next",
        [&view](const std::string&) {
            view.threshold.mode = ThresholdMode((int(view.threshold.mode) + 1) % 4);
        },
        threshold);
    commands.bind(
        "threshold.mode",
        [&view, &commands](const std::string& a) {
            const std::vector<std::string>& names = commands.at("threshold.mode").choices;
            view.threshold.mode = ThresholdMode(parse_choice("threshold.mode", a, names));
        },
        threshold);
    commands.bind(
        "threshold.set", [&view](const std::string& a) { set_threshold(view.threshold, std::stod(a)); },
        threshold);
    commands.bind(
        "threshold.raise", [&program](const std::string&) { step_threshold(program, 1); }, threshold);
    commands.bind(
        "threshold.lower", [&program](const std::string&) { step_threshold(program, -1); }, threshold);
    const auto sinks = [&view] { return sinks_text(view.sinks); };
    commands.bind(
        "sinks.next", [&view](const std::string&) { view.sinks = SinkMode((int(view.sinks) + 1) % 3); },
        sinks);
    commands.bind(
        "sinks.set", [&view](const std::string& a) { set_view_option(view, "sinks", a); }, sinks);
    commands.bind(
        "segments.set",
        [&program, &view](const std::string& a) {
            view.segments = view_with(program, "segments", a).segments;
        },
        [&view] { return segments_text(view.segments); });
    commands.bind(
        "view.neighbours",
        [&view](const std::string& a) { view.fold_neighbours = toggled(view.fold_neighbours, a); },
        [&view] { return on_off(view.fold_neighbours); });
}

}  // namespace weft
