#include "app/window.h"

// Vulkan's types for glfwCreateWindowSurface stay opaque here: the renderer hands over a void*.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <clocale>

#include "analysis/error.h"

// Declared by GLFW only when Vulkan's own header came first; handles are pointers on every 64-bit platform.
extern "C" int glfwCreateWindowSurface(void* instance, GLFWwindow* window, const void* allocator,
                                       void** surface);

namespace weft {

namespace {

std::string last_glfw_message() {
    const char* text = nullptr;
    glfwGetError(&text);
    return text ? text : "no reason given";
}

}  // namespace

Window& Window::of(GLFWwindow* window) {
    return *static_cast<Window*>(glfwGetWindowUserPointer(window));
}

Window::Window(const std::string& title, glm::ivec2 size) {
    // Keys come as UTF-8 only in a UTF-8 locale; a bare "C" would lose every letter beyond ASCII.
    const std::string locale = std::setlocale(LC_CTYPE, nullptr);
    if (locale == "C" || locale == "POSIX") std::setlocale(LC_CTYPE, "C.UTF-8");
    if (!glfwInit()) {
        throw Error("no window can be opened: " + last_glfw_message(),
                    "Without a display, use \"weft view --output picture.png\" or \"weft record --output "
                    "video.mp4\".");
    }
    if (!glfwVulkanSupported()) {
        glfwTerminate();
        throw Error("this display cannot show Vulkan pictures",
                    "\"weft doctor\" says which devices there are.");
    }
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    window_ = glfwCreateWindow(size.x, size.y, title.c_str(), nullptr, nullptr);
    if (!window_) {
        const std::string reason = last_glfw_message();
        glfwTerminate();
        throw Error("no window can be opened: " + reason, "Is the display reachable?");
    }
    glfwSetWindowUserPointer(window_, this);
    glfwSetWindowSizeLimits(window_, 1, 1, GLFW_DONT_CARE, GLFW_DONT_CARE);

    glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int, int action, int mods) {
        of(w).events_.push_back(KeyEvent{key, mods, action != GLFW_RELEASE, action == GLFW_REPEAT});
    });
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned int code_point) {
        of(w).events_.push_back(CharEvent{static_cast<char32_t>(code_point)});
    });
    glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) {
        of(w).pointer_px_ = glm::vec2(x, y) * of(w).px_per_unit();
        of(w).events_.push_back(PointerEvent{of(w).pointer_px_});
    });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int mods) {
        of(w).events_.push_back(
            ButtonEvent{button, mods, action == GLFW_PRESS, of(w).pointer_px_, glfwGetTime()});
    });
    glfwSetScrollCallback(window_, [](GLFWwindow* w, double x, double y) {
        of(w).events_.push_back(ScrollEvent{glm::vec2(x, y), of(w).pointer_px_});
    });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int focused) {
        of(w).events_.push_back(FocusEvent{focused == GLFW_TRUE});
    });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).redraw_ = true; });
}

Window::~Window() {
    glfwDestroyWindow(window_);
    glfwTerminate();
}

SurfaceSource Window::surface_source() {
    SurfaceSource source;
    uint32_t count = 0;
    const char** names = glfwGetRequiredInstanceExtensions(&count);
    source.extensions.assign(names, names + count);
    source.create_surface = [this](void* instance) -> void* {
        void* surface = nullptr;
        return glfwCreateWindowSurface(instance, window_, nullptr, &surface) == 0 ? surface : nullptr;
    };
    return source;
}

void Window::poll() {
    glfwPollEvents();
}
void Window::wait(double timeout_s) {
    glfwWaitEventsTimeout(std::max(timeout_s, 1e-4));
}
void Window::wake() {
    glfwPostEmptyEvent();
}
std::vector<WindowEvent> Window::take_events() {
    return std::exchange(events_, {});
}
bool Window::should_close() const {
    return glfwWindowShouldClose(window_) == GLFW_TRUE;
}
void Window::request_close() {
    glfwSetWindowShouldClose(window_, GLFW_TRUE);
}
bool Window::is_visible() const {
    return glfwGetWindowAttrib(window_, GLFW_ICONIFIED) == GLFW_FALSE;
}
bool Window::is_down(int key) const {
    return glfwGetKey(window_, key) == GLFW_PRESS;
}
bool Window::take_redraw_request() {
    return std::exchange(redraw_, false);
}
void Window::set_clipboard(const std::string& text) {
    glfwSetClipboardString(window_, text.c_str());
}

glm::ivec2 Window::size_px() const {
    glm::ivec2 size{0};
    if (is_visible()) glfwGetFramebufferSize(window_, &size.x, &size.y);
    return size;
}

glm::vec2 Window::px_per_unit() const {
    glm::ivec2 units{0}, px{0};
    glfwGetWindowSize(window_, &units.x, &units.y);
    glfwGetFramebufferSize(window_, &px.x, &px.y);
    if (units.x <= 0 || units.y <= 0) return glm::vec2(1.0f);
    return glm::vec2(px) / glm::vec2(units);
}

bool Window::is_fullscreen() const {
    return glfwGetWindowMonitor(window_) != nullptr;
}

void Window::set_fullscreen(bool fullscreen) {
    if (fullscreen == is_fullscreen()) return;
    if (!fullscreen) {
        glfwSetWindowMonitor(window_, nullptr, windowed_position_.x, windowed_position_.y, windowed_size_.x,
                             windowed_size_.y, GLFW_DONT_CARE);
        return;
    }
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
    if (!mode) return;
    glfwGetWindowPos(window_, &windowed_position_.x, &windowed_position_.y);
    glfwGetWindowSize(window_, &windowed_size_.x, &windowed_size_.y);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

std::string Window::clipboard() const {
    const char* text = glfwGetClipboardString(window_);
    return text ? text : "";
}

Window::Gamepad Window::gamepad() const {
    Gamepad pad;
    GLFWgamepadstate state;
    if (!glfwGetGamepadState(GLFW_JOYSTICK_1, &state)) return pad;
    pad.connected = true;
    const auto axis = [&](int index) { return stick_response(state.axes[index]); };
    // Triggers rest at -1.
    const float rise =
        (state.axes[GLFW_GAMEPAD_AXIS_RIGHT_TRIGGER] - state.axes[GLFW_GAMEPAD_AXIS_LEFT_TRIGGER]) * 0.5f;
    pad.flight.direction = {axis(GLFW_GAMEPAD_AXIS_LEFT_X), stick_response(rise),
                            -axis(GLFW_GAMEPAD_AXIS_LEFT_Y)};
    pad.flight.fast = state.buttons[GLFW_GAMEPAD_BUTTON_LEFT_THUMB] == GLFW_PRESS;
    pad.look = {axis(GLFW_GAMEPAD_AXIS_RIGHT_X), axis(GLFW_GAMEPAD_AXIS_RIGHT_Y)};
    return pad;
}

}  // namespace weft
