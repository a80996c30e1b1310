// Shares tasks out between the calling thread and helpers that live as long as the call: for work of
// milliseconds. (analysis/torch/task_pool.h is for tasks of microseconds.) The caller alone is asked and
// told: callbacks need not be ready for several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace weft {

// Asked by a task now and then, at least every 20 ms: true, the work is not wanted any more.
using ShouldStop = std::function<bool()>;

// task(index, should_stop) for every index in [0, count), the low ones first, on at most `threads` threads;
// it must not throw. `pulse` (may be empty) is called by the calling thread only, between its tasks, from its
// should_stop and while it waits for the others; when it says true no further task begins. Returns false if
// it did.
bool share_out(size_t count, size_t threads, const std::function<bool()>& pulse,
               const std::function<void(size_t index, const ShouldStop& should_stop)>& task);

// The processors that this process may use, at most `limit`.
size_t processors(size_t limit);

// Threads for `layers` of attention with so many numbers each, where a thread costs as much as some hundred
// thousand of them: one for a short text.
size_t threads_for_layers(size_t layers, size_t numbers);

// share_out() of one task a layer.
bool share_out_layers(size_t layers, size_t numbers, const std::function<bool()>& pulse,
                      const std::function<void(size_t layer)>& task);

}  // namespace weft
