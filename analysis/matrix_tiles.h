// Whether this process may use the processor's matrix tiles (AMX).
#pragma once

namespace weft {

// Each asks the system for them the first time, which it grants to all threads or to none. Any thread.
bool may_use_matrix_tiles();  // of bfloat16, beside AVX-512 with BW, VL and BF16
bool may_use_byte_tiles();    // of bytes, beside AVX-512 with BW, VL and VBMI

}  // namespace weft
