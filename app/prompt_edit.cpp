#include "app/prompt_edit.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "analysis/error.h"
#include "analysis/utf8.h"

namespace weft {

namespace {

constexpr size_t max_history_bytes = size_t{16} << 20;

// An ICU break iterator over UTF-8, without copying the text. One of each kind per thread: opening one is
// slow.
class Breaks {
  public:
    explicit Breaks(UBreakIteratorType type) {
        UErrorCode status = U_ZERO_ERROR;
        iterator_ = ubrk_open(type, "en", nullptr, 0, &status);
        WEFT_ASSERT(U_SUCCESS(status), u_errorName(status));
    }
    ~Breaks() {
        ubrk_close(iterator_);
        utext_close(text_);
    }
    Breaks(const Breaks&) = delete;
    Breaks& operator=(const Breaks&) = delete;

    UBreakIterator* over(std::string_view text) {
        UErrorCode status = U_ZERO_ERROR;
        text_ =
            utext_openUTF8(text_, text.data() ? text.data() : "", static_cast<int64_t>(text.size()), &status);
        ubrk_setUText(iterator_, text_, &status);
        WEFT_ASSERT(U_SUCCESS(status), u_errorName(status));
        return iterator_;
    }

  private:
    UBreakIterator* iterator_ = nullptr;
    UText* text_ = nullptr;
};

UBreakIterator* clusters(std::string_view text) {
    thread_local Breaks breaks(UBRK_CHARACTER);
    return breaks.over(text);
}

UBreakIterator* words(std::string_view text) {
    thread_local Breaks breaks(UBRK_WORD);
    return breaks.over(text);
}

size_t previous_boundary(std::string_view text, size_t offset) {
    const int32_t found = ubrk_preceding(clusters(text), static_cast<int32_t>(offset));
    return found == UBRK_DONE ? 0 : static_cast<size_t>(found);
}

size_t next_boundary(std::string_view text, size_t offset) {
    const int32_t found = ubrk_following(clusters(text), static_cast<int32_t>(offset));
    return found == UBRK_DONE ? text.size() : static_cast<size_t>(found);
}

bool is_boundary(std::string_view text, size_t offset) {
    return offset == 0 || offset >= text.size() ||
           ubrk_isBoundary(clusters(text), static_cast<int32_t>(offset));
}

size_t boundary_at_or_after(std::string_view text, size_t offset) {
    return is_boundary(text, offset) ? std::min(offset, text.size()) : next_boundary(text, offset);
}

size_t boundary_at_or_before(std::string_view text, size_t offset) {
    return is_boundary(text, offset) ? std::min(offset, text.size()) : previous_boundary(text, offset);
}

// A segment that ends at the iterator's position is a word, not space or punctuation.
bool ends_word(UBreakIterator* iterator) {
    return ubrk_getRuleStatus(iterator) >= UBRK_WORD_NONE_LIMIT;
}

size_t end_of_next_word(std::string_view text, size_t offset) {
    UBreakIterator* iterator = words(text);
    int32_t found = ubrk_following(iterator, static_cast<int32_t>(offset));
    while (found != UBRK_DONE && !ends_word(iterator)) found = ubrk_next(iterator);
    return found == UBRK_DONE ? text.size() : boundary_at_or_after(text, static_cast<size_t>(found));
}

size_t start_of_previous_word(std::string_view text, size_t offset) {
    UBreakIterator* iterator = words(text);
    int32_t segment_end = static_cast<int32_t>(offset);
    // The status belongs to the segment before a boundary: step back to its start only after asking at its
    // end.
    if (!ubrk_isBoundary(iterator, segment_end)) segment_end = ubrk_following(iterator, segment_end);
    while (segment_end > 0 && segment_end != UBRK_DONE) {
        const bool is_word = ends_word(iterator);
        segment_end = ubrk_previous(iterator);
        if (is_word) break;
    }
    return segment_end == UBRK_DONE ? 0 : boundary_at_or_before(text, static_cast<size_t>(segment_end));
}

std::string on_one_line(std::string_view text) {
    std::string line;
    line.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
        const bool breaks_line = c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == '\t';
        if (breaks_line) {
            line += ' ';
        } else if (text.substr(i, 2) == "\xC2\x85") {  // next line
            line += ' ';
            i += 1;
        } else if (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9") {
            line += ' ';  // line and paragraph separator
            i += 2;
        } else {
            line += c;
        }
    }
    return line;
}

bool starts_with_space(std::string_view text) {
    return !text.empty() && text.front() == ' ';
}
bool ends_with_space(std::string_view text) {
    return !text.empty() && text.back() == ' ';
}

}  // namespace

PromptEdit::PromptEdit(std::string text) {
    if (const auto bad = first_invalid_utf8(text)) {
        throw Error("the text is not valid UTF-8 at byte " + std::to_string(*bad),
                    "Save or send the text as UTF-8.");
    }
    text_ = on_one_line(text);
    caret_ = anchor_ = text_.size();
}

std::pair<size_t, size_t> PromptEdit::selection() const {
    return std::minmax(caret_, anchor_);
}

std::string_view PromptEdit::selected_text() const {
    const auto [first, last] = selection();
    return std::string_view(text_).substr(first, last - first);
}

bool PromptEdit::put(std::string_view text, StepKind kind) {
    if (first_invalid_utf8(text)) return false;
    const auto [first, last] = selection();
    replace(first, last, on_one_line(text), kind);
    return true;
}

bool PromptEdit::insert(std::string_view typed) {
    return put(typed, StepKind::typing);
}

bool PromptEdit::paste(std::string_view clipboard) {
    return put(clipboard, StepKind::single);
}

bool PromptEdit::set_text(std::string_view text) {
    if (first_invalid_utf8(text)) return false;
    replace(0, text_.size(), on_one_line(text), StepKind::single);
    return true;
}

void PromptEdit::erase(Motion motion) {
    const size_t to = has_selection() ? anchor_ : destination(motion);
    const auto [first, last] = std::minmax(caret_, to);
    const bool by_cluster = !has_selection() && (motion == Motion::previous || motion == Motion::next);
    replace(first, last, {}, by_cluster ? StepKind::erasing : StepKind::single);
}

std::string PromptEdit::cut() {
    std::string text = copy();
    const auto [first, last] = selection();
    replace(first, last, {}, StepKind::single);
    return text;
}

void PromptEdit::move(Motion motion, bool select) {
    run_is_open_ = false;
    if (!select && has_selection() && (motion == Motion::previous || motion == Motion::next)) {
        const auto [first, last] = selection();
        caret_ = motion == Motion::previous ? first : last;
    } else {
        caret_ = destination(motion);
    }
    if (!select) anchor_ = caret_;
}

void PromptEdit::place_caret(size_t byte_offset, bool select) {
    run_is_open_ = false;
    caret_ = boundary_at_or_before(text_, byte_offset);
    if (!select) anchor_ = caret_;
}

void PromptEdit::select_word(size_t byte_offset) {
    run_is_open_ = false;
    const int32_t offset = static_cast<int32_t>(std::min(byte_offset, text_.size()));
    UBreakIterator* iterator = words(text_);
    const int32_t last = ubrk_following(iterator, offset);
    const size_t end = last == UBRK_DONE ? text_.size() : static_cast<size_t>(last);
    const int32_t first = ubrk_preceding(iterator, static_cast<int32_t>(end));
    anchor_ = boundary_at_or_before(text_, first == UBRK_DONE ? 0 : static_cast<size_t>(first));
    caret_ = boundary_at_or_after(text_, end);
}

void PromptEdit::select_all() {
    run_is_open_ = false;
    anchor_ = 0;
    caret_ = text_.size();
}

size_t PromptEdit::destination(Motion motion) const {
    switch (motion) {
        case Motion::previous:
            return previous_boundary(text_, caret_);
        case Motion::next:
            return next_boundary(text_, caret_);
        case Motion::previous_word:
            return start_of_previous_word(text_, caret_);
        case Motion::next_word:
            return end_of_next_word(text_, caret_);
        case Motion::start:
            return 0;
        case Motion::end:
            return text_.size();
    }
    return caret_;
}

void PromptEdit::replace(size_t first, size_t last, std::string_view inserted, StepKind kind) {
    const bool unchanged = std::string_view(text_).substr(first, last - first) == inserted;
    Step step{first, text_.substr(first, last - first), std::string(inserted), caret_, anchor_, 0, kind};
    if (!unchanged) text_.replace(first, last - first, inserted);
    caret_ = anchor_ = boundary_at_or_after(text_, first + inserted.size());
    if (unchanged) return;
    ++revision_;
    step.caret_after = caret_;
    steps_.resize(done_);
    if (joins_last_step(step)) {
        Step& open = steps_.back();
        if (step.kind == StepKind::typing) {
            open.inserted += step.inserted;
        } else if (step.offset < open.offset) {
            open.removed.insert(0, step.removed);
            open.offset = step.offset;
        } else {
            open.removed += step.removed;
        }
        open.caret_after = caret_;
    } else {
        steps_.push_back(std::move(step));
        limit_history();
    }
    done_ = steps_.size();
    run_is_open_ = true;
}

// A typing run ends where a new word begins; a run of Backspace or Delete goes on while the caret stays.
bool PromptEdit::joins_last_step(const Step& step) const {
    if (!run_is_open_ || steps_.empty() || steps_.back().kind != step.kind) return false;
    const Step& open = steps_.back();
    if (step.kind == StepKind::typing) {
        const bool new_word = ends_with_space(open.inserted) && !starts_with_space(step.inserted);
        return step.removed.empty() && step.offset == open.offset + open.inserted.size() && !new_word;
    }
    return step.kind == StepKind::erasing &&
           (step.offset == open.offset || step.offset + step.removed.size() == open.offset);
}

void PromptEdit::limit_history() {
    size_t bytes = 0;
    for (const Step& step : steps_) bytes += step.removed.size() + step.inserted.size() + sizeof(Step);
    while (bytes > max_history_bytes && steps_.size() > 1) {
        bytes -= steps_.front().removed.size() + steps_.front().inserted.size() + sizeof(Step);
        steps_.pop_front();
    }
}

void PromptEdit::undo() {
    if (!can_undo()) return;
    const Step& step = steps_[--done_];
    text_.replace(step.offset, step.inserted.size(), step.removed);
    caret_ = step.caret_before;
    anchor_ = step.anchor_before;
    run_is_open_ = false;
    ++revision_;
}

void PromptEdit::redo() {
    if (!can_redo()) return;
    const Step& step = steps_[done_++];
    text_.replace(step.offset, step.removed.size(), step.inserted);
    caret_ = anchor_ = step.caret_after;
    run_is_open_ = false;
    ++revision_;
}

std::vector<size_t> grapheme_boundaries(std::string_view text) {
    std::vector<size_t> boundaries;
    UBreakIterator* iterator = clusters(text);
    for (int32_t at = ubrk_first(iterator); at != UBRK_DONE; at = ubrk_next(iterator)) {
        boundaries.push_back(static_cast<size_t>(at));
    }
    return boundaries;
}

}  // namespace weft
