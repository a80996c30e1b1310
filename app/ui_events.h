// Keys on their way to the user interface. ImGui 1.86 sees keys as they are when a frame begins: one that is
// pressed and released between two frames it never sees, and of text and keys within one frame it does not
// know the order. So each frame gets as many events as it can tell apart; the others wait for the next one.
// From 1.87 on ImGui does this itself. Main thread.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "app/window.h"

namespace weft {

class UiEvents {
  public:
    using Event = std::variant<KeyEvent, CharEvent>;

    // Keys that only write text are left out: their characters come by themselves.
    void add(const WindowEvent& event);
    // At most one press of a key other than Ctrl, Shift, Alt and Super, as the last; text before it comes in
    // a frame of its own. One of these four is seen for three frames at least: a click that it belongs to is
    // pressed in one and released in the next.
    std::vector<Event> take_frame();
    bool has_events() const { return !waiting_.empty(); }

  private:
    std::deque<Event> waiting_;
    std::set<int> down_;            // keys whose press was passed on
    std::map<int, int> modifiers_;  // that are down, and for how many frames
};

}  // namespace weft
