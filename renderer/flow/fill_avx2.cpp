// Compiled with its own flags (renderer/CMakeLists.txt).
#include "renderer/flow/fill_impl.h"

namespace weft {

extern const FlowFill flow_fill_avx2;
const FlowFill flow_fill_avx2 = {add, take};

}  // namespace weft
