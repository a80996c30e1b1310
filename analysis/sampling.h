// The next token from a row of logits: greedy, or drawn as transformers draws it (temperature, then top-k,
// then top-p, then one draw). Pure functions, any thread; no state: what is drawn depends on the seed and the
// position alone, so that one token at a time and all at once give the same text on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/model.h"

namespace weft {

// Throws UsageError naming the option: a temperature below 0 or not finite, a negative top-k, a top-p that is
// not above 0 and at most 1, a number of new tokens below 1.
void check_generation(const GenerationOptions& options);

// What is left to draw from. Ids ascend; the probabilities sum to 1.
struct TokenChoices {
    std::vector<int32_t> ids;
    std::vector<double> probabilities;
};

// softmax(logits / temperature) over the tokens that top-k (Fan et al. 2018; equal logits at its end all
// stay) and then top-p (Holtzman et al. 2020: the fewest of the most probable that reach it, of equal ones
// the lower ids) leave. The temperature must be above 0. A logit of minus infinity is a token that may not
// come; not all may be that.
TokenChoices token_choices(std::span<const float> logits, const GenerationOptions& options);

// Temperature 0: the id of the largest logit, the lowest of equal ones. Else a draw from token_choices();
// `position` is how many tokens stand before the new one.
int32_t next_token(std::span<const float> logits, const GenerationOptions& options, int64_t position);

// A number in [0, 1) for each seed and position, of 53 bits.
double uniform_draw(uint64_t seed, int64_t position);

}  // namespace weft
