#include "analysis/sampling.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;

namespace {

GenerationOptions options_of(double temperature, int64_t top_k = 0, double top_p = 1, uint64_t seed = 0) {
    GenerationOptions options;
    options.temperature = temperature;
    options.top_k = top_k;
    options.top_p = top_p;
    options.seed = seed;
    return options;
}

std::vector<float> logs(const std::vector<double>& probabilities) {
    std::vector<float> logits;
    for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
    return logits;
}

void check_choices(const TokenChoices& choices, const std::vector<int32_t>& ids,
                   const std::vector<double>& probabilities) {
    REQUIRE(choices.ids == ids);
    for (size_t i = 0; i < ids.size(); ++i) CHECK(choices.probabilities[i] == Approx(probabilities[i]));
    CHECK(std::accumulate(choices.probabilities.begin(), choices.probabilities.end(), 0.0) == Approx(1));
}

}  // namespace

TEST_CASE("Without a temperature the largest logit wins, the lowest id of equal ones") {
    CHECK(next_token(std::vector<float>{1, 7, 3, 7}, {}, 0) == 1);
    CHECK(next_token(std::vector<float>{-5}, {}, 9) == 0);
    const float none = -std::numeric_limits<float>::infinity();
    CHECK(next_token(std::vector<float>{none, -3, none}, {}, 0) == 1);
}

TEST_CASE("A temperature divides the logits before the softmax") {
    const std::vector<float> logits = logs({0.1, 0.2, 0.7});
    check_choices(token_choices(logits, options_of(1)), {0, 1, 2}, {0.1, 0.2, 0.7});
    const double sum = 0.01 + 0.04 + 0.49;
    check_choices(token_choices(logits, options_of(0.5)), {0, 1, 2}, {0.01 / sum, 0.04 / sum, 0.49 / sum});
    check_choices(token_choices(std::vector<float>{300, 299.9f}, options_of(1e-4)), {0, 1}, {1, 0});
}

TEST_CASE("Top-k keeps the k largest and what equals the last of them") {
    const std::vector<float> logits = logs({0.3, 0.1, 0.4, 0.1, 0.1});
    check_choices(token_choices(logits, options_of(1, 2)), {0, 2}, {3.0 / 7, 4.0 / 7});
    check_choices(token_choices(logits, options_of(1, 3)), {0, 1, 2, 3, 4}, {0.3, 0.1, 0.4, 0.1, 0.1});
    check_choices(token_choices(logits, options_of(1, 99)), {0, 1, 2, 3, 4}, {0.3, 0.1, 0.4, 0.1, 0.1});
    check_choices(token_choices(logits, options_of(1, 1)), {2}, {1});
}

TEST_CASE("Top-p keeps the fewest of the most probable that reach it") {
    const std::vector<float> logits = logs({0.2, 0.5, 0.3});
    check_choices(token_choices(logits, options_of(1, 0, 0.79)), {1, 2}, {0.625, 0.375});
    check_choices(token_choices(logits, options_of(1, 0, 0.81)), {0, 1, 2}, {0.2, 0.5, 0.3});
    check_choices(token_choices(logits, options_of(1, 0, 0.4)), {1}, {1});
    check_choices(token_choices(logits, options_of(1, 0, 1e-9)), {1}, {1});
}

TEST_CASE("Temperature comes first, then top-k, then top-p over what top-k left") {
    // At temperature 0.5 the shares are 1 : 4 : 25 : 16, of the two largest 25/41 = 0.61.
    const std::vector<float> logits = logs({0.1, 0.2, 0.5, 0.4});
    check_choices(token_choices(logits, options_of(0.5, 2, 0.6)), {2}, {1});
    check_choices(token_choices(logits, options_of(0.5, 2, 0.62)), {2, 3}, {25.0 / 41, 16.0 / 41});
    // Without top-k the same top-p needs both: 25/46 = 0.54.
    check_choices(token_choices(logits, options_of(0.5, 0, 0.6)), {2, 3}, {25.0 / 41, 16.0 / 41});
}

TEST_CASE("What is left of random logits is what transformers' logits processors leave") {
    const auto cases = nlohmann::json::parse(
        test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/sampling_references.json"));
    REQUIRE(cases.size() == 9);
    for (const auto& item : cases) {
        INFO(item["temperature"] << " " << item["top_k"] << " " << item["top_p"]);
        const TokenChoices choices =
            token_choices(item["logits"].get<std::vector<float>>(),
                          options_of(item["temperature"], item["top_k"], item["top_p"]));
        check_choices(choices, item["ids"].get<std::vector<int32_t>>(),
                      item["probabilities"].get<std::vector<double>>());
    }
}

TEST_CASE("A draw is the first token whose share of the whole lies beyond the uniform number") {
    const std::vector<float> logits = logs({0.25, 0.25, 0.5});
    for (int64_t position = 0; position < 200; ++position) {
        const double draw = uniform_draw(3, position);
        REQUIRE((draw >= 0 && draw < 1));
        const int32_t expected = draw < 0.2499   ? 0
                                 : draw < 0.2501 ? -1
                                 : draw < 0.4999 ? 1
                                 : draw < 0.5001 ? -1
                                                 : 2;
        const int32_t token = next_token(logits, options_of(1, 0, 1, 3), position);
        if (expected >= 0) CHECK(token == expected);
    }
}

TEST_CASE("The generator's numbers are these on every machine and differ by seed and position") {
    CHECK(uniform_draw(0, 0) == 5876733520225071.0 * 0x1.0p-53);
    CHECK(uniform_draw(1, 0) == 3316356330981164.0 * 0x1.0p-53);
    CHECK(uniform_draw(42, 7) == 6617773565905164.0 * 0x1.0p-53);
    double sum = 0;
    for (int64_t position = 0; position < 4096; ++position) sum += uniform_draw(11, position);
    CHECK(std::abs(sum / 4096 - 0.5) < 0.02);
    CHECK(uniform_draw(1, 5) != uniform_draw(2, 5));
    CHECK(uniform_draw(1, 5) != uniform_draw(1, 6));
}

TEST_CASE("A token that may not come never comes") {
    std::vector<float> logits(50, -std::numeric_limits<float>::infinity());
    logits[17] = -80;
    logits[31] = -81;
    for (int64_t position = 0; position < 100; ++position) {
        const int32_t token = next_token(logits, options_of(2, 5, 0.99), position);
        CHECK((token == 17 || token == 31));
    }
}

TEST_CASE("Options that make no sense are wrong usage and name the option") {
    const auto refusal = [](const GenerationOptions& options) {
        try {
            check_generation(options);
        } catch (const UsageError& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    CHECK(refusal(options_of(0.7, 40, 0.9)) == "no error");
    CHECK_THAT(refusal(options_of(-1)), Catch::Contains("--temperature") && Catch::Contains("-1"));
    CHECK_THAT(refusal(options_of(std::nan(""))), Catch::Contains("--temperature"));
    CHECK_THAT(refusal(options_of(1, -3)), Catch::Contains("--top-k"));
    CHECK_THAT(refusal(options_of(1, 0, 0)), Catch::Contains("--top-p"));
    CHECK_THAT(refusal(options_of(1, 0, 1.5)), Catch::Contains("--top-p") && Catch::Contains("1.5"));
    GenerationOptions none;
    none.max_new_tokens = 0;
    CHECK_THAT(refusal(none), Catch::Contains("--max-new-tokens"));
}
