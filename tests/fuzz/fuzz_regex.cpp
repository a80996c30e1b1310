#include "analysis/tokenizer/regex.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_regex(const uint8_t* data, size_t size) {
    try {
        const std::string text = "The caf\xc3\xa9's 12345  x\n\xe6\x97\xa5 aaaaaaaaaaaa";
        const Regex regex({reinterpret_cast<const char*>(data), size}, "fuzz");
        size_t at = 0;
        for (const auto& [begin, end] : regex.matches(text)) {
            WEFT_ASSERT(begin >= at && begin <= end && end <= text.size(), std::to_string(begin));
            at = end;
        }
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
