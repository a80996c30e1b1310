// What went wrong, and what somebody waits for, beside the last good picture. The text may quote what the
// user typed, so it is shaped.

#include <imgui.h>

#include <algorithm>

#include "app/panels/panels.h"

namespace weft {

namespace {

// Bottom left, above the prompt and the ledger.
bool begin_note(const Program& program, const char* name, float width, float height) {
    const float scale = program.viewport.ui_scale;
    const float foot = static_cast<float>(program.viewport.size.y) - 84.0f * scale;
    ImGui::SetNextWindowPos({24.0f * scale, foot - height});
    ImGui::SetNextWindowSize({width, height});
    return ImGui::Begin(name, nullptr,
                        ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                            ImGuiWindowFlags_NoNav);
}

}  // namespace

void draw_message(Program& program, ImguiLayer& ui) {
    const SessionMessage& message = *program.session.message();
    const float scale = program.viewport.ui_scale;
    const float size = 14.0f * scale, padding = 12.0f * scale, line = 20.0f * scale;
    const float room = static_cast<float>(program.viewport.size.x) * 0.7f;
    const float wanted =
        std::max(ui.measure()(message.text, size, true), ui.measure()(message.hint, size, false));
    const float width = std::min(wanted, room) + 2.0f * padding;
    const float height = (message.hint.empty() ? 1.0f : 2.0f) * line + padding;
    if (begin_note(program, "message", width, height)) {
        const ImVec2 at = ImGui::GetWindowPos();
        std::vector<Label> labels(message.hint.empty() ? 1 : 2);
        for (size_t i = 0; i < labels.size(); ++i) {
            labels[i].text = i == 0 ? message.text : message.hint;
            labels[i].position = {at.x + padding, at.y + padding + line * (static_cast<float>(i) + 0.55f)};
            labels[i].size_px = size;
            labels[i].bold = i == 0;
            labels[i].color = i == 0 ? ui.colors().text : ui.colors().dim_text;
            labels[i].max_width_px = room;
        }
        ui.shaped_text(ImGui::GetWindowDrawList(), std::move(labels));
        if (ImGui::IsWindowHovered() && ImGui::IsMouseClicked(0)) program.session.clear_message();
    }
    ImGui::End();
}

void draw_waiting(Program& program, ImguiLayer& ui, const std::string& what, float fraction) {
    const float scale = program.viewport.ui_scale;
    const float width = 320.0f * scale, height = 36.0f * scale, padding = 12.0f * scale;
    if (begin_note(program, "waiting", width, height)) {
        const ImVec2 at = ImGui::GetWindowPos();
        Label text;
        text.text = what;
        text.position = {at.x + padding, at.y + 17.0f * scale};
        text.size_px = 14.0f * scale;
        text.color = ui.colors().text;
        text.max_width_px = width - 2.0f * padding;
        ui.shaped_text(ImGui::GetWindowDrawList(), {text});
        const float top = at.y + 26.0f * scale, left = at.x + padding, right = at.x + width - padding;
        ImDrawList* list = ImGui::GetWindowDrawList();
        list->AddRectFilled({left, top}, {right, top + 3.0f * scale}, ImGui::GetColorU32(ImGuiCol_FrameBg));
        list->AddRectFilled({left, top}, {left + (right - left) * fraction, top + 3.0f * scale},
                            ImGui::GetColorU32(ImGuiCol_CheckMark));
    }
    ImGui::End();
}

}  // namespace weft
