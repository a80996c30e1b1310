// Every family and variant against what transformers computed with the same tiny random weights
// (write_checkpoints.py), by the kernels and by plain ATen. Tolerances: METHODS.
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>

#include "tests/parity/family_case.h"

using namespace weft;

TEST_CASE("A number that is none is never taken for agreement", "[family]") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), most = std::numeric_limits<float>::infinity();
    CHECK(test::largest_distance({1, 2}, {1, 2.5f}) == 0.5);
    for (const float bad : {nan, most}) {
        CHECK_FALSE(test::largest_distance({1, bad}, {1, 2}) < 1e9);
        CHECK_FALSE(test::largest_distance({bad, 1}, {bad, 1}) < 1e9);
    }
}

TEST_CASE("Attention, hidden states and logits of every family are those of transformers", "[family]") {
    const char* other = std::getenv("WEFT_PARITY_CHECKPOINTS");
    const std::filesystem::path root =
        other ? other : std::string(WEFT_SOURCE_DIR) + "/tests/parity/checkpoints";
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(root)) folders.push_back(entry.path());
    std::ranges::sort(folders);
    REQUIRE(folders.size() > 0);
    std::printf("largest errors  %-36s  attention  hidden states  logits (of the largest)\n", "case");
    for (const std::filesystem::path& folder : folders) {
        INFO(folder.filename().string());
        const test::FamilyErrors errors = test::check_family_case(folder);
        std::printf("                %-36s  %.1e    %.1e        %s%s\n", folder.filename().c_str(),
                    errors.attention, errors.hidden, errors.logits_text().c_str(),
                    errors.by_kernels ? "" : "  (plain only)");
        CHECK(errors.attention < 1e-5);
        CHECK(errors.hidden < 1e-4);
        CHECK(errors.logits.value_or(0) < 1e-4);
    }
}
