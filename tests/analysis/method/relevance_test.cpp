#include "analysis/method/relevance.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace weft;

namespace {

const LayerMatrices two_layers = {{0, 0.5f, 0, 0}, {0, 0, 0.25f, 0}};

}  // namespace

TEST_CASE("Relevance of layers without any is the identity") {
    CHECK(self_relevance({{0, 0, 0, 0}, {0, 0, 0, 0}}, 2) == std::vector<double>{1, 0, 0, 1});
    CHECK(self_relevance({}, 1) == std::vector<double>{1});
}

TEST_CASE("Each layer is multiplied from the left, from layer 0 up: the other order gives other numbers") {
    // (I + E1) (I + E0)
    CHECK(self_relevance(two_layers, 2) == std::vector<double>{1, 0.5, 0.25, 1.125});
    LayerMatrices reversed = two_layers;
    std::ranges::reverse(reversed);
    CHECK(self_relevance(reversed, 2) == std::vector<double>{1.125, 0.5, 0.25, 1});
}

TEST_CASE("Relevance of one token grows by one factor a layer") {
    CHECK(self_relevance({{0.5f}, {2}, {0}}, 1) == std::vector<double>{4.5});
}

TEST_CASE("Relevance of a causal text stays below the diagonal") {
    LayerMatrices layers(3, std::vector<float>(16, 0.0f));
    for (auto& layer : layers)
        for (size_t i = 0; i < 4; ++i)
            for (size_t j = 0; j <= i; ++j) layer[i * 4 + j] = 0.1f * static_cast<float>(i + 2 * j + 1);
    const std::vector<double> relevance = self_relevance(layers, 4);
    for (size_t i = 0; i < 4; ++i)
        for (size_t j = i + 1; j < 4; ++j) CHECK(relevance[i * 4 + j] == 0);
}

TEST_CASE("Cross relevance follows the formula by hand, rows of zeros left as they are") {
    // Two targets, two sources, one decoder layer. Rtt = I + E = [[1, 0], [1, 3]]: row 0 of Rtt - I is zero
    // and stays so, row 1 is [1, 2] / 3. N(Rtt) = [[1, 0], [1/3, 5/3]]. Rss = I stays I.
    const std::vector<double> source = {1, 0, 0, 1};
    const CrossRelevance result = cross_relevance({{0, 0, 1, 2}}, {{0.5f, 0.25f, 0, 1}}, 2, source, 2);
    CHECK(result.target == std::vector<double>{1, 0, 1, 3});
    CHECK(result.cross[0] == Approx(0.5));
    CHECK(result.cross[1] == Approx(0.25 + 1.0 / 3));
    CHECK(result.cross[2] == Approx(0));
    CHECK(result.cross[3] == Approx(5.0 / 3));
}

TEST_CASE("A second decoder layer carries what the first read on, then adds its own") {
    const std::vector<double> source = {1, 0, 0, 1};
    const LayerMatrices self = {{0, 0, 0, 0}, {0, 0, 0.5f, 0}}, cross = {{1, 0, 0, 0}, {0, 0, 0, 0}};
    const CrossRelevance result = cross_relevance(self, cross, 2, source, 2);
    CHECK(result.cross == std::vector<double>{1, 0, 0.5, 0});
}

TEST_CASE("Relevance that is stopped gives nothing") {
    CHECK(self_relevance(two_layers, 2, [] { return true; }).empty());
    CHECK(cross_relevance(two_layers, two_layers, 2, {1, 0, 0, 1}, 2, [] { return true; }).target.empty());
}
