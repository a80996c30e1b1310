// The window: GLFW's events as values, clipboard, gamepad, Vulkan surface. One window in the program; main
// thread only, except wake(), which any thread may call.
#pragma once

#include <glm/glm.hpp>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/flight.h"
#include "renderer/renderer.h"

struct GLFWwindow;

namespace weft {

struct KeyEvent {
    int key = 0, mods = 0;  // GLFW_KEY_*, GLFW_MOD_*
    bool pressed = false, repeated = false;
};
struct CharEvent {
    char32_t code_point = 0;
};
struct PointerEvent {
    glm::vec2 position_px{0.0f};
};
struct ButtonEvent {
    int button = 0, mods = 0;
    bool pressed = false;
    glm::vec2 position_px{0.0f};
    double time_s = 0.0;
};
struct ScrollEvent {
    glm::vec2 steps{0.0f};
    glm::vec2 position_px{0.0f};
};
struct FocusEvent {
    bool focused = false;
};
using WindowEvent = std::variant<KeyEvent, CharEvent, PointerEvent, ButtonEvent, ScrollEvent, FocusEvent>;

class Window {
  public:
    // Throws weft::Error where there is no display.
    Window(const std::string& title, glm::ivec2 size);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    SurfaceSource surface_source();
    GLFWwindow* handle() { return window_; }

    void poll();                  // handles what is there
    void wait(double timeout_s);  // sleeps until something comes, wake() or the timeout
    static void wake();
    std::vector<WindowEvent> take_events();

    bool should_close() const;
    void request_close();
    glm::ivec2 size_px() const;  // of the framebuffer; zero while minimised
    bool is_visible() const;     // not minimised
    bool is_down(int key) const;
    bool take_redraw_request();  // the window system lost our pixels
    void set_fullscreen(bool fullscreen);
    bool is_fullscreen() const;
    std::string clipboard() const;
    void set_clipboard(const std::string& text);

    struct Gamepad {
        bool connected = false;
        FlightInput flight;
        glm::vec2 look{0.0f};  // -1..1, right stick
    };
    Gamepad gamepad() const;

  private:
    glm::vec2 px_per_unit() const;
    static Window& of(GLFWwindow* window);

    GLFWwindow* window_ = nullptr;
    std::vector<WindowEvent> events_;
    // As the events told: GLFW's own answer is already that of events to come.
    glm::vec2 pointer_px_{0.0f};
    bool redraw_ = true;
    glm::ivec2 windowed_position_{0}, windowed_size_{1280, 720};
};

}  // namespace weft
