// The attention traces of a folder, in the order they were written, each handed out once it is whole: for a
// training run that writes one an epoch. A thread of its own looks at most four times a second and reads; the
// caller never waits. A file that cannot be read is tried again until it has rested; then that is said once.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "analysis/model.h"

namespace weft {

struct WatchNews {
    bool has_changed = false;      // anything below, since the last call
    FramePtr frame;                // to be shown now; null: the one before stays
    std::string name;              // the shown one's file, without its folder; "": none is shown yet
    size_t number = 0, count = 0;  // it is the number-th, from 1, of so many that were seen
    std::string message, hint;     // what went wrong; "": nothing
};

// Throws weft::Error naming the folder if it is missing, no folder, or unreadable.
void check_watch_folder(const std::string& folder);

class TraceWatch {
  public:
    // Throws as check_watch_folder. `wake` (may be empty)
    // is called from the thread when there is news. The newest trace that is there comes first; the others
    // count as seen.
    TraceWatch(const std::string& folder, std::function<void()> wake);
    ~TraceWatch();
    TraceWatch(const TraceWatch&) = delete;
    TraceWatch& operator=(const TraceWatch&) = delete;

    // Of several traces since the last call, the newest.
    WatchNews take_news();
    // Towards older (-1) or newer (+1) ones. At the newest, each that arrives is shown; further back they are
    // only counted.
    void step(int by);
    void to_newest();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weft
