#include "analysis/tokenizer/tokenizer.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_tokenizer_json(const uint8_t* data, size_t size) {
    try {
        Tokenizer::parse({reinterpret_cast<const char*>(data), size}, "fuzz")
            .tokenize("The caf\xc3\xa9 [SEP] <x> .");
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
