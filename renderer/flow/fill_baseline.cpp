// Compiled with its own flags (renderer/CMakeLists.txt).
#include "renderer/flow/fill_impl.h"

namespace weft {

extern const FlowFill flow_fill_baseline;
const FlowFill flow_fill_baseline = {add, take};

}  // namespace weft
