// The list of all quantities; of the chosen one its formula, its paper, what it does not mean, its error, the
// target that it explains and the options that decide its numbers.

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/method/method_table.h"
#include "app/panels/panels.h"
#include "app/plot/bar_list.h"
#include "app/plot/draw.h"
#include "app/plot/ticks.h"
#include "app/quantity_values.h"
#include "app/target_name.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {

namespace {

constexpr float list_rows = 8.0f, row_gap_px = 2.0f;  // at scale 1

const char* group_title(MethodNeeds needs) {
    switch (needs) {
        case MethodNeeds::attention:
            return "From the weights alone";
        case MethodNeeds::model:
            return "From passes through the model";
        case MethodNeeds::gradients:
            return "From gradients of the target";
    }
    return "";
}

// Whether there are numbers of it already.
bool is_there(const AttentionBlock& block, const std::string& name) {
    if (name == "attention") return true;
    return std::ranges::any_of(block.quantities, [&](const auto& quantity) {
        return quantity.first == name || quantity.first.starts_with(name + ".");
    });
}

// At the right end of the last item's line: its numbers are there.
void add_dot(ImguiLayer& ui) {
    const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
    const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
    const glm::vec4 c = ui.colors().accent;
    const float radius = 0.16f * ImGui::GetFontSize();
    ImGui::GetWindowDrawList()->AddCircleFilled({right - 3.0f * radius, 0.5f * (low.y + high.y)}, radius,
                                                ImGui::ColorConvertFloat4ToU32({c.r, c.g, c.b, c.a}), 16);
}

// What `weft analyze` writes and no picture shows.
bool is_for_files(const std::string& name) {
    return name == "hidden_states" || name == "logits" || name == "pixel_values";
}

void draw_list(Program& program, ImguiLayer& ui, const MethodRow& chosen) {
    const FramePtr frame = panel_frame(program);
    const AttentionBlock* block =
        frame && !frame->blocks.empty() ? &shown_block(*frame, program.session.view()) : nullptr;
    const float scale = program.viewport.ui_scale, gap = row_gap_px * scale;
    // Whole rows, and the room between two groups.
    ImGui::BeginChild("list", {0.0f, list_rows * (ImGui::GetTextLineHeight() + gap) + 2.0f * gap});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {8.0f * scale, gap});
    for (const MethodNeeds needs : {MethodNeeds::attention, MethodNeeds::model, MethodNeeds::gradients}) {
        dim_text(group_title(needs));
        for (const MethodRow& method : method_table()) {
            if (method.needs != needs || is_for_files(method.name)) continue;
            const bool has = block && is_there(*block, method.name);
            if (ImGui::Selectable((std::string("  ") + method.title + "##" + method.name).c_str(),
                                  method.name == chosen.name))
                run_command(program, "method.choose", method.name);
            mark_item(program, "method " + method.name);
            if (!has) continue;
            add_dot(ui);
        }
        ImGui::Dummy({1.0f, gap});
    }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

void draw_meaning(ImguiLayer& ui, const MethodRow& method) {
    heading(ui, method.title.c_str());
    ImGui::PushTextWrapPos(0.0f);
    if (!method.formula.empty()) ImGui::TextUnformatted(method.formula.c_str());
    ImGui::PopTextWrapPos();
    if (!method.paper.empty()) dim_wrapped(method.paper);
    if (!method.caution.empty()) dim_wrapped("Read with care. " + method.caution);
}

std::string number_text(const char* format, double number) {
    char text[48];
    std::snprintf(text, sizeof text, format, number);
    return text;
}

void draw_error(Program& program, ImguiLayer& ui, const AttentionFrame& frame, const AttentionBlock& block,
                const MethodRow& method) {
    if (method.error == "row sums") {
        const FrameTensor* rows = find_quantity(block, method.name);
        const double error = method.name == "attention" ? block.max_row_sum_error
                             : rows                     ? row_sum_error(*rows)
                                                        : NAN;
        value_row("largest |row sum - 1|",
                  std::isnan(error) ? "not computed yet" : number_text("%.1e", error).c_str());
        return;
    }
    if (method.error != "delta") return;
    const std::string stack = block.kind == AttentionKind::self ? "" : "." + attention_name(block.kind);
    auto found = frame.deltas.find(method.name + stack);
    if (found == frame.deltas.end()) found = frame.deltas.find(method.name);
    if (found == frame.deltas.end() || found->second.empty()) {
        value_row("delta", "not computed yet");
        return;
    }
    const std::vector<double>& deltas = found->second;
    if (deltas.size() == 1) {
        value_row("delta = sum - change of y", number_text("%.3e", deltas[0]).c_str());
        if (const auto nodes = frame.nodes.find(found->first); nodes != frame.nodes.end())
            value_row("nodes, where y changes", std::to_string(nodes->second).c_str());
        return;
    }
    dim_text("delta of each layer = sum - change of y");
    std::vector<Bar> bars;
    for (size_t l = 0; l < deltas.size(); ++l)
        bars.push_back({"layer " + std::to_string(l), deltas[l], number_text("%.2e", deltas[l])});
    const Theme& colors = theme(program.session.view().theme);
    const std::optional<glm::vec2> pointer = plot_pointer();
    draw_picture(
        ui, "deltas",
        bar_list_picture(bars, ImGui::GetContentRegionAvail().x, plot_look(ui, program.viewport.ui_scale),
                         colors.difference_map.back(), colors.difference_map.front(), pointer)
            .picture);
}

// Why there are no numbers, and where those are that no line can show.
void draw_refusal(Program& program, const AttentionFrame& frame, const std::string& method) {
    if (const std::optional<SessionMessage> refusal = program.session.refusal(method)) {
        dim_wrapped(refusal->text + ". " + refusal->hint);
    } else if (const auto failed = frame.failures.find(method); failed != frame.failures.end()) {
        dim_wrapped(failed->second.message + ". " + failed->second.hint);
    }
    if (method == "patterns" || method == "head_distance")
        dim_wrapped("Shown in the table and the map of the heads (F8).");
    if (method == "deletion" || method == "insertion" || method == "logit_lens")
        dim_wrapped("Shown among the curves (F9).");
}

void draw_target(Program& program, ImguiLayer& ui, const AttentionFrame& frame) {
    ImGui::Spacing();
    heading(ui, "Target y");
    if (!frame.target) {
        dim_wrapped(
            "Known once a method asks for it: " + target_text(program.session.method_options().target) + ".");
        return;
    }
    const std::string value = exact_text(frame.target->value);
    const float value_px = ImGui::CalcTextSize(value.c_str()).x;
    shaped_line(ui, target_name(*frame.target), value_px + ImGui::GetStyle().ItemSpacing.x);
    ImGui::SameLine(ImGui::GetContentRegionMax().x - value_px);
    ImGui::TextUnformatted(value.c_str());
    if (program.session.method_options().target != TargetChoice{}) {
        if (ImGui::SmallButton("the model's own")) run_command(program, "target.reset");
        mark_item(program, "target reset");
    }
}

void slider(Program& program, const char* title, const char* command, double now, double least,
            double greatest) {
    option_label(title);
    auto value = static_cast<float>(now);
    ImGui::PushID(command);
    if (ImGui::SliderFloat("##slider", &value, static_cast<float>(least), static_cast<float>(greatest),
                           "%.2f"))
        run_command(program, command, number_text("%.2f", static_cast<double>(value)));
    ImGui::PopID();
}

void steps(Program& program, const char* command, int64_t now) {
    option_label("steps");
    auto value = static_cast<int>(now);
    ImGui::PushID(command);
    // When it is let go: each value on the way would be computed.
    ImGui::InputInt("##steps", &value, 1, 10);
    if (ImGui::IsItemDeactivatedAfterEdit())
        run_command(program, command, std::to_string(std::clamp(value, 1, 1000)));
    ImGui::PopID();
}

void draw_options(Program& program, ImguiLayer& ui, const MethodRow& method) {
    const MethodOptions& options = program.session.method_options();
    const bool mixes = method.name == "rollout" || method.name == "flow";
    const bool integrates =
        method.name == "integrated_gradients" || method.name == "deletion" || method.name == "insertion";
    if (!mixes && !integrates && method.name != "attention_integrated_gradients") return;
    ImGui::Spacing();
    heading(ui, "Options");
    if (mixes) {
        slider(program, "residual", "method.residual", options.rollout.residual, 0.0, 1.0);
        option_choice(program, "heads by", "method.fuse", program.commands.at("method.fuse").value());
        slider(program, "discard", "method.discard", options.rollout.discard, 0.0, 0.99);
    } else if (integrates) {
        steps(program, "method.steps", options.ig_steps);
        option_choice(program, "rule", "method.rule", program.commands.at("method.rule").value());
        if (options.ig_rule == QuadratureRule::adaptive)
            slider(program, "tolerance", "method.tolerance", options.ig_tolerance, 0.001, 0.1);
        option_choice(program, "baseline", "method.baseline", options.baseline);
    } else {
        steps(program, "method.attention_steps", options.attention_ig_steps);
    }
}

}  // namespace

void draw_method_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "method")) {
        heading(ui, "Quantities");
        ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize("computed").x -
                        22.0f * program.viewport.ui_scale);
        dim_text("computed");
        add_dot(ui);
        const std::string& shown = program.session.view().quantity;
        const MethodRow* method = find_method(program.panels.method.empty() ? shown : program.panels.method);
        if (!method) method = &method_table().front();
        draw_list(program, ui, *method);
        ImGui::Separator();
        ImGui::BeginChild("about");
        draw_meaning(ui, *method);
        if (const FramePtr frame = panel_frame(program)) {
            const AttentionBlock& block = shown_block(*frame, program.session.view());
            draw_error(program, ui, *frame, block, *method);
            draw_refusal(program, *frame, method->name);
            draw_progress(program, "");
            if (method->needs == MethodNeeds::gradients || frame->target) draw_target(program, ui, *frame);
        }
        draw_options(program, ui, *method);
        ImGui::EndChild();
    }
    ImGui::End();
}

}  // namespace weft
