#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenes/hud.h"
#include "scenes/neurons.h"
#include "scenes/sheet.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {
namespace {

struct Sheet : SheetPage {
    const NeuronsPlan& plan;
    NeuronsLayout layout;
    int query;
};

std::string text_of(const char* format, float value) {
    char text[32];
    std::snprintf(text, sizeof text, format, static_cast<double>(value));
    return text;
}

void add_matrices(DrawList& list, const Sheet& sheet) {
    const NeuronsLayout& layout = sheet.layout;
    const NeuronsPictures::Images images =
        sheet.plan.pictures->of(sheet.plan, {sheet.query, layout.rows, sheet.view.theme, sheet.view.map});
    const glm::vec2 strip{layout.matrix_width, layout.strip_height};
    const float height = layout.row_height * static_cast<float>(layout.rows.size());
    for (const float left : {layout.vectors_left, layout.products_left})
        add_to_sheet(list, images.query, {left, layout.strip_top}, strip, true);
    add_to_sheet(list, images.keys, {layout.vectors_left, layout.rows_top}, {layout.matrix_width, height},
                 true);
    add_to_sheet(list, images.products, {layout.products_left, layout.rows_top},
                 {layout.matrix_width, height}, true);
    add_to_sheet(list, images.weights, {layout.weight_color_left, layout.rows_top},
                 {layout.weight_color_width, height}, true);
}

// A minus in every cell below zero that has room for it: colour alone does not say the sign.
void add_minuses(DrawList& list, const Sheet& sheet) {
    constexpr float least_cell_px = 8.0f;
    constexpr size_t most_cells = 4096;
    const NeuronsPlan& plan = sheet.plan;
    const NeuronsLayout& layout = sheet.layout;
    const auto width = static_cast<size_t>(plan.width), rows = layout.rows.size();
    const float cell = layout.matrix_width / static_cast<float>(width);
    if (std::min(cell, layout.row_height) < least_cell_px * sheet.scale || width * rows > most_cells) return;
    const float* query = plan.query_vectors->data() + static_cast<size_t>(sheet.query) * width;
    const auto mark = [&](float number, float left, float middle, size_t dimension) {
        if (number >= 0.0f) return;
        ScreenRect minus;
        const glm::vec2 centre{left + (static_cast<float>(dimension) + 0.5f) * cell, middle};
        const glm::vec2 half{0.22f * std::min(cell, layout.row_height), 0.5f * sheet.scale};
        minus.min = centre - half;
        minus.max = centre + half;
        minus.fill = with_alpha(sheet.colors.text, 0.75f);
        list.rects.push_back(minus);
    };
    for (size_t k = 0; k < width; ++k)
        for (const float left : {layout.vectors_left, layout.products_left})
            mark(query[k], left, layout.strip_top + 0.5f * layout.strip_height, k);
    for (size_t row = 0; row < rows; ++row) {
        const float* key = plan.key_vectors->data() + static_cast<size_t>(layout.rows[row]) * width;
        const float middle = layout.rows_top + (static_cast<float>(row) + 0.5f) * layout.row_height;
        for (size_t k = 0; k < width; ++k) {
            mark(key[k], layout.vectors_left, middle, k);
            mark(query[k] * key[k], layout.products_left, middle, k);
        }
    }
}

Label sheet_label(const Sheet& sheet, std::string text, glm::vec2 position, LabelAlign align, bool strong,
                  float size_px) {
    Label label = sheet.label(std::move(text), position, align, strong);
    label.size_px = size_px;
    return label;
}

// Every n-th so that names do not touch; what is marked wins over its neighbours.
void add_names(DrawList& list, const Sheet& sheet, const std::vector<Token>& tokens,
               const std::vector<int>& shown, float right, float step, int marked) {
    const float size = sheet.text_px;
    const int every = std::max(1, static_cast<int>(std::ceil(1.15f * size / step)));
    const auto at = std::ranges::find(shown, marked);
    const int mark = at == shown.end() ? -every : static_cast<int>(at - shown.begin());
    for (int i = 0; i < static_cast<int>(shown.size()); ++i) {
        const bool is_mark = i == mark;
        if (!is_mark && (i % every != 0 || std::abs(i - mark) < every)) continue;
        const float y = sheet.layout.rows_top + (static_cast<float>(i) + 0.5f) * step + 0.36f * size;
        Label label =
            sheet_label(sheet, token_text(tokens.at(static_cast<size_t>(shown[static_cast<size_t>(i)]))),
                        {right, y}, LabelAlign::right, is_mark, size);
        label.max_width_px = 88.0f * sheet.scale;
        list.labels.push_back(std::move(label));
    }
}

void add_weights(DrawList& list, const Sheet& sheet) {
    const NeuronsLayout& layout = sheet.layout;
    const std::span<const float> weights = neurons_weights(sheet.plan, sheet.query);
    const float size = std::max(11.0f, std::min(sheet.text_px, layout.row_height - 1.0f));
    const int every = std::max(1, static_cast<int>(std::ceil(1.1f * size / layout.row_height)));
    const glm::vec4 color = head_color(theme(sheet.view.theme, sheet.view.palette), sheet.plan.head,
                                       static_cast<int>(shown_block(*sheet.plan.stack).heads));
    for (size_t row = 0; row < layout.rows.size(); ++row) {
        const auto key = static_cast<size_t>(layout.rows[row]);
        const float top = layout.rows_top + static_cast<float>(row) * layout.row_height;
        const float inset = 0.15f * layout.row_height;
        ScreenRect bar;
        bar.min = {layout.weight_left, top + inset};
        bar.max = {layout.weight_left + std::max(weights[key] * layout.weight_width, sheet.scale),
                   top + layout.row_height - inset};
        bar.fill = color;
        list.rects.push_back(bar);
        const bool hovered = sheet.view.hovered.key == layout.rows[row];
        if (static_cast<int>(row) % every != 0) continue;
        const float y = top + 0.5f * layout.row_height + 0.36f * size;
        const float score = (*sheet.plan.scores)[static_cast<size_t>(sheet.query * sheet.plan.keys) + key];
        list.labels.push_back(sheet_label(sheet, std::isnan(score) ? "masked" : text_of("%.3f", score),
                                          {layout.score_right, y}, LabelAlign::right, hovered, size));
        list.labels.push_back(sheet_label(sheet, text_of("%.4f", weights[key]),
                                          {layout.weight_left + layout.weight_width + 6.0f * sheet.scale, y},
                                          LabelAlign::left, hovered, size));
    }
}

// What stands over each column.
void add_headers(DrawList& list, const Sheet& sheet) {
    const NeuronsLayout& layout = sheet.layout;
    const float above_strip = layout.strip_top - 0.6f * sheet.text_px,
                above_rows = layout.rows_top - 0.6f * sheet.text_px;
    const AttentionKind kind = shown_block(*sheet.plan.stack).kind;
    const auto write = [&](const std::string& text, float x, float y, LabelAlign align, bool strong) {
        list.labels.push_back(sheet_label(sheet, text, {x, y}, align, strong, sheet.text_px));
    };
    const std::string dimensions = std::to_string(sheet.plan.width) + " dimensions";
    write("q of the query, " + dimensions, layout.vectors_left, above_strip, LabelAlign::left, false);
    write("k of every " + key_word(kind), layout.vectors_left, above_rows, LabelAlign::left, false);
    write("q \u00d7 k, dimension by dimension", layout.products_left, above_rows, LabelAlign::left, false);
    write(query_word(kind), layout.query_names_right, above_rows, LabelAlign::right, false);
    write(key_word(kind), layout.key_names_right, above_rows, LabelAlign::right, false);
    write("score", layout.score_right, above_rows, LabelAlign::right, false);
    write("weight", layout.weight_color_left, above_rows, LabelAlign::left, false);
    const auto& tokens = query_tokens(*sheet.plan.stack->frame, shown_block(*sheet.plan.stack));
    Label name = sheet_label(
        sheet, token_text(tokens.at(static_cast<size_t>(sheet.query))),
        {layout.key_names_right, layout.strip_top + 0.5f * layout.strip_height + 0.36f * sheet.text_px},
        LabelAlign::right, true, sheet.text_px);
    name.max_width_px = 110.0f * sheet.scale;
    list.labels.push_back(std::move(name));
}

// A frame around the pointed row, and around the pointed dimension of all.
void add_pointed(DrawList& list, const Sheet& sheet) {
    const Focus& hovered = sheet.view.hovered;
    const NeuronsLayout& layout = sheet.layout;
    const float bottom = layout.rows_top + layout.row_height * static_cast<float>(layout.rows.size());
    const auto frame = [&](glm::vec2 low, glm::vec2 high) {
        ScreenRect rect;
        rect.min = low - 1.0f * sheet.scale;
        rect.max = high + 1.0f * sheet.scale;
        rect.fill = glm::vec4(0.0f);
        rect.border = with_alpha(sheet.colors.text, 0.8f);
        rect.border_px = std::max(1.0f, sheet.scale);
        list.rects.push_back(rect);
    };
    const auto row = std::ranges::find(layout.rows, hovered.key);
    if (row != layout.rows.end()) {
        const float top = layout.rows_top + static_cast<float>(row - layout.rows.begin()) * layout.row_height;
        for (const float left : {layout.vectors_left, layout.products_left})
            frame({left, top}, {left + layout.matrix_width, top + layout.row_height});
    }
    if (hovered.dimension < 0 || hovered.dimension >= sheet.plan.width) return;
    const float cell = layout.matrix_width / static_cast<float>(sheet.plan.width);
    for (const float left : {layout.vectors_left, layout.products_left}) {
        const float x = left + static_cast<float>(hovered.dimension) * cell;
        frame({x, layout.strip_top}, {x + cell, bottom});
    }
}

std::string in_quotes(const std::vector<Token>& tokens, int token) {
    return "\u201c" + token_text(tokens.at(static_cast<size_t>(token))) + "\u201d";
}

std::string subtitle(const Sheet& sheet) {
    const NeuronsPlan& plan = sheet.plan;
    const AttentionBlock& block = shown_block(*plan.stack);
    const AttentionFrame& frame = *plan.stack->frame;
    const Focus& hovered = sheet.view.hovered;
    const std::string kind = attention_title(block.kind);
    // A softmax goes over all keys: of a part alone it would not sum to 1.
    std::string text = (plan.stack->segments.is_active() ? "both sentences · " : "") +
                       (kind.empty() ? "" : kind + " · ") + "layer " + std::to_string(plan.layer) +
                       " · head " + std::to_string(plan.head) + " · " +
                       in_quotes(query_tokens(frame, block), sheet.query) + " reads";
    const auto width = static_cast<size_t>(plan.width);
    const float* query = plan.query_vectors->data() + static_cast<size_t>(sheet.query) * width;
    if (hovered.dimension >= 0 && hovered.dimension < plan.width) {
        const auto k = static_cast<size_t>(hovered.dimension);
        text += " · dimension " + std::to_string(hovered.dimension) + ": q " + text_of("%.4g", query[k]);
        if (hovered.key >= 0 && hovered.key < plan.keys) {
            const float key = (*plan.key_vectors)[static_cast<size_t>(hovered.key) * width + k];
            text += ", k of " + in_quotes(key_tokens(frame, block), hovered.key) + " " +
                    text_of("%.4g", key) + ", q \u00d7 k " + text_of("%.4g", query[k] * key);
        }
        return text;
    }
    if (hovered.kind == FocusKind::edge && hovered.key >= 0 && hovered.key < plan.keys)
        return text + " " + in_quotes(key_tokens(frame, block), hovered.key) + ": " +
               text_of("%.4f", neurons_weights(plan, sheet.query)[static_cast<size_t>(hovered.key)]);
    if (sheet.layout.rows.size() < static_cast<size_t>(plan.keys))
        text += " · the " + std::to_string(sheet.layout.rows.size()) + " heaviest of " +
                std::to_string(plan.keys) + " keys";
    return text;
}

void add_foot(DrawList& list, const Sheet& sheet) {
    const float top = sheet.foot_px();
    ColorBar bar = sheet.color_bar("weight (colour = √)", 1.0f, false);
    const auto add_at = [&](float left) {
        bar.right_px = left + std::max(bar.width_px, sheet.measured(bar.title));
        sheet.add(list, bar);
    };
    add_at(hud_margin_px * sheet.scale);
    bar = sheet.color_bar("q and k (colour = √)", sheet.plan.largest_vector, true);
    add_at(sheet.layout.vectors_left);
    const float second = std::max(sheet.layout.products_left, bar.right_px + 40.0f * sheet.scale);
    bar = sheet.color_bar("q \u00d7 k (colour = √)", sheet.plan.largest_product, true);
    add_at(second);

    const float right = sheet.right_px();
    // Beside a docked panel there is not room for all of it.
    const auto write = [&](const std::string& text, float row) {
        if (right - sheet.measure(text, sheet.text_px, false) < bar.right_px + 24.0f * sheet.scale) return;
        list.labels.push_back(sheet_label(sheet, text, {right, top + row * 1.3f * sheet.text_px},
                                          LabelAlign::right, false, sheet.text_px));
    };
    write("score = " + text_of("%.4g", sheet.plan.scale) + " × Σ (q × k), then bias and mask", 0.0f);
    write("weight = softmax of the scores: all keys together 1", 1.0f);
    const auto delta = sheet.plan.stack->frame->deltas.find("query_key");
    if (delta != sheet.plan.stack->frame->deltas.end() && !delta->second.empty())
        write("largest |softmax − weight|: " + text_of("%.1e", static_cast<float>(delta->second.front())),
              2.0f);
}

}  // namespace

DrawList draw_neurons(const NeuronsPlan& plan, const ViewState& view, const ViewMotion& motion,
                      const Viewport& viewport, const MeasureText& measure) {
    DrawList list = empty_sheet(view, viewport);
    if (plan.stack->layers.empty()) return list;
    const bool is_there = plan.layer >= 0;
    const Sheet sheet{sheet_page(*plan.stack, view, motion, viewport, measure), plan,
                      neurons_layout(plan, view, viewport), is_there ? neurons_query(plan, view) : -1};
    if (is_there) {
        add_matrices(list, sheet);
        add_minuses(list, sheet);
    }
    if (!measure) return list;
    sheet.add_title(list, is_there ? subtitle(sheet) : "queries and keys of a head: computing");
    if (!is_there) return list;
    const AttentionBlock& block = shown_block(*plan.stack);
    const AttentionFrame& frame = *plan.stack->frame;
    std::vector<int> all(static_cast<size_t>(plan.queries));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    add_names(list, sheet, query_tokens(frame, block), all, sheet.layout.query_names_right,
              sheet.layout.query_step, sheet.query);
    add_names(list, sheet, key_tokens(frame, block), sheet.layout.rows, sheet.layout.key_names_right,
              sheet.layout.row_height, view.hovered.key);
    add_headers(list, sheet);
    add_weights(list, sheet);
    add_pointed(list, sheet);
    add_foot(list, sheet);
    return list;
}

}  // namespace weft
