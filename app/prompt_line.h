// The prompt line at the foot of the picture, in labels and rectangles like the rest of it, so that any
// script is shaped and a recording of typing looks like the window. Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "app/commands.h"
#include "app/prompt_edit.h"
#include "app/ui_colors.h"
#include "renderer/draw_list.h"
#include "scenes/text_stack.h"

namespace weft {

class PromptLine {
  public:
    struct Look {
        InputMode mode = InputMode::typing;
        bool caret_is_on = true;               // blinks
        bool shows_mode = true;                // a recording of typing has no keys to switch
        std::optional<Truncation> truncation;  // where the model's limit cuts the text
        std::string hint;                      // in an empty line, above any other
        UiColors colors;
    };

    // Appends to `list`; scrolls so that the caret is seen.
    void draw(DrawList& list, const PromptEdit& prompt, const Look& look, const Viewport& viewport,
              const MeasureText& measure);
    // Byte offset under the pointer, or nothing where the pointer is elsewhere. As drawn last.
    std::optional<size_t> byte_at(glm::vec2 pointer_px, const PromptEdit& prompt,
                                  const MeasureText& measure) const;

  private:
    void scroll_to_caret(const PromptEdit& prompt, float room_px, const MeasureText& measure);
    size_t visible_end(const PromptEdit& prompt, float room_px, const MeasureText& measure) const;
    float width_px(const PromptEdit& prompt, size_t first, size_t last, const MeasureText& measure) const;

    std::vector<size_t> boundaries_{0};
    std::optional<uint64_t> boundaries_revision_;
    size_t first_ = 0, last_ = 0;  // bytes shown
    float size_px_ = 15.0f;
    glm::vec2 min_px_{0.0f}, max_px_{0.0f};
    float text_left_px_ = 0.0f;
};

}  // namespace weft
