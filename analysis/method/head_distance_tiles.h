// Head distance by the processor's matrix tiles: JS = sum |v(p) - v(q)|^2 / 4 with the features v of
// divergence_features.h, rounded to whole steps whose products are summed exactly. So nothing depends on the
// order or the number of threads, equal heads are exactly 0 apart, and no distance is below 0. What is
// rounded moves the mean of `queries` rows by some 4e-6 / sqrt(queries).
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/method/watch.h"

namespace weft {

// Whether this machine has such tiles, they are faster than logarithms, and the mean over so many rows is
// right within some 1e-6.
bool may_use_distance_tiles(size_t heads, size_t queries, size_t keys);

// The distances between `heads`, each `queries` rows of `keys` weights, all of them, into `out` with rows
// `stride` apart. False where it was stopped: nothing is written. Threads as share_out() has them.
bool tile_distances(const std::vector<const float*>& heads, size_t queries, size_t keys, size_t threads,
                    const Watch& watch, float* out, size_t stride);

}  // namespace weft
