// The tokens that a language model holds for the next, or a classifier's classes, with their probabilities.

#include <imgui.h>

#include <cstdio>

#include "app/headless.h"
#include "app/panels/panels.h"
#include "scenes/token_text.h"

namespace weft {

void draw_predictions_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "predictions")) {
        const std::optional<ModelSummary> model = program.session.model();
        const bool goes_on = model && model->predicts_next_token;
        heading(ui, goes_on ? "Next token" : "Predictions");
        const FramePtr frame = program.session.frame();
        if (!frame || frame->predictions.empty()) dim_text("This model has no head that predicts.");
        const float scale = program.viewport.ui_scale, row_px = 24.0f * scale;
        ImDrawList* list = ImGui::GetWindowDrawList();
        std::vector<Label> labels;
        const std::vector<Prediction> predictions = frame ? frame->predictions : std::vector<Prediction>{};
        for (size_t i = 0; i < predictions.size(); ++i) {
            const Prediction& prediction = predictions[i];
            ImGui::PushID(static_cast<int>(i));
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float width = ImGui::GetContentRegionAvail().x;
            list->AddRectFilled({at.x, at.y + row_px - 5.0f * scale},
                                {at.x + width * prediction.probability, at.y + row_px - 2.0f * scale},
                                ImGui::GetColorU32(ImGuiCol_CheckMark));
            if (ImGui::InvisibleButton("row", {width, row_px}) && goes_on)
                program.session.append_prediction(i);
            const bool is_hovered = ImGui::IsItemHovered() && goes_on;
            Label token;
            token.text = token_text(Token{prediction.id, prediction.text});
            token.position = {at.x, at.y + 15.0f * scale};
            token.size_px = 14.0f * scale;
            token.bold = is_hovered;
            token.color = ui.colors().text;
            token.max_width_px = width - 70.0f * scale;
            labels.push_back(token);
            char percent[32];
            std::snprintf(percent, sizeof percent, "%.1f %%", double(prediction.probability) * 100);
            Label number = token;
            number.text = percent;
            number.bold = false;
            number.align = LabelAlign::right;
            number.position.x = at.x + width;
            number.color = ui.colors().dim_text;
            labels.push_back(number);
            ImGui::PopID();
        }
        ui.shaped_text(list, std::move(labels));
        if (goes_on) {
            ImGui::Spacing();
            dim_text("Ctrl+Space adds the first; a click any.");
        }
        ImGui::Spacing();
        ImGui::PushTextWrapPos(0.0f);
        dim_text("Softmax of the logits over the whole vocabulary (all classes).");
        if (frame && frame->generation && !frame->generation->ignored_settings.empty()) {
            ImGui::Spacing();
            dim_text(ignored_settings_text(*frame->generation).c_str());
        }
        ImGui::PopTextWrapPos();
    }
    ImGui::End();
}

}  // namespace weft
