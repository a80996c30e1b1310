// The models of this machine, one click each; and how far the one that was chosen is.

#include <imgui.h>

#include <cstdio>

#include "analysis/error.h"
#include "app/panels/panels.h"

namespace weft {

namespace {

// What a row says under the name.
std::string about(const ModelRow& row) {
    return row.problem.empty() ? row.type + ", " + row.shape : row.problem;
}

}  // namespace

void draw_models_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "models")) {
        heading(ui, "Models");
        const std::optional<ModelSummary> now = program.session.model();
        if (program.model_rows.empty()) dim_text("None. scripts/run fetches the default one.");
        for (const ModelRow& row : program.model_rows) {
            ImGui::PushID(row.folder.c_str());
            const bool is_shown = now && now->folder == row.folder;
            if (ImGui::Selectable(row.name.c_str(), is_shown) && !is_shown && row.problem.empty()) {
                try {
                    program.commands.run("model.set", row.folder);
                } catch (const Error& error) {
                    program.session.set_message({error.what(), error.hint()});
                }
            }
            ImGui::PushTextWrapPos(0.0f);
            dim_text(about(row).c_str());
            ImGui::PopTextWrapPos();
            ImGui::PopID();
        }
        ImGui::Spacing();
        dim_text("weft models lists them with their folders.");
    }
    ImGui::End();
}

void draw_loading(Program& program, ImguiLayer& ui) {
    const float scale = program.viewport.ui_scale;
    const float foot = static_cast<float>(program.viewport.size.y) - 84.0f * scale;
    const float width = 320.0f * scale, height = 52.0f * scale, padding = 12.0f * scale;
    ImGui::SetNextWindowPos({24.0f * scale, foot - height});
    ImGui::SetNextWindowSize({width, height});
    if (ImGui::Begin("loading", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing |
                         ImGuiWindowFlags_NoNav)) {
        const ImVec2 at = ImGui::GetWindowPos();
        const float fraction = program.session.load_fraction().value_or(1.0f);
        char percent[16];
        std::snprintf(percent, sizeof percent, "%.0f %%", double(fraction) * 100);
        Label text;
        text.text = "Opening " + program.model_to_come + ": " + percent + " \u00b7 Esc: keep the one before";
        text.position = {at.x + padding, at.y + 24.0f * scale};
        text.size_px = 14.0f * scale;
        text.color = ui.colors().text;
        text.max_width_px = width - 2.0f * padding;
        ui.shaped_text(ImGui::GetWindowDrawList(), {text});
        const float top = at.y + 36.0f * scale, left = at.x + padding, right = at.x + width - padding;
        ImDrawList* list = ImGui::GetWindowDrawList();
        list->AddRectFilled({left, top}, {right, top + 4.0f * scale}, ImGui::GetColorU32(ImGuiCol_FrameBg));
        list->AddRectFilled({left, top}, {left + (right - left) * fraction, top + 4.0f * scale},
                            ImGui::GetColorU32(ImGuiCol_CheckMark));
    }
    ImGui::End();
}

}  // namespace weft
