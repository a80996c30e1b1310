// The prompt line as a value: text, caret, selection and history, without any window. Owned by the main
// thread.
//
// Offsets are UTF-8 bytes and always lie between grapheme clusters (ICU's character breaks), so that a caret
// never stands inside an emoji or between a letter and its accent. Movement is logical: `previous` is towards
// the start of the text, also in right-to-left script.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

enum class Motion { previous, next, previous_word, next_word, start, end };

class PromptEdit {
  public:
    PromptEdit() = default;
    explicit PromptEdit(
        std::string text);  // caret at the end, nothing to undo, revision 0; throws Error on bad UTF-8

    const std::string& text() const { return text_; }
    uint64_t revision() const { return revision_; }  // rises when the text changes, never otherwise
    size_t caret() const { return caret_; }
    size_t anchor() const { return anchor_; }  // the selection's other end
    bool has_selection() const { return caret_ != anchor_; }
    std::pair<size_t, size_t> selection() const;  // [first, second)
    std::string_view selected_text() const;

    // Line breaks and tabs become one space each (CR LF one together). Malformed UTF-8 is refused: false,
    // nothing changes. Typed pieces join into one undo step per word; a paste is a step of its own.
    bool insert(std::string_view typed);
    bool paste(std::string_view clipboard);
    bool set_text(std::string_view text);  // replaces everything as one step, caret at the end

    // Deletes the selection, or from the caret to where `motion` leads: previous = Backspace, next = Delete,
    // previous_word = Ctrl+Backspace.
    void erase(Motion motion);
    void move(Motion motion, bool select);
    void place_caret(size_t byte_offset, bool select);  // snaps to the cluster's start; for the pointer
    void select_word(size_t byte_offset);
    void select_all();

    std::string copy() const { return std::string(selected_text()); }
    std::string cut();

    bool can_undo() const { return done_ > 0; }
    bool can_redo() const { return done_ < steps_.size(); }
    void undo();
    void redo();

  private:
    enum class StepKind { typing, erasing, single };
    struct Step {
        size_t offset = 0;
        std::string removed, inserted;
        size_t caret_before = 0, anchor_before = 0, caret_after = 0;
        StepKind kind = StepKind::single;
    };

    bool put(std::string_view text, StepKind kind);
    void replace(size_t first, size_t last, std::string_view inserted, StepKind kind);
    bool joins_last_step(const Step& step) const;
    size_t destination(Motion motion) const;
    void limit_history();

    std::string text_;
    size_t caret_ = 0, anchor_ = 0;
    uint64_t revision_ = 0;
    std::deque<Step> steps_;  // steps_[0 .. done_) can be undone, the rest redone
    size_t done_ = 0;
    bool run_is_open_ = false;  // the next typed piece may join the last step
};

// Byte offsets of all cluster boundaries, from 0 to text.size(); {0} for an empty text.
std::vector<size_t> grapheme_boundaries(std::string_view text);

}  // namespace weft
