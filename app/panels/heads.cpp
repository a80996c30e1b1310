// All heads of the shown attention as a table that any column sorts, and as a map in which heads that attend
// alike lie together. A click chooses a head, Ctrl+click takes it away, Ctrl+Shift+click leaves its mean.

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "scenes/collapse.h"
#include "app/head_list.h"
#include "app/panels/panels.h"
#include "app/plot/draw.h"
#include "app/plot/scatter_plot.h"
#include "app/quantity_values.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {

namespace {

constexpr float map_height_px = 170.0f, cell_padding_px = 1.0f, least_table_px = 120.0f;

std::string number_text(const char* format, double number) {
    if (std::isnan(number)) return "\u2013";
    char text[48];
    std::snprintf(text, sizeof text, format, number);
    return text;
}

// A share without its leading zero: ".34".
std::string share_text(double share) {
    std::string text = number_text("%.2f", share);
    if (const size_t zero = text.find("0."); zero != std::string::npos) text.erase(zero, 1);
    return text;
}

std::string head_text(int layer, int head) {
    return std::to_string(layer) + "." + std::to_string(head);
}

void act_on_head(Program& program, int layer, int head) {
    const ImGuiIO& io = ImGui::GetIO();
    const std::string name = head_text(layer, head);
    if (io.KeyCtrl) return run_command(program, io.KeyShift ? "ablate.mean" : "ablate.head", name);
    program.session.choose_head({layer, head});
    program.session.select(program.session.in_picture({FocusKind::head, 0, layer, head, -1, -1, false}));
}

struct Column {
    const char* title;
    HeadColumn which;
    float width_px;  // at scale 1
    const char* about;
};
constexpr Column columns[] = {
    {"L.H", HeadColumn::name, 46.0f, "layer and head, both counted from 0"},
    {"nats", HeadColumn::entropy, 34.0f, "entropy, mean over query rows, in nats"},
    {"|dy|", HeadColumn::importance, 50.0f, "importance: |sum over rows of dy/dctx . ctx|"},
    {"pattern", HeadColumn::pattern, 90.0f,
     "the pattern with the greatest excess over uniform attention;\nbright from 0.25 on"},
    {"far", HeadColumn::distance, 30.0f,
     "attention distance, mean over query rows, in tokens (images: pixels)"}};

// A click sorts by the column. The one that does has a line: above it, the least is above; below it, the
// greatest.
void draw_titles(Program& program, ImguiLayer& ui) {
    const float scale = program.viewport.ui_scale;
    ImDrawList* list = ImGui::GetWindowDrawList();
    ImGui::TableNextRow();
    for (const Column& column : columns) {
        ImGui::TableNextColumn();
        const bool sorts = program.panels.head_order == column.which;
        if (sorts) ImGui::PushFont(ui.bold());
        if (ImGui::Selectable(column.title))
            run_command(program, "heads.sort", head_column_names().at(static_cast<size_t>(column.which)));
        if (sorts) ImGui::PopFont();
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", column.about);
        mark_item(program, "sort " + head_column_names().at(static_cast<size_t>(column.which)));
        if (!sorts) continue;
        const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
        const float y = program.panels.heads_descending ? high.y - scale : low.y + scale;
        list->AddLine({low.x, y}, {high.x, y}, ImGui::GetColorU32(ImGuiCol_CheckMark), 2.0f * scale);
    }
}

void cell(const std::string& text, bool is_gone) {
    ImGui::TableNextColumn();
    if (is_gone)
        dim_text(text.c_str());
    else
        ImGui::TextUnformatted(text.c_str());
}

void draw_row(Program& program, const HeadListRow& row) {
    const HeadChoice chosen = program.session.head_choice();
    const bool is_gone = row.ablation.has_value();
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const std::string name = head_text(row.layer, row.head);
    if (ImGui::Selectable(name.c_str(), chosen.layer == row.layer && chosen.head == row.head,
                          ImGuiSelectableFlags_SpanAllColumns))
        act_on_head(program, row.layer, row.head);
    mark_item(program, "head " + name);
    if (ImGui::IsItemHovered())
        program.session.set_hovered(
            program.session.in_picture({FocusKind::head, 0, row.layer, row.head, -1, -1, false}));
    if (is_gone) {
        ImGui::SameLine(0.0f, 4.0f * program.viewport.ui_scale);
        ImGui::TextUnformatted(row.ablation->to_mean ? "~" : "0");
    }
    cell(number_text("%.2f", row.entropy), is_gone);
    cell(number_text("%.2g", row.importance), is_gone);
    cell(row.pattern.empty() ? "\u2013" : row.pattern + " " + share_text(row.excess),
         is_gone || !row.is_named);
    cell(number_text("%.1f", row.distance), is_gone);
}

void draw_table(Program& program, ImguiLayer& ui, const std::vector<HeadListRow>& rows, float height) {
    const float scale = program.viewport.ui_scale;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {2.0f * scale, cell_padding_px * scale});
    const ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerH;
    if (ImGui::BeginTable("heads", static_cast<int>(std::size(columns)), flags, {0.0f, height})) {
        ImGui::TableSetupScrollFreeze(0, 1);
        for (const Column& column : columns)
            ImGui::TableSetupColumn(column.title, ImGuiTableColumnFlags_WidthFixed, column.width_px * scale);
        draw_titles(program, ui);
        std::vector<HeadListRow> sorted = rows;
        sort_heads(sorted, program.panels.head_order, program.panels.heads_descending);
        ImGuiListClipper seen;
        seen.Begin(static_cast<int>(sorted.size()));
        while (seen.Step())
            for (int i = seen.DisplayStart; i < seen.DisplayEnd; ++i)
                draw_row(program, sorted[static_cast<size_t>(i)]);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

void draw_notices(Program& program, const AttentionBlock& block) {
    const std::vector<Collapse> collapsed = collapsed_layers(block);
    constexpr size_t most = 3;
    for (size_t i = 0; i < std::min(collapsed.size(), most); ++i) {
        ImGui::PushTextWrapPos(0.0f);
        ImGui::TextUnformatted(collapse_text(collapsed[i]).c_str());
        ImGui::PopTextWrapPos();
    }
    if (collapsed.size() > most)
        dim_text(("and " + std::to_string(collapsed.size() - most) + " layers more").c_str());
    const size_t gone = program.session.ablations().size();
    if (gone == 0) return;
    ImGui::AlignTextToFramePadding();
    ImGui::TextUnformatted(gone == 1 ? "1 head is taken away"
                                     : (std::to_string(gone) + " heads are taken away").c_str());
    ImGui::SameLine();
    if (ImGui::SmallButton("give all back")) run_command(program, "ablate.reset");
    mark_item(program, "give all back");
}

glm::vec4 layer_color(const Theme& colors, size_t layer, size_t layers) {
    // The lowest quarter of the map is too near to the ground.
    const float position =
        0.3f + 0.7f * static_cast<float>(layer) / static_cast<float>(std::max<size_t>(layers - 1, 1));
    return weight_color(colors, position * position);
}

// Layers from the first to the last colour, at the right of the plot's foot.
void add_layer_key(PlotPicture& picture, const PlotLook& look, const Theme& colors, size_t layers) {
    const float s = look.scale, foot = picture.size_px.y - 2.0f * s;
    const std::string last = std::to_string(layers - 1);
    const float right = picture.size_px.x - look.measure(last, look.text_px * s, false) - 5.0f * s;
    const float width = 60.0f * s, left = right - width;
    for (size_t l = 0; l < layers; ++l) {
        const float step = width / static_cast<float>(layers), x = left + step * static_cast<float>(l);
        picture.rects.push_back(
            {{x, foot - 9.0f * s}, {x + step, foot - 1.0f * s}, layer_color(colors, l, layers)});
    }
    picture.labels.push_back(plot_label(look, "layer 0", {left - 5.0f * s, foot}, LabelAlign::right));
    picture.labels.push_back(plot_label(look, last, {picture.size_px.x, foot}, LabelAlign::right));
}

void draw_map(Program& program, ImguiLayer& ui, const AttentionBlock& block,
              const std::vector<HeadListRow>& rows) {
    const FrameTensor* layout = find_quantity(block, "head_distance.layout");
    if (!layout || layout->values->size() != 2 * rows.size()) {
        draw_progress(program, "head_distance");
        dim_text("The map of the heads comes with their distances.");
        return;
    }
    const float scale = program.viewport.ui_scale;
    const Theme& colors = theme(program.session.view().theme);
    const HeadChoice chosen = program.session.head_choice();
    ScatterPlot plot;
    plot.unit = "nats";
    for (size_t i = 0; i < rows.size(); ++i) {
        ScatterPoint point;
        point.x = static_cast<double>((*layout->values)[2 * i]);
        point.y = static_cast<double>((*layout->values)[2 * i + 1]);
        point.color = layer_color(colors, static_cast<size_t>(rows[i].layer), block.layers);
        point.is_chosen = rows[i].layer == chosen.layer && rows[i].head == chosen.head;
        point.is_crossed_out = rows[i].ablation.has_value();
        plot.points.push_back(point);
    }
    const PlotLook look = plot_look(ui, scale);
    const std::optional<glm::vec2> pointer = plot_pointer();
    ScatterPicture drawn =
        scatter_picture(plot, {ImGui::GetContentRegionAvail().x, map_height_px * scale}, look, pointer);
    add_layer_key(drawn.picture, look, colors, block.layers);
    std::string about = "Near: attend alike (classical MDS).";
    if (drawn.pointed) {
        const HeadListRow& row = rows[*drawn.pointed];
        program.session.set_hovered(
            program.session.in_picture({FocusKind::head, 0, row.layer, row.head, -1, -1, false}));
        about = "Head " + head_text(row.layer, row.head) + (row.is_named ? ", " + row.pattern : "");
    }
    if (draw_picture(ui, "map", std::move(drawn.picture)) && drawn.pointed)
        act_on_head(program, rows[*drawn.pointed].layer, rows[*drawn.pointed].head);
    dim_text(about.c_str());
}

}  // namespace

void draw_heads_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "heads")) {
        const FramePtr frame = panel_frame(program);
        heading(ui, "Heads");
        if (frame) {
            const AttentionBlock& block = shown_block(*frame, program.session.view());
            const float scale = program.viewport.ui_scale;
            const std::vector<HeadListRow> rows = head_list(block, program.session.ablations());
            draw_notices(program, block);
            if (!find_quantity(block, "head_importance") && program.session.model())
                compute_button(program, {"head_importance"}, "compute importance");
            const float below = (map_height_px + 82.0f) * scale;
            const float room = std::max(ImGui::GetContentRegionAvail().y - below, least_table_px * scale);
            const float row = ImGui::GetTextLineHeight() + 2.0f * cell_padding_px * scale;
            draw_table(program, ui, rows, std::floor(room / row) * row);
            dim_wrapped("Click: choose. Ctrl+click or B: set to 0. With Shift: to its mean.");
            draw_map(program, ui, block, rows);
        }
    }
    ImGui::End();
}

}  // namespace weft
