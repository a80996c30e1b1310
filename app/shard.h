// One of the disjoint parts of the lines of a text file.
#pragma once

#include <cstdint>

namespace weft {

// Part `index` of `count` has the lines whose number, from 1, leaves the same remainder by `count` as
// `index`: one may count the parts from 0 or from 1.
struct Shard {
    uint64_t index = 0, count = 1;
    bool has(uint64_t line) const { return line % count == index % count; }
};

}  // namespace weft
