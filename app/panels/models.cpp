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
    const float fraction = program.session.load_fraction().value_or(1.0f);
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.0f %%", double(fraction) * 100);
    draw_waiting(program, ui,
                 "Opening " + program.model_to_come + ": " + percent + " \u00b7 Esc: keep the one before",
                 fraction);
}

}  // namespace weft
