#include "analysis/torch_part.h"

#include <array>
#include <catch2/catch.hpp>
#include <thread>

#include "analysis/cuda_report.h"
#include "analysis/error.h"

using namespace weft;

TEST_CASE(
    "Threads that ask for a model at once, and one that asks for CUDA, get one part and its own errors") {
    std::array<std::string, 8> said;
    std::string missing;
    {
        std::vector<std::jthread> threads;
        for (std::string& answer : said)
            threads.emplace_back([&answer] {
                try {
                    Model::load("/nowhere", "cpu");
                } catch (const Error& error) {
                    answer = error.what();
                }
            });
        missing = cuda_report().missing;
    }
    // Built without it, each is told so.
    const std::string expected =
        WEFT_HAS_TORCH ? "/nowhere" : "libweft_torch.so: cannot open shared object file";
    for (const std::string& answer : said) CHECK_THAT(answer, Catch::Contains(expected));
    CHECK(cuda_report().usable == missing.empty());
    if (WEFT_HAS_TORCH) CHECK(&open_torch_part() == &open_torch_part());
}
