// How far the attributions that are there agree on which tokens matter.

#include <imgui.h>

#include <cstdio>

#include "analysis/method/agreement.h"
#include "analysis/method/method_table.h"
#include "app/attributions.h"
#include "app/panels/panels.h"
#include "app/plot/draw.h"
#include "app/plot/matrix_plot.h"
#include "app/plot/ticks.h"
#include "app/target_name.h"
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

std::string title_of(const std::string& method) {
    const MethodRow* row = find_method(method);
    return row ? row->title : method;
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
    for (const Attribution& one : all) plot.rows.push_back(title_of(one.name));
    plot.columns = plot.rows;
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
        (title_of(row.name) + " and " + title_of(column.name) + ": " + exact_text(value)).c_str());
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
            for (const Attribution& one : all)
                if (!one.of.empty()) dim_wrapped(title_of(one.name) + ": " + one.of);
        }
    }
    ImGui::End();
}

}  // namespace weft
