// Is there room for what is about to be loaded? Any thread; the numbers are of this moment.
#pragma once

#include <cstdint>
#include <string>

namespace weft {

// What this process can still take without swapping or being killed: the smallest of MemAvailable in
// /proc/meminfo and what the limits of its control groups leave (version 1 and 2; page cache counts as free).
// WEFT_MEMORY_LIMIT_MB, for tests and careful users, lowers it further. INT64_MAX where nothing says.
int64_t free_memory_bytes();

// Throws weft::Error "WHAT needs N GB of memory, M GB are free" if `needed_bytes` does not fit. Weights that
// stay mapped need none: they are page cache. `what` begins the sentence.
void check_memory(int64_t needed_bytes, const std::string& what);

// The same from files below `root` ("" is the machine's own), for tests.
int64_t free_memory_bytes_below(const std::string& root);

std::string memory_text(int64_t bytes);  // "1.5 GB", "300 MB", "2 kB"

}  // namespace weft
