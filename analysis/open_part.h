// Parts of the program that few runs need are libraries of their own beside libweft_analysis.so, opened when
// they are first asked for: what they link costs every process that maps it start-up time and memory.
#pragma once

#include "analysis/error.h"

namespace weft {

// The address of `symbol` in the library `file` ("libweft_torch.so"), which stays open. Throws `failure`, to
// which it adds the dynamic linker's reason. Any thread.
const void* open_part(const char* file, const char* symbol, const Error& failure);

}  // namespace weft
