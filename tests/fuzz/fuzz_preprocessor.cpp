#include "analysis/error.h"
#include "analysis/image/processed_image.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

// What can be read must also work, on an image of 3 x 2 pixels.
int fuzz_preprocessor(const uint8_t* data, size_t size) {
    constexpr DecodeLimits small{1'000'000, 2'000, 100'000};
    try {
        const Preprocessor preprocessor =
            parse_preprocessor({reinterpret_cast<const char*>(data), size}, "fuzz", "vit");
        process_image({3, 2, std::vector<uint8_t>(24, 77)}, preprocessor, "fuzz", small);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
