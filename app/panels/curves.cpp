// Plots over the layers, and of what y loses while heads or tokens are taken away.

#include <imgui.h>

#include <cstdio>
#include <numeric>

#include "app/attributions.h"
#include "app/layer_curves.h"
#include "app/lens_rows.h"
#include "app/panels/panels.h"
#include "app/plot/bar_list.h"
#include "app/plot/draw.h"
#include "app/plot/line_plot.h"
#include "app/quantity_values.h"
#include "app/removal_curves.h"
#include "app/target_name.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

constexpr float plot_height_px = 88.0f;

struct Colors {
    glm::vec4 first, second, dim;
};

Colors curve_colors(const Program& program, const ImguiLayer& ui) {
    const Theme& colors = theme(program.session.view().theme);
    return {colors.drawn, colors.difference_map.back(), ui.colors().dim_text};
}

void draw_plot(Program& program, ImguiLayer& ui, const char* name, const LinePlot& plot) {
    const float scale = program.viewport.ui_scale;
    const std::optional<glm::vec2> pointer = plot_pointer();
    draw_picture(ui, name,
                 line_plot_picture(plot, ImGui::GetContentRegionAvail().x, plot_height_px * scale,
                                   plot_look(ui, scale), pointer)
                     .picture);
    ImGui::Dummy({1.0f, 2.0f * scale});
}

std::vector<double> counted(size_t count) {
    std::vector<double> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0.0);
    return numbers;
}

LinePlot over_layers(const char* title, const char* unit, size_t layers) {
    LinePlot plot;
    plot.x = {"layer", "", true, 0.0, static_cast<double>(layers) - 1.0};
    plot.y = {title, unit, false, 0.0, {}};
    return plot;
}

// The mean over heads between the least and the greatest head.
void add_curve(LinePlot& plot, const LayerCurve& curve, const Colors& colors) {
    const std::vector<double> layers = counted(curve.mean.size());
    plot.series.push_back({"greatest head", layers, curve.high, colors.dim, true, ""});
    plot.series.push_back({"mean over heads", layers, curve.mean, colors.first, false, ""});
    plot.series.push_back({"least head", layers, curve.low, colors.dim, true, ""});
}

void draw_layer_curves(Program& program, ImguiLayer& ui, const AttentionFrame& frame,
                       const AttentionBlock& block) {
    heading(ui, "Over the layers");
    const Colors colors = curve_colors(program, ui);
    const auto of_heads = [&](const char* quantity, const char* title, const char* unit) {
        const LayerCurve curve = curve_over_heads(block, quantity);
        if (curve.is_empty()) return false;
        LinePlot plot = over_layers(title, unit, block.layers);
        add_curve(plot, curve, colors);
        draw_plot(program, ui, quantity, plot);
        return true;
    };
    of_heads("entropy", "entropy of attention", "nats");
    const bool is_image = frame.stacks.at(block.key_stack).grid.has_value();
    of_heads("attention_distance", "attention distance", is_image ? "pixels" : "tokens");
    LinePlot first = over_layers("share of the first token", "mean over rows", block.layers);
    first.series.push_back(
        {"attention", counted(block.layers), attention_on_first(block), colors.first, false, ""});
    if (std::vector<double> rollout = rollout_on_first(block); !rollout.empty())
        first.series.push_back(
            {"rollout", counted(block.layers), std::move(rollout), colors.second, false, ""});
    draw_plot(program, ui, "first", first);
    const bool has_importance = of_heads("head_importance", "head importance", "|change of y|");
    if (!has_importance && program.session.model())
        compute_button(program, {"head_importance"}, "compute head importance");
}

void draw_removal(Program& program, ImguiLayer& ui, const AttentionFrame& frame, const AttentionBlock& block,
                  const RemovalPlot& kind) {
    ImGui::Spacing();
    heading(ui, kind.title);
    const Colors colors = curve_colors(program, ui);
    const std::optional<RemovalCurves> curves = removal_curves(block, kind);
    if (!curves) {
        if (program.session.model()) {
            dim_wrapped(kind.about);
            compute_button(program, {kind.method}, kind.button);
        } else {
            dim_wrapped("Needs a model: a trace holds the attention alone.");
        }
        return;
    }
    LinePlot plot;
    plot.x = {kind.counted, "", true, 0.0, static_cast<double>(curves->ordered.size()) - 1.0};
    plot.y = {"y", frame.target ? target_unit(*frame.target) : "", false, {}, {}};
    plot.series.push_back({kind.order, counted(curves->ordered.size()), curves->ordered, colors.first, false,
                           area_text(curves->ordered)});
    if (!curves->random.empty())
        plot.series.push_back({"random order", counted(curves->random.size()), curves->random, colors.second,
                               true, area_text(curves->random)});
    draw_plot(program, ui, kind.ordered, plot);
}

// What the model would answer behind each layer, at the target's row.
void draw_lens(Program& program, ImguiLayer& ui, const AttentionFrame& frame, const AttentionBlock& block) {
    ImGui::Spacing();
    heading(ui, "Logit lens");
    const TargetRow row = target_row(frame, block);
    const std::vector<LensRow> rows = lens_rows(frame, block, row.row);
    if (rows.empty()) {
        if (const auto refusal = program.session.refusal("logit_lens")) {
            dim_wrapped(refusal->text + ". " + refusal->hint);
        } else if (program.session.model()) {
            dim_wrapped("The final norm and the head applied behind each layer.");
            compute_button(program, {"logit_lens"}, "compute the logit lens");
        }
        return;
    }
    dim_wrapped("Most probable behind each layer, at " +
                (row.row < 0 ? std::string("the last row") : "row " + std::to_string(row.row)) +
                "; bar: its probability.");
    std::vector<Bar> bars;
    for (const LensRow& lens : rows) {
        char number[16];
        std::snprintf(number, sizeof number, " %.3f", lens.probability);
        bars.push_back({lens.layer < 0 ? "embedding" : "layer " + std::to_string(lens.layer),
                        lens.probability,
                        token_text(Token{static_cast<int32_t>(lens.id), lens.text}) + number});
    }
    const Colors colors = curve_colors(program, ui);
    const std::optional<glm::vec2> pointer = plot_pointer();
    draw_picture(
        ui, "lens",
        bar_list_picture(bars, ImGui::GetContentRegionAvail().x, plot_look(ui, program.viewport.ui_scale),
                         colors.first, colors.second, pointer)
            .picture);
}

}  // namespace

void draw_curves_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "curves")) {
        const FramePtr frame = panel_frame(program);
        if (frame) {
            const AttentionBlock& block = shown_block(*frame, program.session.view());
            draw_layer_curves(program, ui, *frame, block);
            for (const RemovalPlot& kind : removal_plots()) draw_removal(program, ui, *frame, block, kind);
            draw_lens(program, ui, *frame, block);
        }
    }
    ImGui::End();
}

}  // namespace weft
