// The chosen head as numbers: rows are queries, columns are keys, colour is the square root of the weight.
// The cell under the pointer and the line in the picture light up together.

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>

#include "app/head_stats.h"
#include "app/panels/panels.h"
#include "scenes/block_means.h"
#include "scenes/hatching.h"
#include "scenes/ledger.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {

namespace {

// At scale 1.
constexpr uint32_t most_cells = 32;
constexpr float least_cell = 7.0f, largest_cell = 20.0f;
constexpr float label_px = 11.0f, row_label_width = 62.0f, column_label_height = 74.0f;
constexpr float hatch_pitch = 6.0f, hatch_opacity = 0.45f;
constexpr float column_angle_rad = 0.9599f;  // 55 degrees

ImU32 packed(glm::vec4 c) {
    return ImGui::ColorConvertFloat4ToU32({c.r, c.g, c.b, c.a});
}

// The weight map by the square root of the weight, packed once: a cell costs no power function.
class PackedMap {
  public:
    ImU32 at(float position) const {
        const float scaled = std::clamp(position, 0.0f, 1.0f) * static_cast<float>(colors_.size() - 1);
        return colors_[static_cast<size_t>(scaled + 0.5f)];
    }
    // Of the theme and the map that were asked for last.
    static const PackedMap& of(const ViewState& view) {
        static PackedMap kept;
        if (!kept.is_made_ || kept.theme_ != view.theme || kept.map_ != view.map) kept.make(view);
        return kept;
    }

  private:
    void make(const ViewState& view) {
        is_made_ = true;
        theme_ = view.theme;
        map_ = view.map;
        const auto steps = static_cast<float>(colors_.size() - 1);
        for (size_t i = 0; i < colors_.size(); ++i) {
            const float position = static_cast<float>(i) / steps;
            colors_[i] = packed(weight_color(theme(theme_), position * position, map_.get()));
        }
    }
    bool is_made_ = false;
    ThemeName theme_ = ThemeName::dark;
    std::shared_ptr<const ColorMap> map_;
    std::array<ImU32, 1024> colors_{};
};

struct Matrix {
    const TextStackPlan& plan;
    HeadChoice choice;
    const WeightBlock& block;
    uint32_t slice;
    BlockMeans cells;
    const std::vector<Token>& queries;
    const std::vector<Token>& keys;

    float value(uint32_t row, uint32_t column) const {
        return cells.values[size_t{row} * cells.columns + column];
    }
    // Of the cell's weights, of which the picture shows none.
    double mean_not_shown(uint32_t row, uint32_t column) const {
        const std::span<const float> weights =
            std::span(*block.values).subspan(size_t{slice} * block.rows * block.columns);
        const uint32_t last_row = std::min(block.rows, (row + 1) * cells.block),
                       last_column = std::min(block.columns, (column + 1) * cells.block);
        double sum = 0.0, count = 0.0;
        for (uint32_t r = row * cells.block; r < last_row; ++r)
            for (uint32_t c = column * cells.block; c < last_column; ++c, ++count)
                sum += static_cast<double>(weights[size_t{r} * block.columns + c]);
        return sum / count;
    }
};

std::string printf_text(const char* format, auto... values) {
    char text[96];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

// A token, or the first of a block of tokens with how many more there are.
std::string cell_name(const std::vector<Token>& tokens, uint32_t cell, uint32_t block) {
    const size_t first = size_t{cell} * block;
    if (first >= tokens.size()) return "";
    const size_t count = std::min<size_t>(block, tokens.size() - first);
    return token_text(tokens[first]) + (count > 1 ? " +" + std::to_string(count - 1) : "");
}

bool is_sink(const Matrix& matrix, uint32_t column) {
    const auto& sinks = matrix.plan.layers.at(static_cast<size_t>(matrix.choice.layer)).sink_keys;
    return column < sinks.size() && sinks[column];
}

// Every cell that has room for its name; what is pointed at wins over its neighbours.
std::vector<bool> labelled(uint32_t cells, float cell_px, float scale, std::optional<uint32_t> pointed) {
    const auto every = static_cast<uint32_t>(std::max(1.0f, std::ceil((label_px + 1.0f) * scale / cell_px)));
    std::vector<bool> shown(cells, false);
    for (uint32_t i = 0; i < cells; i += every) shown[i] = true;
    if (!pointed || *pointed >= cells) return shown;
    for (uint32_t i = *pointed - std::min(*pointed, every - 1); i < std::min(cells, *pointed + every); ++i)
        shown[i] = false;
    shown[*pointed] = true;
    return shown;
}

Label axis_label(std::string text, glm::vec2 position, float scale, const UiColors& colors, bool strong) {
    Label label;
    label.text = std::move(text);
    label.position = position;
    label.size_px = label_px * scale;
    label.color = strong ? colors.text : colors.dim_text;
    label.bold = strong;
    return label;
}

void draw_color_bar(Program& program, ImguiLayer& ui, const std::string& quantity) {
    const float scale = program.viewport.ui_scale;
    const PackedMap& colors = PackedMap::of(program.session.view());
    dim_text((quantity + " (colour = its square root)").c_str());
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, height = 10.0f * scale;
    constexpr int steps = 64;
    for (int i = 0; i < steps; ++i) {
        const float position = (float(i) + 0.5f) / steps;
        const float left = at.x + width * float(i) / steps, right = at.x + width * float(i + 1) / steps;
        list->AddRectFilled({left, at.y}, {right, at.y + height}, colors.at(position));
    }
    for (const float tick : {0.0f, 0.05f, 0.2f, 0.5f, 1.0f}) {
        const float x = at.x + width * std::sqrt(tick);
        const std::string text = printf_text("%.2g", double(tick));
        const float text_width = ImGui::CalcTextSize(text.c_str()).x;
        list->AddLine({x, at.y + height}, {x, at.y + height + 3.0f * scale}, packed(ui.colors().dim_text),
                      scale);
        list->AddText({std::clamp(x - text_width * 0.5f, at.x, at.x + width - text_width),
                       at.y + height + 4.0f * scale},
                      packed(ui.colors().dim_text), text.c_str());
    }
    ImGui::Dummy({width, height + 24.0f * scale});
}

void draw_hatching(ImguiLayer& ui, glm::vec2 low, glm::vec2 high, float scale) {
    ImVec4 color = ImGui::ColorConvertU32ToFloat4(packed(ui.colors().dim_text));
    color.w = hatch_opacity;
    for (const HatchLine& line : hatch_lines(low, high, hatch_pitch * scale))
        ImGui::GetWindowDrawList()->AddLine({line.a.x, line.a.y}, {line.b.x, line.b.y},
                                            ImGui::ColorConvertFloat4ToU32(color), scale);
}

void draw_cells(Program& program, ImguiLayer& ui, const Matrix& matrix) {
    Session& session = program.session;
    const float scale = program.viewport.ui_scale;
    const PackedMap& colors = PackedMap::of(session.view());
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float room = ImGui::GetContentRegionAvail().x - row_label_width * scale - 14.0f * scale;
    const float wanted = room / static_cast<float>(std::max(1u, matrix.cells.columns));
    const float cell = std::floor(std::clamp(wanted, least_cell * scale, largest_cell * scale));
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const glm::vec2 origin{corner.x + row_label_width * scale, corner.y + column_label_height * scale};
    const glm::vec2 extent{cell * float(matrix.cells.columns), cell * float(matrix.cells.rows)};
    const auto cell_min = [&](uint32_t row, uint32_t column) {
        return ImVec2{origin.x + cell * float(column), origin.y + cell * float(row)};
    };
    for (uint32_t row = 0; row < matrix.cells.rows; ++row) {
        for (uint32_t column = 0; column < matrix.cells.columns; ++column) {
            const float value = matrix.value(row, column);
            if (std::isnan(value)) continue;
            const ImVec2 low = cell_min(row, column);
            list->AddRectFilled(low, {low.x + cell, low.y + cell}, colors.at(std::sqrt(std::abs(value))));
        }
    }
    for (const CellRect& rect : cells_not_shown(matrix.cells.values, matrix.cells.rows, matrix.cells.columns))
        draw_hatching(ui, origin + cell * glm::vec2(rect.from), origin + cell * glm::vec2(rect.to), scale);

    // Which cell is pointed at: here, or as a line or token in the picture.
    const ImVec2 mouse = ImGui::GetMousePos();
    const glm::vec2 inside = glm::vec2(mouse.x, mouse.y) - origin;
    const bool points_here = ImGui::IsWindowHovered() && inside.x >= 0 && inside.y >= 0 &&
                             inside.x < extent.x && inside.y < extent.y;
    const uint32_t block = matrix.cells.block;
    std::optional<uint32_t> row, column;
    if (points_here) {
        row = static_cast<uint32_t>(inside.y / cell);
        column = static_cast<uint32_t>(inside.x / cell);
        Focus focus{FocusKind::edge,      0,    matrix.choice.layer, matrix.choice.head, int(*row * block),
                    int(*column * block), false};
        focus = session.in_picture(focus);
        session.set_hovered(focus);
        if (ImGui::IsMouseClicked(0)) session.select(focus);
    } else {
        const ViewState& view = program.session.view();
        const Focus focus =
            session.in_plan(view.hovered.kind != FocusKind::none ? view.hovered : view.selected);
        const bool same_layer = focus.layer == matrix.choice.layer || focus.layer < 0;
        const bool same_head = focus.head < 0 || focus.head == matrix.choice.head;
        if (same_layer && same_head && focus.query >= 0) row = uint32_t(focus.query) / block;
        if (same_layer && same_head && focus.key >= 0) column = uint32_t(focus.key) / block;
    }
    const ImU32 mark = packed(ui.colors().text);
    if (row && *row < matrix.cells.rows) {
        const ImVec2 low = cell_min(*row, 0);
        list->AddRect({low.x - scale, low.y - scale}, {low.x + extent.x + scale, low.y + cell + scale}, mark,
                      2.0f * scale, 0, scale);
    }
    if (row && column && *row < matrix.cells.rows && *column < matrix.cells.columns) {
        const ImVec2 low = cell_min(*row, *column);
        list->AddRect({low.x - scale, low.y - scale}, {low.x + cell + scale, low.y + cell + scale}, mark,
                      0.0f, 0, 2.0f * scale);
    }

    std::vector<Label> labels;
    const std::vector<bool> row_shown = labelled(matrix.cells.rows, cell, scale, row);
    for (uint32_t r = 0; r < matrix.cells.rows; ++r) {
        if (!row_shown[r]) continue;
        const glm::vec2 at{origin.x - 6.0f * scale,
                           origin.y + cell * (float(r) + 0.5f) + label_px * 0.35f * scale};
        labels.push_back(axis_label(cell_name(matrix.queries, r, block), at, scale, ui.colors(), row == r));
        labels.back().align = LabelAlign::right;
        labels.back().max_width_px = (row_label_width - 8.0f) * scale;
    }
    const std::vector<bool> column_shown = labelled(matrix.cells.columns, cell, scale, column);
    for (uint32_t c = 0; c < matrix.cells.columns; ++c) {
        const float x = origin.x + cell * (float(c) + 0.5f);
        if (column_shown[c]) {
            labels.push_back(axis_label(cell_name(matrix.keys, c, block),
                                        {x + label_px * 0.3f * scale, origin.y - 5.0f * scale}, scale,
                                        ui.colors(), column == c));
            labels.back().angle_rad = column_angle_rad;
            labels.back().max_width_px = column_label_height * scale;
        }
        if (block == 1 && is_sink(matrix, c)) {
            labels.push_back(
                axis_label("sink", {x, origin.y + extent.y + 14.0f * scale}, scale, ui.colors(), false));
            labels.back().align = LabelAlign::center;
        }
    }
    ui.shaped_text(list, std::move(labels));
    ImGui::Dummy({extent.x, column_label_height * scale + extent.y + 20.0f * scale});

    // The number under the pointer.
    Label number;
    const ImVec2 foot = ImGui::GetCursorScreenPos();
    number.position = {foot.x, foot.y + 12.0f * scale};
    number.size_px = 13.0f * scale;
    number.color = ui.colors().text;
    number.max_width_px = ImGui::GetContentRegionAvail().x;
    if (row && column && *row < matrix.cells.rows && *column < matrix.cells.columns) {
        const bool is_shown = !std::isnan(matrix.value(*row, *column));
        const double value =
            is_shown ? double(matrix.value(*row, *column)) : matrix.mean_not_shown(*row, *column);
        number.text = cell_name(matrix.queries, *row, block) + " reads " +
                      cell_name(matrix.keys, *column, block) +
                      printf_text(block == 1 ? ": %.4f" : ": mean %.4f", value) +
                      (is_shown ? "" : ", not in the picture");
        ui.shaped_text(list, {number});
    }
    ImGui::Dummy({1.0f, 20.0f * scale});
}

}  // namespace

void draw_matrix_panel(Program& program, ImguiLayer& ui) {
    const TextStackPlan* plan = program.session.plan();
    if (begin_docked(program, "matrix") && plan) {
        const HeadChoice choice = program.session.head_choice();
        const WeightBlock& block = plan->blocks.at(static_cast<size_t>(choice.layer));
        const auto slice = static_cast<uint32_t>(std::min(choice.head, int(block.slices) - 1));
        const AttentionBlock& attention = shown_block(*plan);
        const size_t size = size_t{block.rows} * block.columns;
        const Matrix matrix{*plan,
                            choice,
                            block,
                            slice,
                            block_means(std::span(*block.values).subspan(slice * size, size), block.rows,
                                        block.columns, most_cells, plan->segments),
                            query_tokens(*plan->frame, attention),
                            key_tokens(*plan->frame, attention)};
        const bool is_attention = plan->view.quantity == "attention";
        const std::string which = attention.kind == AttentionKind::self ? ""
                                  : attention.kind == AttentionKind::cross
                                      ? " (cross-attention)"
                                      : " (" + attention_name(attention.kind) + ")";
        heading(ui, ((is_attention ? printf_text("Layer %d, head %d", choice.layer, choice.head)
                                   : printf_text("Layer %d, ", choice.layer) + plan->view.quantity) +
                     which)
                        .c_str());
        const bool has_part = plan->segments.is_active();
        const std::string reading =
            matrix.cells.block > 1
                ? printf_text("each cell: mean of %u x %u weights", matrix.cells.block, matrix.cells.block)
                : "row = " + query_word(attention.kind) + ", column = " + key_word(attention.kind) +
                      (attention.kind == AttentionKind::cross ? ""
                       : has_part                             ? ", whole rows sum to 1"
                                                              : ", rows sum to 1");
        dim_text(reading.c_str());
        const HeadStats stats = head_stats(*plan, choice.layer, static_cast<int>(slice));
        if (has_part) {
            dim_text((segments_caption(plan->view.segments) + ",").c_str());
            dim_text(printf_text("%.0f %% of its weight; hatched: not shown", 100.0 * stats.kept).c_str());
        }
        draw_cells(program, ui, matrix);
        draw_color_bar(program, ui, is_attention ? "attention weight" : plan->view.quantity);
        const char* of_all = has_part ? ", both sentences" : "";
        value_row((std::string("weight to sinks") + of_all).c_str(),
                  printf_text("%.2f", stats.to_sinks).c_str());
        value_row((std::string(has_part ? "entropy" : "entropy, mean of rows") + of_all).c_str(),
                  printf_text("%.2f nats", stats.mean_entropy).c_str());
        // The picture shows more of a head that has the focus.
        const Focus selected = program.session.in_plan(program.session.view().selected);
        const bool focused = selected.kind == FocusKind::head && selected.layer == choice.layer &&
                             selected.head == static_cast<int>(slice);
        const FocusLedger in_focus = focus_ledger(*plan, focused ? selected : Focus{});
        const uint64_t lines = focused ? in_focus.ledger.lines : stats.lines;
        const float threshold = focused ? in_focus.threshold : stats.threshold;
        value_row("lines drawn",
                  (std::to_string(lines) +
                   (threshold > 0.0f ? printf_text(" of at least %.2g", double(threshold)) : ""))
                      .c_str());
    }
    ImGui::End();
}

}  // namespace weft
