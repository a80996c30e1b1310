// Attention of a causal stack that stays from one pass to the next, moved into rows of another length. Pure
// functions, any thread. Private to analysis/torch.
#pragma once

#include <cstdint>

namespace weft::torch_part {

// The first `kept` rows of one head, from [old_count, old_count] into [count, count]; row i has keys up to i.
// Returns the largest |row sum - 1| of them.
double copy_kept_rows(const float* old, int64_t old_count, float* rows, int64_t count, int64_t kept);

}  // namespace weft::torch_part
