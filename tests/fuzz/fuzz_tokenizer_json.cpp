#include "analysis/tokenizer/tokenizer.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_tokenizer_json(const uint8_t* data, size_t size) {
    try {
        const Tokenizer tokenizer = Tokenizer::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
        std::vector<int32_t> ids;
        for (const Token& token :
             tokenizer.tokenize("The caf\xc3\xa9 [SEP] <x> .", "\xef\xac\x81 12").stack.tokens)
            ids.push_back(token.id);
        tokenizer.decode(ids);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
