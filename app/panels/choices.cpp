// What is shown and how much of it; each control runs a named command.

#include <imgui.h>

#include <algorithm>
#include <string>

#include "app/panels/panels.h"
#include "app/view_options.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

void flag(Program& program, const char* title, const char* command, bool now) {
    if (ImGui::Checkbox(title, &now)) run_command(program, command, now ? "on" : "off");
}

void draw_threshold(Program& program) {
    ViewState& view = program.session.view();
    Thresholding& threshold = view.threshold;
    const std::vector<std::string>& modes = program.commands.at("threshold.mode").choices;
    option_choice(program, "lines by", "threshold.mode", modes.at(static_cast<size_t>(threshold.mode)));
    switch (threshold.mode) {
        case ThresholdMode::budget: {
            option_label("budget");
            const TextStackPlan* plan = program.session.plan();
            int lines = threshold.budget > 0 ? threshold.budget
                        : plan               ? static_cast<int>(plan->ledger.lines)
                                             : 0;
            const char* format = threshold.budget > 0 ? "%d lines" : "%d lines (theme's)";
            if (ImGui::SliderInt("##budget", &lines, 20, 3000, format, ImGuiSliderFlags_Logarithmic)) {
                threshold.budget = std::max(lines, 1);
            }
            return;
        }
        case ThresholdMode::value:
            option_label("at least");
            ImGui::SliderFloat("##value", &threshold.value, 0.01f, 1.0f, "%.2f");
            return;
        case ThresholdMode::top_k:
            option_label("of each row");
            ImGui::SliderInt("##top_k", &threshold.top_k, 1, 20, "%d largest");
            return;
        case ThresholdMode::mass:
            option_label("share of row");
            ImGui::SliderFloat("##mass", &threshold.mass, 0.05f, 1.0f, "%.2f");
            return;
    }
}

void draw_layers_and_heads(Program& program) {
    Session& session = program.session;
    const FramePtr frame = session.frame();
    if (!frame || frame->blocks.empty()) return;
    ViewState& view = session.view();
    const AttentionBlock& block = shown_block(*frame, view);
    if (frame->blocks.size() > 1)
        option_choice(program, "attention", "attention.set", attention_name(block.kind));
    const int layers = static_cast<int>(block.layers), heads = static_cast<int>(block.heads);
    int range[2] = {view.first_layer, view.last_layer < 0 ? layers - 1 : view.last_layer};
    option_label("layers");
    if (ImGui::SliderInt2("##layers", range, 0, layers - 1)) {
        view.first_layer = std::clamp(range[0], 0, layers - 1);
        view.last_layer = std::clamp(range[1], view.first_layer, layers - 1);
        if (view.first_layer == 0 && view.last_layer == layers - 1) view.last_layer = -1;
    }
    HeadChoice choice = session.head_choice();
    option_label("head");
    int both[2] = {choice.layer, choice.head};
    if (ImGui::SliderInt2("##head", both, 0, std::max(layers, heads) - 1)) {
        session.choose_head({std::clamp(both[0], 0, layers - 1), std::clamp(both[1], 0, heads - 1)});
    }
    choice = session.head_choice();
    bool only = !view.heads.empty();
    if (ImGui::Checkbox("this head alone", &only)) view.heads.clear();
    if (only) view.heads = {{choice.layer, choice.head}};
    ImGui::SameLine();
    if (ImGui::Button("fly into it")) run_command(program, "camera.head");
}

}  // namespace

void draw_choices_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "choices")) {
        ViewState& view = program.session.view();
        heading(ui, "What is shown");
        option_choice(program, "quantity", "quantity.set", view.quantity);
        draw_layers_and_heads(program);
        ImGui::Spacing();
        heading(ui, "How much");
        draw_threshold(program);
        option_choice(program, "sinks", "sinks.set", sinks_text(view.sinks));
        const FramePtr frame = program.session.frame();
        if (frame && !frame->blocks.empty() && has_two_segments(*frame, shown_block(*frame, view)))
            option_choice(program, "sentences", "segments.set", segments_text(view.segments));
        flag(program, "fold lines between neighbours", "view.neighbours", view.fold_neighbours);
        ImGui::Spacing();
        heading(ui, "How it looks");
        option_choice(program, "scene", "scene.set", scene_text(view.scene));
        option_choice(program, "theme", "theme.set", theme_text(view.theme));
        if (program.session.opens_layers()) {
            option_choice(program, "on the image", "image.look", image_look_text(view.image.look));
            flag(program, "smooth between patches", "image.smooth", view.image.smooth);
        }
        option_choice(program, "heads' colours", "palette.set", palette_text(view.palette));
        flag(program, "fold heads into a flat graph", "view.fold", program.session.is_folded());
        flag(program, "layers go up", "view.stack", program.session.is_stacked());
        flag(program, "pulses", "motion.toggle", view.motion);
        flag(program, "reduced motion", "motion.reduced", view.reduced_motion);
        option_label("text size");
        float scale = program.ui_scale_setting;
        if (ImGui::SliderFloat("##scale", &scale, 0.5f, 3.0f, "%.2g")) program.ui_scale_setting = scale;
    }
    ImGui::End();
}

}  // namespace weft
