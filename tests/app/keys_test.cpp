#include "app/keys.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("window keys become chords, locks do not count") {
    CHECK(chord_from_glfw(GLFW_KEY_Z, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT) ==
          KeyChord{Key::z, true, true, false});
    CHECK(chord_from_glfw(GLFW_KEY_A, GLFW_MOD_CAPS_LOCK | GLFW_MOD_NUM_LOCK) == KeyChord{Key::a});
    CHECK(chord_from_glfw(GLFW_KEY_KP_7, 0).key == Key::digit_7);
    CHECK(chord_from_glfw(GLFW_KEY_F12, 0).key == Key::f12);
    CHECK(chord_from_glfw(GLFW_KEY_KP_ENTER, 0).key == Key::enter);
    CHECK(chord_from_glfw(GLFW_KEY_SCROLL_LOCK, 0).key == Key::none);
}
