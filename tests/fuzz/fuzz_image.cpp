#include "analysis/error.h"
#include "analysis/image/decode.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_image(const uint8_t* data, size_t size) {
    constexpr DecodeLimits small{1'000'000, 2'000, 100'000};  // so that a changed size costs no time
    try {
        decode_image_bytes({reinterpret_cast<const char*>(data), size}, "fuzz", small);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
