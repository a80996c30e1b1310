// How far a method is, where its numbers will stand.

#include <imgui.h>

#include <cstdio>

#include "analysis/analysis_progress.h"
#include "app/panels/panels.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

// What is left at the speed so far; nothing before that can be told.
std::string time_left(float fraction, double seconds) {
    if (fraction < 0.02f || seconds < 0.5) return "";
    char text[48];
    std::snprintf(text, sizeof text, ", %.0f s left", seconds * (1.0 - double(fraction)) / double(fraction));
    return text;
}

std::string progress_text(const MethodProgress& progress) {
    if (progress.cancelled) return "cancelled";
    const std::string title = quantity_title(progress.method);
    if (progress.fraction <= 0.0f) return title + ": computing";
    char percent[16];
    std::snprintf(percent, sizeof percent, ": %.0f %%", double(progress.fraction) * 100);
    return title + percent + time_left(progress.fraction, progress.seconds);
}

// Panels that show it themselves, where its numbers will stand.
bool shows_progress(const PanelState& panels) {
    return !panels.hidden && (panels.docked == Docked::method || panels.docked == Docked::agreement);
}

}  // namespace

void draw_progress(Program& program, const std::string& method) {
    const auto progress = program.session.method_progress();
    if (!progress || (!method.empty() && progress->method != method)) return;
    const float scale = program.viewport.ui_scale;
    dim_wrapped(progress_text(*progress));
    ImGui::ProgressBar(progress->fraction, {-70.0f * scale, 6.0f * scale}, "");
    ImGui::SameLine();
    if (ImGui::SmallButton("cancel")) run_command(program, "method.cancel");
    mark_item(program, "cancel");
}

void draw_computing(Program& program, ImguiLayer& ui) {
    const auto progress = program.session.method_progress();
    if (!progress || progress->seconds < AnalysisProgress::patience_s || shows_progress(program.panels))
        return;
    const std::string way_out = program.session.can_cancel_method() ? " \u00b7 Esc: cancel" : "";
    draw_waiting(program, ui, progress_text(*progress) + way_out, progress->fraction);
}

bool compute_button(Program& program, const std::vector<std::string>& methods, const char* title) {
    const auto progress = program.session.method_progress();
    for (const std::string& method : methods) {
        if (!progress || progress->method != method) continue;
        draw_progress(program, method);
        return false;
    }
    const bool clicked = ImGui::Button(title);
    mark_item(program, std::string("compute ") + methods.front());
    if (clicked)
        for (const std::string& method : methods) run_command(program, "method.compute", method);
    return clicked;
}

}  // namespace weft
