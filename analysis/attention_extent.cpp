#include "analysis/attention_extent.h"

#include <algorithm>
#include <cmath>

#include "analysis/checkpoint/memory.h"
#include "analysis/error.h"
#include "analysis/grouped.h"

namespace weft {
namespace {

constexpr uint64_t number_bytes = sizeof(float);

uint64_t product(uint64_t a, uint64_t b) {
    uint64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? UINT64_MAX : result;
}

std::string shape_text(const AttentionExtent& size) {
    const std::string tokens = size.queries == size.keys
                                   ? grouped(size.queries) + " tokens"
                                   : grouped(size.queries) + " x " + grouped(size.keys) + " tokens";
    return grouped(size.heads) + (size.heads == 1 ? " head x " : " heads x ") + tokens;
}

std::string in_memory(uint64_t bytes) {
    return memory_text(static_cast<int64_t>(std::min<uint64_t>(bytes, INT64_MAX)));
}

// The largest part of both sides, in the same proportion, whose layer fits.
uint64_t queries_that_fit(const AttentionExtent& size, uint64_t layer_bytes) {
    const auto fits = [&](uint64_t queries) {
        const uint64_t keys = (product(queries, size.keys) + size.queries - 1) / size.queries;
        return AttentionExtent{1, size.heads, queries, keys}.layer_bytes() <= layer_bytes;
    };
    uint64_t low = 0, high = size.queries;
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        fits(middle) ? low = middle : high = middle - 1;
    }
    return low;
}

}  // namespace

uint64_t AttentionExtent::layer_bytes() const {
    return product(product(heads, number_bytes), product(queries, keys));
}

uint64_t AttentionExtent::bytes() const {
    return product(layers, layer_bytes());
}

AttentionExtent extent_of(const AttentionBlock& block) {
    return {block.layers, block.heads, block.queries, block.keys};
}

bool same_shape(const AttentionFrame& a, const AttentionFrame& b) {
    return std::ranges::equal(a.blocks, b.blocks, [](const AttentionBlock& x, const AttentionBlock& y) {
        return x.kind == y.kind && x.layers == y.layers && x.heads == y.heads;
    });
}

std::string what_fits(const AttentionExtent& size, uint64_t layer_bytes) {
    const uint64_t tokens = queries_that_fit(size, layer_bytes);
    const AttentionExtent one_head{1, 1, size.queries, size.keys};
    const uint64_t heads = layer_bytes / std::max<uint64_t>(one_head.layer_bytes(), 1);
    if (tokens == 0 && heads == 0) return "Not even one token would fit.";
    std::string text = tokens > 0 ? grouped(tokens) + (tokens == 1 ? " token" : " tokens") : "";
    if (heads > 0)
        text += (text.empty() ? "" : ", or ") + grouped(heads) + (heads == 1 ? " head" : " heads") +
                (tokens > 0 ? " of these" : "");
    return text + " would fit.";
}

void check_attention_memory(const AttentionExtent& size, const std::string& what) {
    const int64_t free = free_memory_bytes();
    if (size.bytes() <= static_cast<uint64_t>(free)) return;
    throw Error(what + " has attention of " + grouped(size.layers) +
                    (size.layers == 1 ? " layer x " : " layers x ") + shape_text(size) + ", which needs " +
                    in_memory(size.bytes()) + " of memory, " + in_memory(static_cast<uint64_t>(free)) +
                    " are free",
                what_fits(size, static_cast<uint64_t>(free) / std::max<uint64_t>(size.layers, 1)));
}

void check_drawable(const AttentionFrame& frame, uint64_t layer_bytes) {
    for (const AttentionBlock& block : frame.blocks) {
        const AttentionExtent size = extent_of(block);
        if (size.layer_bytes() <= layer_bytes) continue;
        throw Error("attention of " + shape_text(size) + " has " + in_memory(size.layer_bytes()) +
                        " a layer, " + in_memory(layer_bytes) + " can be drawn",
                    what_fits(size, layer_bytes));
    }
}

}  // namespace weft
