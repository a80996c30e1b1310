#include "app/latency.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("latency runs from the first unanswered key to the frame that answers the last") {
    Latency latency;
    latency.text_changed(1.0, 5);
    latency.text_changed(1.1, 6);
    latency.frame_shown(1.15, 5);
    CHECK(latency.is_waiting());
    CHECK(latency.waited_s(1.2) == Approx(0.2));
    latency.frame_shown(1.25, 6);
    CHECK_FALSE(latency.is_waiting());
    CHECK(latency.last_ms() == Approx(250.0));
    latency.frame_shown(1.3, 6);
    CHECK(latency.count() == 1);
}
