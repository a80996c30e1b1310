// LibTorch's and the system's own errors as ours. Private to analysis/torch.
#pragma once

#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "analysis/error.h"

namespace weft::torch_part {

template <typename Run>
auto guarded(const std::string& device, const Run& run) {
    try {
        return run();
    } catch (const c10::Error& error) {
        throw Error(std::string("LibTorch failed: ") + error.what_without_backtrace(),
                    device == "cpu" ? "" : "Try --device cpu.");
    } catch (const std::bad_alloc&) {
        throw Error("there is not enough memory to analyse this input",
                    "Use a shorter text or a smaller image.");
    }
}

}  // namespace weft::torch_part
