// Deletion, insertion and pruning curves (Petsiuk, Das & Saenko 2018, https://arxiv.org/abs/1806.07421): in
// what order things leave, and what the curve says. Pure, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft {

// Random orders that the random curve is the mean of: of tokens, and of heads, whose passes are many.
constexpr int64_t random_token_orders = 8, random_head_orders = 3;

// Indices in descending order of their values, equal ones by index; those with `left_out` (may be empty) not
// at all.
std::vector<int64_t> descending(std::span<const float> values, std::span<const uint8_t> left_out = {});
std::vector<int64_t> ascending(std::span<const float> values);

// Another order of the same, by `seed`; the same on every machine.
std::vector<int64_t> shuffled(std::vector<int64_t> order, uint64_t seed);

// By the trapezoid rule over the share that has left, 0 to 1. Of one point: its value.
double curve_area(std::span<const double> curve);

}  // namespace weft
