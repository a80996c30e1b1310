// How far the attributions that are there agree on which tokens matter.

#include <imgui.h>

#include <map>

#include "analysis/method/agreement.h"
#include "app/attributions.h"
#include "app/panels/panels.h"
#include "app/plot/draw.h"
#include "app/plot/matrix_plot.h"
#include "app/plot/ticks.h"
#include "app/target_name.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {

namespace {

// That a button computes beside those that come with every key.
const std::vector<std::string>& compared_methods() {
    static const std::vector<std::string> methods{
        "integrated_gradients", "rollout",  "flow",      "contribution",   "gradient_attention",
        "gradient_flow",        "grad_cam", "relevance", "token_ablation", "attention_integrated_gradients"};
    return methods;
}

// For a row of a narrow matrix.
std::string short_title(const std::string& method) {
    static const std::map<std::string, std::string> titles{
        {"rollout", "rollout"},
        {"attention", "attention"},
        {"flow", "flow"},
        {"gradient_flow", "gradient flow"},
        {"gradient_attention", "gradient x att."},
        {"grad_cam", "Grad-CAM"},
        {"integrated_gradients", "integrated"},
        {"attention_integrated_gradients", "integrated att."},
        {"token_ablation", "token ablation"}};
    const auto found = titles.find(method);
    return found == titles.end() ? method : found->second;
}

std::vector<double> correlations(const std::vector<Attribution>& all) {
    std::vector<std::vector<float>> values;
    for (const Attribution& one : all) values.emplace_back(one.values.begin(), one.values.end());
    std::vector<std::span<const float>> spans(values.begin(), values.end());
    return agreement(spans);
}

void draw_matrix(Program& program, ImguiLayer& ui, const std::vector<Attribution>& all) {
    const Theme& colors = theme(program.session.view().theme);
    MatrixPlot plot;
    for (const Attribution& one : all) {
        plot.columns.push_back(std::to_string(plot.columns.size() + 1));
        plot.rows.push_back(short_title(one.name) + "  " + plot.columns.back());
    }
    plot.values = correlations(all);
    plot.color = [&colors](double value) { return difference_color(colors, static_cast<float>(value)); };
    const std::optional<glm::vec2> pointer = plot_pointer();
    MatrixPlotPicture drawn = matrix_plot_picture(plot, ImGui::GetContentRegionAvail().x,
                                                  plot_look(ui, program.viewport.ui_scale), pointer);
    draw_picture(ui, "agreement", std::move(drawn.picture));
    ImGui::Spacing();
    if (!drawn.pointed) {
        dim_wrapped(
            "Spearman's rank correlation over the tokens: 1 the same order, 0 none, -1 the reverse. An empty "
            "cell: an attribution that is the same everywhere has no order.");
        return;
    }
    const Attribution &row = all[drawn.pointed->row], &column = all[drawn.pointed->column];
    const double value = plot.values[drawn.pointed->row * all.size() + drawn.pointed->column];
    ImGui::PushTextWrapPos(0.0f);
    ImGui::TextUnformatted(
        (quantity_title(row.name) + " and " + quantity_title(column.name) + ": " + exact_text(value))
            .c_str());
    ImGui::PopTextWrapPos();
}

}  // namespace

void draw_agreement_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "agreement")) {
        heading(ui, "Agreement of attributions");
        const FramePtr frame = panel_frame(program);
        if (frame) {
            const AttentionBlock& block = shown_block(*frame, program.session.view());
            const TargetRow row = target_row(*frame, block);
            const std::vector<Attribution> all = attributions(*frame, block, row);
            if (frame->target) shaped_line(ui, "y: " + target_name(*frame->target), 0.0f, true);
            dim_wrapped("Of matrices: " + row.text + ".");
            draw_matrix(program, ui, all);
            ImGui::Spacing();
            draw_progress(program, "");
            if (program.session.model() && all.size() <= compared_methods().size())
                compute_button(program, compared_methods(), "compute all of them");
            ImGui::Spacing();
            for (size_t i = 0; i < all.size(); ++i)
                dim_wrapped(std::to_string(i + 1) + " " + quantity_title(all[i].name) +
                            (all[i].of.empty() ? "" : ": " + all[i].of));
        }
    }
    ImGui::End();
}

}  // namespace weft
