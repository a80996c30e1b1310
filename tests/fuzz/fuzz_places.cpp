#include "analysis/error.h"
#include "app/saved_places.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_places(const uint8_t* data, size_t size) {
    try {
        const std::vector<SavedPlace> places =
            places_from_json({reinterpret_cast<const char*>(data), size}, "fuzz.json");
        // What was read can be written and read again.
        WEFT_ASSERT(places_from_json(places_json(places), "again") == places, places_json(places));
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
