#include "app/panels/panels.h"

#include <imgui.h>

#include "app/clock.h"

namespace weft {

float docked_px(const PanelState& panels, float ui_scale) {
    const bool shown = panels.docked != Docked::none && !panels.hidden;
    return shown ? (docked_width_px + docked_margin_px) * ui_scale : 0.0f;
}

bool begin_docked(Program& program, const char* name) {
    const float scale = program.viewport.ui_scale;
    const auto width = static_cast<float>(program.viewport.size.x);
    const auto height = static_cast<float>(program.viewport.size.y);
    ImGui::SetNextWindowPos({width - (docked_width_px + docked_margin_px) * scale, docked_top_px * scale});
    ImGui::SetNextWindowSize(
        {docked_width_px * scale, height - (docked_top_px + 720.0f - docked_bottom_px) * scale});
    return ImGui::Begin(name, nullptr,
                        ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                            ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings);
}

void heading(ImguiLayer& ui, const char* text) {
    ImGui::PushFont(ui.bold());
    ImGui::TextUnformatted(text);
    ImGui::PopFont();
}

void dim_text(const char* text) {
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    ImGui::TextUnformatted(text);
    ImGui::PopStyleColor();
}

void value_row(const char* name, const char* value) {
    dim_text(name);
    ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize(value).x);
    ImGui::TextUnformatted(value);
}

void draw_panels(Program& program, ImguiLayer& ui) {
    draw_recording_mark(program);
    if (program.panels.help) draw_help(program, ui);
    if (program.session.message())
        draw_message(program, ui);
    else if (program.session.load_fraction() && program.session.plan())
        draw_loading(program, ui);
    if (program.panels.hidden) return;
    switch (program.panels.docked) {
        case Docked::none:
            return;
        case Docked::matrix:
            return draw_matrix_panel(program, ui);
        case Docked::choices:
            return draw_choices_panel(program, ui);
        case Docked::timings:
            return draw_timings_panel(program, ui);
        case Docked::models:
            return draw_models_panel(program, ui);
        case Docked::predictions:
            return draw_predictions_panel(program, ui);
    }
}

void draw_recording_mark(Program& program) {
    if (!program.recorder.is_running()) return;
    const float scale = program.viewport.ui_scale;
    const auto width = static_cast<float>(program.viewport.size.x);
    ImDrawList* list = ImGui::GetForegroundDrawList();
    const ImVec2 center{width - 32.0f * scale, 26.0f * scale};
    list->AddCircleFilled(center, 7.0f * scale, IM_COL32(235, 20, 20, 255), 24);
    const std::string text = program.recorder.state_text(clock_s());
    const float size = ImGui::GetFontSize();
    const ImVec2 extent = ImGui::CalcTextSize(text.c_str());
    list->AddText(ImGui::GetFont(), size, {center.x - 16.0f * scale - extent.x, center.y - extent.y * 0.5f},
                  ImGui::GetColorU32(ImGuiCol_Text), text.c_str());
}

}  // namespace weft
