#include <nlohmann/json.hpp>
#include "analysis/json_guard.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_json(const uint8_t* data, size_t size) {
    try {
        parse_json({reinterpret_cast<const char*>(data), size}, "fuzz");
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
