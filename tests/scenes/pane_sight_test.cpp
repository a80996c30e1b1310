#include "scenes/pane_sight.h"

#include <catch2/catch.hpp>

#include "scenes/projection.h"

using namespace weft;

namespace {

// Upright, 2 u wide and high, at a depth before an eye that looks along -z.
PaneCorners pane_at(float z, float x = 0.0f) {
    return {glm::vec3(x - 1, 1, z), glm::vec3(x + 1, 1, z), glm::vec3(x + 1, -1, z), glm::vec3(x - 1, -1, z)};
}

const glm::vec3 eye(0.0f, 0.0f, 10.0f);

float length_of(const std::vector<std::pair<glm::vec3, glm::vec3>>& parts) {
    float sum = 0.0f;
    for (const auto& [a, b] : parts) sum += glm::length(b - a);
    return sum;
}

}  // namespace

TEST_CASE("what a nearer pane covers of a segment is not seen, the rest is") {
    const glm::vec3 a(-6.0f, 0.0f, 0.0f), b(6.0f, 0.0f, 0.0f);
    CHECK(length_of(seen_parts(a, b, eye, {})) == Approx(12.0f));
    // Half way to the eye it covers twice its width.
    const std::vector<PaneCorners> middle{pane_at(5.0f)};
    const auto seen = seen_parts(a, b, eye, middle);
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].second.x == Approx(-2.0f));
    CHECK(seen[1].first.x == Approx(2.0f));
    const std::vector<PaneCorners> two{pane_at(5.0f), pane_at(5.0f, 2.0f)};
    CHECK(length_of(seen_parts(a, b, eye, two)) == Approx(4.0f));
    // All of it.
    CHECK(seen_parts({-1.0f, 0.5f, 0.0f}, {1.0f, 0.5f, 0.0f}, eye, middle).empty());
}

TEST_CASE("panes behind, beside, above, in the same plane and behind the eye cover nothing") {
    const glm::vec3 a(-3.0f, 0.0f, 0.0f), b(3.0f, 0.0f, 0.0f);
    for (const PaneCorners& pane : {pane_at(-5.0f), pane_at(0.0f), pane_at(12.0f), pane_at(5.0f, 20.0f)})
        CHECK(length_of(seen_parts(a, b, eye, std::vector{pane})) == Approx(6.0f));
    CHECK(length_of(seen_parts({-3.0f, 4.0f, 0.0f}, {3.0f, 4.0f, 0.0f}, eye, std::vector{pane_at(5.0f)})) ==
          Approx(6.0f));
}

TEST_CASE("a pane that the eye comes near to goes before the eye is in it, and only there") {
    float before = 1.0f;
    for (float depth = 2.0f; depth >= 0.0f; depth -= 0.01f) {
        const float now = seen_opacity(pane_at(0.0f), {0.3f, 0.2f, depth});
        CHECK(now <= before + 1e-6f);
        CHECK(before - now < 0.03f);
        before = now;
    }
    CHECK(before == 0.0f);
    CHECK(seen_opacity(pane_at(0.0f), {0.0f, 0.0f, near_fade_u}) == 1.0f);
    CHECK(seen_opacity(pane_at(0.0f), {1.0f + near_fade_u, 0.0f, 0.0f}) == 1.0f);
}
