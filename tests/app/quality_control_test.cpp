#include "app/quality_control.h"

#include <catch2/catch.hpp>

using namespace weft;

namespace {

void draw(QualityControl& control, int frames, double frame_ms) {
    for (int i = 0; i < frames; ++i) control.frame_took(frame_ms);
}

}  // namespace

TEST_CASE("a device that is fast enough keeps the best quality") {
    QualityControl control(30.0);
    draw(control, 500, 28.0);
    CHECK(control.step() == 0);
    CHECK(control.quality() == Quality{16, 1.0f});
}

TEST_CASE("one slow frame changes nothing, a slow device goes down step by step to the last") {
    QualityControl control(30.0);
    draw(control, 7, 10.0);
    draw(control, 1, 120.0);
    draw(control, 8, 10.0);
    CHECK(control.step() == 0);
    draw(control, 8, 50.0);
    CHECK(control.step() == 1);
    const double cost_ms[] = {50.0, 46.0, 42.0, 38.0, 32.0};
    for (int i = 0; i < 200; ++i) control.frame_took(cost_ms[control.step()]);
    CHECK(control.quality() == quality_steps.back());
}

TEST_CASE("quality comes back when there is room, after two seconds") {
    QualityControl control(30.0);
    draw(control, 8, 50.0);
    REQUIRE(control.step() == 1);
    draw(control, 160, 10.0);
    CHECK(control.step() == 1);
    draw(control, 80, 10.0);
    CHECK(control.step() == 0);
}

TEST_CASE("a step that fits without room for the better one stays") {
    QualityControl control(30.0);
    draw(control, 8, 50.0);
    draw(control, 1000, 20.0);
    CHECK(control.step() == 1);
}

TEST_CASE("the wait doubles when the better step proves too slow, so that quality does not swing") {
    QualityControl control(30.0);
    int changes = 0;
    for (double t_ms = 0.0; t_ms < 60000.0;) {
        const double frame_ms = control.step() == 0 ? 40.0 : 12.0;
        changes += control.frame_took(frame_ms) ? 1 : 0;
        t_ms += frame_ms;
    }
    CHECK(changes <= 10);
    CHECK(control.step() == 1);
}

TEST_CASE("steps that save nothing are taken back, and not tried again for minutes") {
    QualityControl control(30.0);
    // Lines are not what costs: only the first step down saves something.
    const auto cost_ms = [&] { return control.step() == 0 ? 50.0 : 41.0; };
    for (int i = 0; i < 100; ++i) control.frame_took(cost_ms());
    CHECK(control.step() == 1);
    int changes = 0;
    for (int i = 0; i < 4000; ++i) changes += control.frame_took(cost_ms()) ? 1 : 0;
    CHECK(changes == 0);
    // Also where the last step just fits: two milliseconds are not worth it.
    QualityControl nearly(30.0);
    for (int i = 0; i < 100; ++i)
        nearly.frame_took(nearly.step() == 0 ? 45.0 : nearly.step() == 4 ? 29.0 : 31.5);
    CHECK(nearly.step() == 1);
    // The first frames of a step, which make its targets, say nothing.
    QualityControl slow_start(30.0);
    for (int i = 0, at_last = 0; i < 100; ++i) {
        at_last = slow_start.step() == 4 ? at_last + 1 : 0;
        slow_start.frame_took(at_last > 8 ? 28.0 : 42.0);
    }
    CHECK(slow_start.step() == 4);
    // A picture of many more lines is measured anew.
    for (int i = 0; i < 200; ++i) control.frame_took(control.step() == 4 ? 36.0 : 60.0);
    CHECK(control.step() == 4);
    // Where the last step saves a third, it stays.
    QualityControl helped(30.0);
    for (int i = 0; i < 100; ++i) helped.frame_took(helped.step() == 4 ? 32.0 : 48.0);
    CHECK(helped.step() == 4);
}

TEST_CASE("a pause forgets the frames before it") {
    QualityControl control(30.0);
    draw(control, 7, 90.0);
    control.paused();
    draw(control, 1, 90.0);
    CHECK(control.step() == 0);
    draw(control, 20, 90.0);
    CHECK(control.step() > 0);
}
