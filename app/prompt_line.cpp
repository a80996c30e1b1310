#include "app/prompt_line.h"

#include <algorithm>

#include "scenes/hud.h"
#include "scenes/label_placement.h"

namespace weft {

namespace {

// At 1280x720; between the stack's lower margin and the ledger.
constexpr float left = 24.0f, right = 796.0f, top = 642.0f, bottom = 664.0f, padding = 8.0f;
constexpr float line_key = 136.0f;  // its numbers stand at the right, also beside a panel
constexpr float whole_line_key = 350.0f, narrow = 700.0f;
constexpr float text_px = 15.0f, note_px = 12.0f;
// Longer pieces are not measured in one go: 5,000 pasted words must not stall a frame.
constexpr size_t longest_measured_bytes = 700;

glm::vec4 faded(glm::vec4 color, float alpha) {
    return {color.r, color.g, color.b, color.a * alpha};
}

Label text_label(std::string text, glm::vec2 position, float size_px, glm::vec4 color) {
    Label label;
    label.text = std::move(text);
    label.position = position;
    label.size_px = size_px;
    label.color = color;
    return label;
}

}  // namespace

float PromptLine::width_px(const PromptEdit& prompt, size_t first, size_t last,
                           const MeasureText& measure) const {
    if (last <= first) return 0.0f;
    return measure(std::string_view(prompt.text()).substr(first, last - first), size_px_, false);
}

void PromptLine::scroll_to_caret(const PromptEdit& prompt, float room_px, const MeasureText& measure) {
    const size_t caret = prompt.caret();
    const auto step_back = [&](float px) {  // the boundary that lies about `px` before the caret
        auto it = std::ranges::upper_bound(boundaries_, caret) - 1;
        size_t end = caret;
        for (float passed = 0.0f; it != boundaries_.begin() && passed < px; end = *it) {
            --it;
            passed += width_px(prompt, *it, end, measure);
        }
        return *it;
    };
    first_ = std::min(first_, prompt.text().size());
    if (caret < first_) {
        first_ = step_back(room_px * 0.25f);
    } else if (caret - first_ > longest_measured_bytes ||
               width_px(prompt, first_, caret, measure) > room_px) {
        first_ = step_back(room_px * 0.85f);
    }
    const size_t left_bytes = prompt.text().size() - first_;
    const bool all_fits = left_bytes < longest_measured_bytes &&
                          width_px(prompt, first_, prompt.text().size(), measure) < room_px * 0.5f;
    if (first_ > 0 && all_fits) first_ = step_back(room_px * 0.85f);
    first_ = *(std::ranges::upper_bound(boundaries_, first_) - 1);
}

size_t PromptLine::visible_end(const PromptEdit& prompt, float room_px, const MeasureText& measure) const {
    auto low = std::ranges::lower_bound(boundaries_, first_);
    auto high = std::ranges::upper_bound(boundaries_, first_ + longest_measured_bytes);
    // The last boundary whose text still fits.
    const auto too_wide = std::partition_point(
        low, high, [&](size_t boundary) { return width_px(prompt, first_, boundary, measure) <= room_px; });
    return too_wide == low ? first_ : *(too_wide - 1);
}

void PromptLine::draw(DrawList& list, const PromptEdit& prompt, const Look& look, const Viewport& viewport,
                      const MeasureText& measure) {
    const float scale = hud_scale(viewport, 1.0f);  // as the ledger below it
    const glm::vec2 size(viewport.size);
    const float foot = size.y - 720.0f * scale;  // the foot of the picture stays the foot at any shape
    size_px_ = text_px * scale;
    min_px_ = {left * scale, top * scale + foot};
    // In narrow pictures the keys stand above the line, else right of it.
    const float keys_end = size.x - whole_line_key * scale, free_end = size.x - viewport.panel_px;
    const float end =
        size.x < narrow * scale ? free_end - line_key * scale : std::min(keys_end, free_end - left * scale);
    max_px_ = {std::min(right * scale, end), bottom * scale + foot};
    const bool types = look.mode == InputMode::typing;
    const float baseline = max_px_.y - 6.0f * scale;
    const float note_size = std::max(note_px * scale, least_text_px);

    ScreenRect ground;
    ground.min = min_px_;
    ground.max = max_px_;
    ground.fill = faded(look.colors.panel, 0.85f);
    ground.border = types ? faded(look.colors.accent, 0.9f) : look.colors.rule;
    ground.border_px = scale;
    ground.corner_px = 5.0f * scale;
    list.rects.push_back(ground);

    float text_right = max_px_.x - padding * scale;
    const auto note = [&](std::string text, glm::vec4 color) {
        Label label = text_label(std::move(text), {text_right, baseline - scale}, note_size, color);
        label.align = LabelAlign::right;
        text_right -= measure(label.text, note_size, false) + 14.0f * scale;
        list.labels.push_back(std::move(label));
    };
    if (look.shows_mode)
        note(types ? "typing \u00b7 Tab: fly" : "flying \u00b7 Tab: type", look.colors.dim_text);
    if (look.truncation) {
        note("cut at " + std::to_string(look.truncation->token_limit) + " of " +
                 std::to_string(look.truncation->token_count) + " tokens",
             look.colors.text);
    }

    if (boundaries_revision_ != prompt.revision()) {
        boundaries_ = grapheme_boundaries(prompt.text());
        boundaries_revision_ = prompt.revision();
    }
    text_left_px_ = min_px_.x + padding * scale;
    const float room = std::max(text_right - text_left_px_ - 2.0f * scale, 1.0f);
    scroll_to_caret(prompt, room, measure);
    last_ = visible_end(prompt, room, measure);
    const auto x_of = [&](size_t byte) {
        return text_left_px_ + width_px(prompt, first_, std::clamp(byte, first_, last_), measure);
    };

    if (prompt.has_selection()) {
        const auto [from, to] = prompt.selection();
        ScreenRect selected;
        selected.min = {x_of(from), min_px_.y + 3.0f * scale};
        selected.max = {x_of(to), max_px_.y - 3.0f * scale};
        selected.fill = faded(look.colors.accent, 0.35f);
        if (selected.max.x > selected.min.x) list.rects.push_back(selected);
    }
    const std::string_view text = prompt.text();
    const size_t cut =
        look.truncation ? std::clamp<size_t>(look.truncation->byte_offset, first_, last_) : last_;
    const glm::vec4 ink = types ? look.colors.text : look.colors.dim_text;
    if (cut > first_) {
        list.labels.push_back(text_label(std::string(text.substr(first_, cut - first_)),
                                         {text_left_px_, baseline}, size_px_, ink));
    }
    if (cut < last_) {
        const float x = x_of(cut);
        list.labels.push_back(text_label(std::string(text.substr(cut, last_ - cut)), {x, baseline}, size_px_,
                                         faded(look.colors.dim_text, 0.6f)));
        ScreenRect mark;
        mark.min = {x - scale, min_px_.y};
        mark.max = {x + scale, max_px_.y};
        mark.fill = look.colors.text;
        list.rects.push_back(mark);
    }
    if (!look.hint.empty()) {
        const bool inside = text.empty();
        const glm::vec2 above{size.x * 0.5f, min_px_.y - 8.0f * scale};
        Label hint = text_label(look.hint, inside ? glm::vec2(text_left_px_ + 4.0f * scale, baseline) : above,
                                size_px_, inside ? look.colors.dim_text : look.colors.text);
        hint.align = inside ? LabelAlign::left : LabelAlign::center;
        hint.halo = faded(look.colors.ground, inside ? 0.0f : 0.9f);
        list.labels.push_back(std::move(hint));
    }
    if (types && look.caret_is_on) {
        ScreenRect caret;
        const float x = x_of(prompt.caret());
        caret.min = {x, min_px_.y + 3.0f * scale};
        caret.max = {x + std::max(1.0f, 1.5f * scale), max_px_.y - 3.0f * scale};
        caret.fill = look.colors.text;
        list.rects.push_back(caret);
    }
}

std::optional<size_t> PromptLine::byte_at(glm::vec2 pointer_px, const PromptEdit& prompt,
                                          const MeasureText& measure) const {
    if (pointer_px.x < min_px_.x || pointer_px.x > max_px_.x || pointer_px.y < min_px_.y ||
        pointer_px.y > max_px_.y) {
        return std::nullopt;
    }
    const float x = pointer_px.x - text_left_px_;
    const auto low = std::ranges::lower_bound(boundaries_, first_);
    const auto high = std::ranges::upper_bound(boundaries_, last_);
    size_t nearest = first_;
    float nearest_px = std::abs(x);
    for (auto it = low; it != high; ++it) {
        const float distance = std::abs(width_px(prompt, first_, *it, measure) - x);
        if (distance < nearest_px) {
            nearest = *it;
            nearest_px = distance;
        }
    }
    return nearest;
}

}  // namespace weft
