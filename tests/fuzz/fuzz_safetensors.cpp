#include "analysis/checkpoint/safetensors.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_safetensors(const uint8_t* data, size_t size) {
    try {
        const SafetensorsContent content =
            parse_safetensors({reinterpret_cast<const std::byte*>(data), size}, "fuzz");
        for (const SafetensorsTensor& tensor : content.tensors) to_float32(tensor, "fuzz");
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
