// Limits on time are limits on the thread's processor time, so that a busy machine fails none, and hold for
// optimised builds without sanitizers; elsewhere the figure is only printed.
#pragma once

#include <ctime>

namespace weft {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
constexpr double slow_build_factor = 1000.0;
#else
constexpr double slow_build_factor = 1.0;
#endif

inline double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * double(now.tv_sec) + 1e-6 * double(now.tv_nsec);
}

}  // namespace weft
