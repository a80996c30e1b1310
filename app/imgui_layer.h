// Dear ImGui on our window and renderer: the only file of app/ that knows Vulkan's types (in its .cpp).
// Owned by the frame loop; main thread; lives shorter than window and renderer.
#pragma once

#include <deque>
#include <glm/glm.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/ui_colors.h"
#include "app/ui_events.h"
#include "app/window.h"
#include "renderer/renderer.h"

struct ImDrawList;
struct ImDrawCmd;
struct ImFont;

namespace weft {

class ImguiLayer : public UiLayer {
  public:
    ImguiLayer(Window& window, Renderer& renderer, float ui_scale);
    ~ImguiLayer() override;

    void begin_frame(float ui_scale, const UiColors& colors);  // panels draw after it
    void end_frame();
    void record(void* command_buffer) override;

    // Text of any script inside a panel, in its place in the draw order, clipped like everything else in
    // `list`.
    void shaped_text(ImDrawList* list, std::vector<Label> labels);
    const MeasureText& measure() const { return measure_; }
    ImFont* bold() const { return bold_; }
    const UiColors& colors() const { return colors_; }

    void take_event(const WindowEvent& event) { events_.add(event); }  // of keys; the pointer it has itself
    bool has_events() const { return events_.has_events(); }           // that need another frame

    // The user interface has the pointer or takes text: scene and prompt leave the event alone.
    bool wants_pointer() const;
    bool wants_keys() const;

  private:
    struct ShapedLabels {
        ImguiLayer* layer;
        std::vector<Label> labels;
    };
    static void draw_shaped(const ImDrawList* list, const ImDrawCmd* command);
    void start_backend(float ui_scale);
    void stop_backend();
    void pass_on_keys();
    void apply_style(float ui_scale, const UiColors& colors);

    Window& window_;
    Renderer& renderer_;
    MeasureText measure_;
    std::deque<ShapedLabels> shaped_;
    void* command_buffer_ = nullptr;
    ImFont* bold_ = nullptr;
    float font_scale_ = 0.0f, scale_ = 0.0f;
    int frames_at_scale_ = 0;
    UiEvents events_;
    UiColors colors_;
};

}  // namespace weft
