// The nonlinearities that config.json may name. No torch in here.
#pragma once

#include <cstdint>

namespace weft {

enum class Activation : int32_t {
    none,
    gelu_erf,    // "gelu", "gelu_python"
    gelu_tanh,   // "gelu_new", "gelu_pytorch_tanh", "gelu_fast"
    quick_gelu,  // x sigmoid(1.702 x)
    relu,
    silu,  // "silu", "swish"
    tanh
};

}  // namespace weft
