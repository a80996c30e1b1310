#include "app/ui_events.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace weft;

namespace {

// Of an interface that sees keys as they are when a frame begins, like ImGui 1.86.
struct Seen {
    std::set<int> down;
    std::string log;  // presses and text, frame by frame

    void frame(UiEvents& events) {
        const std::set<int> before = down;
        std::string text;
        for (const UiEvents::Event& event : events.take_frame()) {
            if (const auto* typed = std::get_if<CharEvent>(&event))
                text += static_cast<char>(typed->code_point);
            if (const auto* key = std::get_if<KeyEvent>(&event)) {
                if (key->pressed) down.insert(key->key);
                if (!key->pressed) down.erase(key->key);
            }
        }
        log += text;
        for (const int key : down)
            if (!before.contains(key) && key != GLFW_KEY_LEFT_CONTROL)
                log += down.contains(GLFW_KEY_LEFT_CONTROL) ? "<ctrl " + std::to_string(key) + ">"
                                                            : "<" + std::to_string(key) + ">";
    }
    void all(UiEvents& events) {
        while (events.has_events()) frame(events);
    }
};

void press(UiEvents& events, int key, int mods = 0) {
    events.add(KeyEvent{key, mods, true, false});
}
void release(UiEvents& events, int key, int mods = 0) {
    events.add(KeyEvent{key, mods, false, false});
}
void type(UiEvents& events, const std::string& text) {
    for (const char c : text) {
        press(events, GLFW_KEY_A);
        events.add(CharEvent{static_cast<char32_t>(c)});
        release(events, GLFW_KEY_A);
    }
}

}  // namespace

TEST_CASE("keys that come and go between two frames are seen, in the order of the text around them") {
    UiEvents events;
    press(events, GLFW_KEY_LEFT_CONTROL);
    press(events, GLFW_KEY_A, GLFW_MOD_CONTROL);
    release(events, GLFW_KEY_A, GLFW_MOD_CONTROL);
    release(events, GLFW_KEY_LEFT_CONTROL);
    type(events, "new");
    press(events, GLFW_KEY_BACKSPACE);
    release(events, GLFW_KEY_BACKSPACE);
    type(events, "xt");
    press(events, GLFW_KEY_ENTER);
    release(events, GLFW_KEY_ENTER);
    Seen seen;
    seen.all(events);
    CHECK(seen.log == "<ctrl 65>new<259>xt<257>");
    CHECK(seen.down.empty());
}

TEST_CASE("a key that is pressed twice between two frames is seen twice") {
    UiEvents events;
    for (int n = 0; n < 2; ++n) {
        press(events, GLFW_KEY_LEFT);
        release(events, GLFW_KEY_LEFT);
    }
    Seen seen;
    seen.all(events);
    CHECK(seen.log == "<263><263>");
}

TEST_CASE("a long text needs one frame, and a key held down is passed on once") {
    UiEvents events;
    type(events, "a long name of a place");
    Seen seen;
    seen.frame(events);
    CHECK(seen.log == "a long name of a place");
    CHECK_FALSE(events.has_events());

    press(events, GLFW_KEY_DELETE);
    events.add(KeyEvent{GLFW_KEY_DELETE, 0, true, true});
    seen.frame(events);
    CHECK(seen.down == std::set<int>{GLFW_KEY_DELETE});
    release(events, GLFW_KEY_DELETE);
    seen.frame(events);
    CHECK(seen.down.empty());
    CHECK_FALSE(events.has_events());
}

TEST_CASE("a letter pressed with Ctrl is released, also after Ctrl was") {
    UiEvents events;
    press(events, GLFW_KEY_LEFT_CONTROL);
    press(events, GLFW_KEY_C, GLFW_MOD_CONTROL);
    release(events, GLFW_KEY_LEFT_CONTROL);
    release(events, GLFW_KEY_C);
    Seen seen;
    seen.all(events);
    CHECK(seen.log == "<ctrl 67>");
    CHECK(seen.down.empty());
}

TEST_CASE("Ctrl that comes and goes between two frames is seen while a click is pressed and released") {
    UiEvents events;
    press(events, GLFW_KEY_LEFT_CONTROL, GLFW_MOD_CONTROL);
    release(events, GLFW_KEY_LEFT_CONTROL);
    Seen seen;
    for (int frame = 0; frame < 3; ++frame) {
        seen.frame(events);
        CHECK(seen.down.contains(GLFW_KEY_LEFT_CONTROL));
    }
    CHECK(events.has_events());
    seen.frame(events);
    CHECK(seen.down.empty());
    CHECK_FALSE(events.has_events());
}
