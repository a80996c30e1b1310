#include "app/ui_events.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace weft {

namespace {

constexpr int least_frames = 3;  // of a modifier

bool is_modifier(int key) {
    return key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER;
}

bool writes_text(const KeyEvent& event) {
    const bool is_printable = event.key >= GLFW_KEY_SPACE && event.key <= GLFW_KEY_GRAVE_ACCENT;
    return is_printable && (event.mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER)) == 0;
}

}  // namespace

void UiEvents::add(const WindowEvent& event) {
    if (const auto* typed = std::get_if<CharEvent>(&event)) waiting_.push_back(*typed);
    const auto* key = std::get_if<KeyEvent>(&event);
    if (!key || key->repeated) return;
    if (key->pressed && writes_text(*key)) return;
    if (key->pressed ? !down_.insert(key->key).second : down_.erase(key->key) == 0) return;
    waiting_.push_back(*key);
}

std::vector<UiEvents::Event> UiEvents::take_frame() {
    std::vector<Event> frame;
    bool has_text = false;
    std::set<int> released;
    for (auto& [key, frames] : modifiers_) ++frames;
    while (!waiting_.empty()) {
        const Event event = waiting_.front();
        const auto* key = std::get_if<KeyEvent>(&event);
        const bool is_press = key && key->pressed && !is_modifier(key->key);
        if (is_press && (has_text || released.contains(key->key))) break;
        if (key && is_modifier(key->key)) {
            if (!key->pressed && modifiers_.contains(key->key) && modifiers_[key->key] < least_frames) break;
            if (key->pressed)
                modifiers_[key->key] = 0;
            else
                modifiers_.erase(key->key);
        }
        if (key && !key->pressed) released.insert(key->key);
        has_text = has_text || !key;
        frame.push_back(event);
        waiting_.pop_front();
        if (is_press) break;
    }
    return frame;
}

}  // namespace weft
