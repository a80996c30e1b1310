#include "analysis/torch/device.h"

#include <dlfcn.h>

#include "analysis/cuda_report.h"
#include "analysis/error.h"

namespace weft::torch_part {

std::string choose_device(const std::string& name) {
    if (name == "cpu") return "cpu";
    if (name != "cuda" && name != "auto")
        throw UsageError("there is no device \"" + name + "\"", "Use --device cpu, cuda or auto.");
    const CudaReport& report = cuda_report();
    if (report.usable) return "cuda:0";
    if (name == "auto") return "cpu";
    throw Error("device \"cuda\" cannot be used: " + report.missing, report.hint);
}

void open_cuda() {
    // Global, before the first question about CUDA: the library registers its backend with libtorch_cpu as it
    // loads.
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) return;
    const char* why = dlerror();
    throw Error(std::string("LibTorch's CUDA part cannot be opened (") + (why ? why : "") + ")",
                "Run scripts/run once on this machine: it installs the CUDA packages where a driver is.");
}

}  // namespace weft::torch_part
