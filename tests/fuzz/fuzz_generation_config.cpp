#include "analysis/error.h"
#include "analysis/family/generation_config.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_generation_config(const uint8_t* data, size_t size) {
    ModelConfig config;
    config.stacks.resize(2);
    config.stacks[1].embedding.vocabulary = 50;
    try {
        const GenerationConfig rules =
            parse_generation_config({reinterpret_cast<const char*>(data), size}, "fuzz", config);
        std::vector<float> logits(50, 1.0f);
        const std::vector<int32_t> ids = {static_cast<int32_t>(rules.start_id), 7, 8, 7, 8};
        for (size_t length = 1; length <= ids.size(); ++length)
            apply_generation_config(rules, std::span(ids).first(length), 6, logits);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
