#include "analysis/checkpoint/weight_index.h"
#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_weight_index(const uint8_t* data, size_t size) {
    try {
        const WeightIndex index = parse_weight_index({reinterpret_cast<const char*>(data), size}, "fuzz");
        for (const std::string& shard : index.shards)
            WEFT_ASSERT(shard.find_first_of(std::string("/\\\0", 3)) == std::string::npos && shard[0] != '\0',
                        shard);
        for (const auto& [tensor, shard] : index.shard_of) WEFT_ASSERT(shard < index.shards.size(), tensor);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
