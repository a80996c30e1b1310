#include "app/panels/panels.h"

#include <imgui.h>

#include "analysis/error.h"
#include "analysis/method/method_table.h"
#include "app/clock.h"
#include "scenes/shown_block.h"

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
        {docked_width_px * scale,
         height - docked_top_px * scale - (720.0f - docked_bottom_px) * hud_scale(program.viewport, 1.0f)});
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

void dim_wrapped(const std::string& text) {
    ImGui::PushTextWrapPos(0.0f);
    dim_text(text.c_str());
    ImGui::PopTextWrapPos();
}

void shaped_line(ImguiLayer& ui, const std::string& text, float right_px, bool dim) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float line = ImGui::GetTextLineHeight();
    Label label;
    label.text = text;
    label.size_px = line / 1.36f;  // as ImGui's own text: its size is a line's height
    label.position = {at.x, at.y + 0.77f * line};
    label.color = dim ? ui.colors().dim_text : ui.colors().text;
    label.max_width_px = ImGui::GetContentRegionAvail().x - right_px;
    ui.shaped_text(ImGui::GetWindowDrawList(), {label});
    ImGui::Dummy({1.0f, line});
}

void run_command(Program& program, const char* name, const std::string& argument) {
    try {
        program.commands.run(name, argument);
    } catch (const Error& error) {
        program.session.set_message({error.what(), error.hint()});
    }
}

void option_label(const char* text) {
    ImGui::AlignTextToFramePadding();
    dim_text(text);
    ImGui::SameLine(ImGui::GetFontSize() * 7.5f);
    ImGui::SetNextItemWidth(-1.0f);
}

void option_choice(Program& program, const char* title, const char* command, const std::string& now) {
    option_label(title);
    ImGui::PushID(command);
    if (ImGui::BeginCombo("##choice", now.c_str())) {
        for (const std::string& name : program.commands.at(command).choices) {
            if (ImGui::Selectable(name.c_str(), name == now)) run_command(program, command, name);
        }
        ImGui::EndCombo();
    }
    ImGui::PopID();
}

void mark_item(Program& program, const std::string& name) {
    const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
    if (ImGui::IsItemVisible())
        program.panels.clickable[name] = {0.5f * (low.x + high.x), 0.5f * (low.y + high.y)};
}

void value_row(const char* name, const char* value) {
    dim_text(name);
    ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize(value).x);
    ImGui::TextUnformatted(value);
}

std::set<std::string> panel_methods(const PanelState& panels) {
    std::set<std::string> methods = panels.asked;
    if (panels.hidden) return methods;
    if (panels.docked == Docked::heads)
        methods.insert({"entropy", "patterns", "attention_distance", "head_distance"});
    if (panels.docked == Docked::curves) methods.insert({"entropy", "attention_distance", "rollout"});
    if (panels.docked == Docked::agreement) methods.insert({"rollout", "contribution"});
    return methods;
}

FramePtr panel_frame(Program& program) {
    const FramePtr newest = program.session.frame();
    FramePtr& held = program.panels.frame;
    if (!newest || newest->blocks.empty()) return held = nullptr;
    const AttentionBlock& block = shown_block(*newest, program.session.view());
    const auto has = [&](const char* method) {
        const bool is_defined = block.kind != AttentionKind::cross || find_method(method)->has_cross;
        return !is_defined || block.quantities.contains(method);
    };
    const bool lacks_predictions = held && !held->predictions.empty() && newest->predictions.empty();
    const bool is_whole = newest->complete || (!lacks_predictions && has("entropy") && has("patterns") &&
                                               has("attention_distance"));
    const bool is_other = !held || held->provenance.model != newest->provenance.model ||
                          held->blocks.size() != newest->blocks.size();
    if (is_whole || is_other) held = newest;
    return held;
}

void draw_panels(Program& program, ImguiLayer& ui) {
    program.session.want(panel_methods(program.panels));
    draw_recording_mark(program);
    if (program.panels.help) draw_help(program, ui);
    if (program.session.message())
        draw_message(program, ui);
    else if (program.session.load_fraction() && program.session.plan())
        draw_loading(program, ui);
    else
        draw_computing(program, ui);
    program.panels.clickable.clear();
    if (program.panels.docked == Docked::none) program.panels.frame = nullptr;
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
        case Docked::method:
            return draw_method_panel(program, ui);
        case Docked::heads:
            return draw_heads_panel(program, ui);
        case Docked::curves:
            return draw_curves_panel(program, ui);
        case Docked::agreement:
            return draw_agreement_panel(program, ui);
        case Docked::places:
            return draw_places_panel(program, ui);
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
