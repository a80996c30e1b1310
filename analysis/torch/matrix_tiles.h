// Whether this process may use the processor's matrix tiles (AMX) for bfloat16. Private to analysis/torch.
#pragma once

namespace weft::torch_part {

// Asks the system for them the first time, which it grants to all threads or to none. Any thread.
bool may_use_matrix_tiles();

}  // namespace weft::torch_part
