// Seconds since the program started, steady.
#pragma once

#include <chrono>

namespace weft {

inline double clock_s() {
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace weft
