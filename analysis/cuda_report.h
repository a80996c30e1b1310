// What CUDA gives on this machine, for "weft doctor" and for the error of "--device cuda". No torch in here.
// Any thread; the first call opens the driver and, if there is a device, LibTorch's CUDA part (about a
// second).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft {

struct CudaDevice {
    std::string name;
    uint64_t memory_bytes = 0;
};

struct CudaReport {
    std::vector<CudaDevice> devices;  // as the driver lists them
    bool usable = false;              // driver, device and LibTorch's CUDA part are all there
    std::string missing, hint;        // why not usable, and what to do; empty if usable
};

const CudaReport& cuda_report();

}  // namespace weft
