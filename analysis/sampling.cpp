#include "analysis/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <string>

#include "analysis/error.h"

namespace weft {
namespace {

std::string number_text(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

// SplitMix64's mix (Steele, Lea & Flood 2014): every bit of the input reaches every bit of the result.
uint64_t mixed(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

// Keeps the `count` largest and what equals the last of them.
void keep_largest(std::span<const float> logits, int64_t count, std::vector<int32_t>& ids) {
    if (count == 0 || count >= static_cast<int64_t>(ids.size())) return;
    std::vector<float> values(ids.size());
    std::ranges::transform(ids, values.begin(), [&](int32_t id) { return logits[static_cast<size_t>(id)]; });
    std::ranges::nth_element(values, values.begin() + count - 1, std::greater());
    const float least = values[static_cast<size_t>(count) - 1];
    std::erase_if(ids, [&](int32_t id) { return logits[static_cast<size_t>(id)] < least; });
}

std::vector<double> softmax(std::span<const float> logits, const std::vector<int32_t>& ids,
                            double temperature) {
    double top = -INFINITY, sum = 0;
    for (const int32_t id : ids) top = std::max(top, double{logits[static_cast<size_t>(id)]});
    std::vector<double> probabilities;
    probabilities.reserve(ids.size());
    for (const int32_t id : ids) {
        probabilities.push_back(std::exp((double{logits[static_cast<size_t>(id)]} - top) / temperature));
        sum += probabilities.back();
    }
    for (double& probability : probabilities) probability /= sum;
    return probabilities;
}

// Drops the least probable whose sum, from the least on, is at most 1 - share; never the most probable. The
// comparison is in float32 as in transformers, so that 0.8 leaves 0.5 and 0.3 of 0.5, 0.3, 0.2.
void keep_share(std::span<const float> logits, double share, double temperature, std::vector<int32_t>& ids) {
    if (share >= 1) return;
    const std::vector<double> probabilities = softmax(logits, ids, temperature);
    std::vector<size_t> order(ids.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) {
        const float left = logits[static_cast<size_t>(ids[a])], right = logits[static_cast<size_t>(ids[b])];
        return left != right ? left < right : ids[a] > ids[b];
    });
    const float least = static_cast<float>(1 - share);
    double sum = 0;
    std::vector<int32_t> kept;
    for (size_t i = 0; i < order.size(); ++i) {
        sum += probabilities[order[i]];
        if (static_cast<float>(sum) > least || i + 1 == order.size()) kept.push_back(ids[order[i]]);
    }
    std::ranges::sort(kept);
    ids = std::move(kept);
}

}  // namespace

void check_generation(const GenerationOptions& options) {
    const auto refuse = [](const char* option, const std::string& value, const char* expected) {
        throw UsageError(std::string(option) + " \"" + value + "\" is not possible",
                         std::string("Give ") + expected + ".");
    };
    if (options.max_new_tokens < 1)
        refuse("--max-new-tokens", std::to_string(options.max_new_tokens), "1 or more");
    if (!std::isfinite(options.temperature) || options.temperature < 0)
        refuse("--temperature", number_text(options.temperature), "0 (greedy) or more");
    if (options.top_k < 0) refuse("--top-k", std::to_string(options.top_k), "0 (all) or more");
    if (!(options.top_p > 0) || options.top_p > 1)
        refuse("--top-p", number_text(options.top_p), "a number above 0, at most 1");
}

TokenChoices token_choices(std::span<const float> logits, const GenerationOptions& options) {
    WEFT_ASSERT(options.temperature > 0, number_text(options.temperature));
    TokenChoices choices;
    for (size_t id = 0; id < logits.size(); ++id)
        if (logits[id] > -INFINITY) choices.ids.push_back(static_cast<int32_t>(id));
    WEFT_ASSERT(!choices.ids.empty(), std::to_string(logits.size()));
    keep_largest(logits, options.top_k, choices.ids);
    keep_share(logits, options.top_p, options.temperature, choices.ids);
    choices.probabilities = softmax(logits, choices.ids, options.temperature);
    return choices;
}

int32_t next_token(std::span<const float> logits, const GenerationOptions& options, int64_t position) {
    WEFT_ASSERT(!logits.empty(), "no logits");
    if (options.temperature == 0)
        return static_cast<int32_t>(std::ranges::max_element(logits) - logits.begin());
    const TokenChoices choices = token_choices(logits, options);
    double left = uniform_draw(options.seed, position);
    for (size_t i = 0; i + 1 < choices.ids.size(); ++i) {
        left -= choices.probabilities[i];
        if (left < 0) return choices.ids[i];
    }
    return choices.ids.back();
}

double uniform_draw(uint64_t seed, int64_t position) {
    constexpr uint64_t golden = 0x9E3779B97F4A7C15ULL;
    const uint64_t stream = mixed(seed + golden);
    const uint64_t bits = mixed(stream + golden * (static_cast<uint64_t>(position) + 1));
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace weft
