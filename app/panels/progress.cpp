// How far a method is, where its numbers will stand.

#include <imgui.h>

#include <cstdio>

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

}  // namespace

void draw_progress(Program& program, const std::string& method) {
    const auto progress = program.session.method_progress();
    if (!progress || (!method.empty() && progress->method != method)) return;
    const float scale = program.viewport.ui_scale;
    char text[160];
    std::snprintf(text, sizeof text, "%s: %.0f %%%s", quantity_title(progress->method).c_str(),
                  double(progress->fraction) * 100, time_left(progress->fraction, progress->seconds).c_str());
    dim_wrapped(progress->cancelled ? "cancelled" : text);
    ImGui::ProgressBar(progress->fraction, {-70.0f * scale, 6.0f * scale}, "");
    ImGui::SameLine();
    if (ImGui::SmallButton("cancel")) run_command(program, "method.cancel");
    mark_item(program, "cancel");
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
