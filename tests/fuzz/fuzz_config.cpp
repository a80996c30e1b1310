#include "analysis/family/model_config.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_config(const uint8_t* data, size_t size) {
    try {
        parse_model_config({reinterpret_cast<const char*>(data), size}, "fuzz", "folder");
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
