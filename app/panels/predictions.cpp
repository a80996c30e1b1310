// The tokens that a language model holds for the next, or a classifier's classes, with their probabilities.

#include <imgui.h>

#include <cstdio>

#include "app/headless.h"
#include "app/panels/panels.h"
#include "app/target_name.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

// At scale 1.
constexpr float row_height_px = 24.0f, logit_right_px = 76.0f, add_px = 24.0f;

bool is_target(const AttentionFrame& frame, const Prediction& prediction) {
    const auto& target = frame.target;
    return target && (target->kind == "token" || target->kind == "class") && target->index == prediction.id;
}

std::string number_text(const char* format, double number) {
    char text[32];
    std::snprintf(text, sizeof text, format, number);
    return text;
}

void draw_row(Program& program, ImguiLayer& ui, const Prediction& prediction, size_t index,
              std::vector<Label>& labels) {
    const FramePtr frame = panel_frame(program);
    const std::optional<ModelSummary> model = program.session.model();
    const bool goes_on = model && model->predicts_next_token;
    const float scale = program.viewport.ui_scale, row_px = row_height_px * scale;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float all = ImGui::GetContentRegionAvail().x, width = all - (goes_on ? add_px * scale : 0.0f);
    list->AddRectFilled({at.x, at.y + row_px - 5.0f * scale},
                        {at.x + width * prediction.probability, at.y + row_px - 2.0f * scale},
                        ImGui::GetColorU32(ImGuiCol_CheckMark));
    if (ImGui::InvisibleButton("row", {width, row_px}))
        run_command(program, "target.set", target_text(target_of(prediction)));
    mark_item(program, "prediction " + std::to_string(index));
    const bool explained = program.session.method_options().target == target_of(prediction) ||
                           (frame && is_target(*frame, prediction));
    Label token;
    token.text = token_text(Token{prediction.id, prediction.text});
    token.position = {at.x + (explained ? 22.0f * scale : 0.0f), at.y + 15.0f * scale};
    token.size_px = 14.0f * scale;
    token.bold = explained || ImGui::IsItemHovered();
    token.color = ui.colors().text;
    token.max_width_px = width - (logit_right_px + 50.0f) * scale - (token.position.x - at.x);
    labels.push_back(token);
    Label number = token;
    number.max_width_px = 0.0f;
    if (explained) {
        number.text = "y =";
        number.position.x = at.x;
        labels.push_back(number);
    }
    number.bold = false;
    number.align = LabelAlign::right;
    number.color = ui.colors().dim_text;
    number.text = number_text("%.1f %%", double(prediction.probability) * 100);
    number.position.x = at.x + width - (goes_on ? 4.0f * scale : 0.0f);
    labels.push_back(number);
    number.text = number_text("%.2f", double(prediction.logit));
    number.position.x = at.x + width - logit_right_px * scale;
    labels.push_back(number);
    if (!goes_on) return;
    ImGui::SameLine(0.0f, 0.0f);
    if (ImGui::InvisibleButton("add", {add_px * scale, row_px})) program.session.append_prediction(index);
    mark_item(program, "add " + std::to_string(index));
    number.text = "+";
    number.position.x = at.x + all;
    number.bold = ImGui::IsItemHovered();
    number.color = ui.colors().text;
    labels.push_back(number);
}

}  // namespace

void draw_predictions_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "predictions")) {
        const std::optional<ModelSummary> model = program.session.model();
        const bool goes_on = model && model->predicts_next_token;
        heading(ui, goes_on ? "Next token" : "Predictions");
        const FramePtr frame = panel_frame(program);
        if (!frame || frame->predictions.empty()) dim_text("This model has no head that predicts.");
        ImDrawList* list = ImGui::GetWindowDrawList();
        std::vector<Label> labels;
        const std::vector<Prediction> predictions = frame ? frame->predictions : std::vector<Prediction>{};
        for (size_t i = 0; i < predictions.size(); ++i) {
            ImGui::PushID(static_cast<int>(i));
            draw_row(program, ui, predictions[i], i, labels);
            ImGui::PopID();
        }
        ui.shaped_text(list, std::move(labels));
        if (!predictions.empty()) {
            ImGui::Spacing();
            dim_wrapped(std::string("A click makes it the target y.") +
                        (goes_on ? " Ctrl+Space adds the first to the text, + any." : ""));
        }
        ImGui::Spacing();
        ImGui::PushTextWrapPos(0.0f);
        dim_text("Logit, and softmax over the whole vocabulary (all classes).");
        if (frame && frame->generation && !frame->generation->ignored_settings.empty()) {
            ImGui::Spacing();
            dim_text(ignored_settings_text(*frame->generation).c_str());
        }
        ImGui::PopTextWrapPos();
    }
    ImGui::End();
}

}  // namespace weft
