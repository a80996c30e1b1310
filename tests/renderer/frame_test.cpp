#include "picture.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("the stack of panes and lines is a picture without a message") {
    Rig rig({1280, 720});
    DrawList list = stack_list({1280, 720}, 650);
    const CapturedImage picture = rig.draw(list);
    keep(picture, "stack");
    REQUIRE(picture.width == 1280);
    REQUIRE(picture.rgba.size() == size_t(1280 * 720 * 4));
    CHECK(pixel(picture, 2, 2) == glm::ivec4(11, 14, 20, 255));
    CHECK(rig.renderer->stats().lines_drawn > 500);
}
