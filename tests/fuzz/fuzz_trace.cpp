#include "analysis/trace.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_trace(const uint8_t* data, size_t size) {
    try {
        parse_trace({reinterpret_cast<const std::byte*>(data), size}, "fuzz");
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
