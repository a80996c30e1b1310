#include "scenes/place_fade.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("the place that is left goes, then the other one comes, and nothing jumps between") {
    PlaceFade places;
    CHECK_FALSE(places.runs());
    CHECK(places.opacity() == 1.0f);
    const auto former = std::make_shared<Scene>();
    places.leave(former);
    CHECK(places.former() == former.get());
    CHECK(places.opacity() == 1.0f);
    float before = 1.0f;
    for (int step = 1; step <= 30; ++step) {
        places.advance(0.01);
        const float now = places.opacity();
        CHECK(std::abs(now - before) < 0.08f);
        CHECK((places.former() != nullptr) == (step < 15));
        if (step == 15) CHECK(now == Approx(0.0f).margin(1e-6));
        before = now;
    }
    CHECK_FALSE(places.runs());
    CHECK(places.opacity() == 1.0f);
}

TEST_CASE("who changes their mind on the way sees no jump of light") {
    PlaceFade places;
    places.leave(std::make_shared<Scene>());
    for (int step = 0; step < 20; ++step) places.advance(0.01);
    const float seen = places.opacity();
    CHECK(seen > 0.2f);
    CHECK(seen < 0.5f);
    const auto second = std::make_shared<Scene>();
    places.leave(second);
    CHECK(places.former() == second.get());
    CHECK(places.opacity() == Approx(seen));
    places.cut();
    CHECK_FALSE(places.runs());
}

TEST_CASE("all of a list fades but its ground") {
    DrawList list;
    list.planes.resize(1);
    list.planes[0].fill = list.planes[0].edge = glm::vec4(1.0f);
    list.textured_planes.resize(1);
    list.pictures.resize(1);
    list.pictures[0].edge = glm::vec4(1.0f);
    list.strokes_below.resize(1);
    list.strokes_above.resize(1);
    list.flows.resize(1);
    list.rects.resize(1);
    list.labels.resize(1);
    list.labels[0].pill = glm::vec4(1.0f);
    fade(list, 0.25f);
    CHECK(list.ground.a == 1.0f);
    for (const float alpha : {list.planes[0].fill.a, list.planes[0].edge.a, list.textured_planes[0].tint.a,
                              list.pictures[0].tint.a, list.pictures[0].edge.a, list.strokes_below[0].color.a,
                              list.strokes_above[0].color.a, list.flows[0].opacity_scale,
                              list.rects[0].fill.a, list.labels[0].color.a, list.labels[0].pill->a})
        CHECK(alpha == Approx(0.25f));
}
