#include "analysis/cuda_report.h"

#include <dlfcn.h>

#include "analysis/error.h"
#include "analysis/torch_part.h"

namespace weft {

namespace {

// The few functions of the CUDA driver that answer "is there a device" without LibTorch.
struct Driver {
    int (*init)(unsigned) = nullptr;
    int (*count)(int*) = nullptr;
    int (*name)(char*, int, int) = nullptr;
    int (*memory)(size_t*, int) = nullptr;
    int (*error_name)(int, const char**) = nullptr;
};

template <typename Function>
bool resolve(void* library, const char* symbol, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, symbol));
    return function != nullptr;
}

std::string driver_error(const Driver& driver, int code) {
    const char* name = nullptr;
    driver.error_name(code, &name);
    return name ? name : "CUDA error " + std::to_string(code);
}

CudaReport missing(CudaReport report, std::string what, std::string hint) {
    report.missing = std::move(what);
    report.hint = std::move(hint);
    return report;
}

CudaReport make_report() {
    CudaReport report;
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return missing(report, "no NVIDIA driver (libcuda.so.1 cannot be opened)",
                       "Install NVIDIA's driver, or use --device cpu.");
    Driver driver;
    if (!resolve(library, "cuInit", driver.init) || !resolve(library, "cuDeviceGetCount", driver.count) ||
        !resolve(library, "cuDeviceGetName", driver.name) ||
        !resolve(library, "cuDeviceTotalMem_v2", driver.memory) ||
        !resolve(library, "cuGetErrorName", driver.error_name))
        return missing(report, "libcuda.so.1 lacks functions of a driver",
                       "Install NVIDIA's driver anew, or use --device cpu.");
    if (const int code = driver.init(0); code != 0)
        return missing(report, "the NVIDIA driver does not start (" + driver_error(driver, code) + ")",
                       "See whether nvidia-smi lists a device, or use --device cpu.");
    int count = 0;
    if (const int code = driver.count(&count); code != 0 || count == 0)
        return missing(report, "the NVIDIA driver lists no device", "Use --device cpu.");
    for (int index = 0; index < count; ++index) {
        char name[256] = "";
        size_t memory_bytes = 0;
        driver.name(name, sizeof name, index);
        driver.memory(&memory_bytes, index);
        report.devices.push_back({name, memory_bytes});
    }
    try {
        open_torch_part().open_cuda();
    } catch (const Error& error) {
        return missing(report, error.what(), error.hint());
    }
    report.usable = true;
    return report;
}

}  // namespace

const CudaReport& cuda_report() {
    static const CudaReport report = make_report();
    return report;
}

}  // namespace weft
