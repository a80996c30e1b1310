// Ctrl-C as a question that work asks now and then, so that it can end in order. A second Ctrl-C ends the
// program at once. One at a time, main thread; interrupted() from any thread.
#pragma once

#include <csignal>

namespace weft {

class InterruptGuard {
  public:
    InterruptGuard();   // SIGINT and SIGTERM from now on only set the flag
    ~InterruptGuard();  // as before
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    static bool interrupted();

  private:
    struct sigaction old_int_ {
    }, old_term_{};
};

}  // namespace weft
