// What write_method_references.py wrote, and comparison with it.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/analysis/test_attention.h"
#include "tests/analysis/test_files.h"

namespace weft::test {

inline nlohmann::json method_references() {
    return nlohmann::json::parse(
        read_file(WEFT_SOURCE_DIR "/tests/analysis/references/method_references.json"));
}

// `row` holds attention [L, H, N, N] and causal.
inline AttentionBlock reference_block(const nlohmann::json& row, uint32_t layers, uint32_t heads,
                                      uint32_t size) {
    const auto values = row["attention"].get<std::vector<float>>();
    REQUIRE(values.size() == size_t{layers} * heads * size * size);
    const size_t entries = size_t{size} * size;
    AttentionBlock block =
        make_attention(layers, heads, size, size, [&](size_t l, size_t h, size_t i, size_t j) {
            return values[(l * heads + h) * entries + i * size + j];
        });
    block.causal = row["causal"];
    return block;
}

inline void require_close(const std::vector<float>& got, const std::vector<float>& expected,
                          float tolerance) {
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); ++i)
        if (!(std::abs(got[i] - expected[i]) <= tolerance))
            FAIL("index " << i << ": " << got[i] << ", expected " << expected[i]);
}

}  // namespace weft::test
