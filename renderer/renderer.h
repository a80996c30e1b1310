// The renderer as the program sees it: DrawList in, picture out, the same way with and without a window.
// Not thread-safe: one thread (the main one) owns it. No Vulkan in this header; the user-interface hook hands
// out raw handles as void* for the one file of app/ that feeds Dear ImGui.
#pragma once

#include <cstdint>
#include <functional>
#include <glm/glm.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "renderer/draw_list.h"

namespace weft {

// What a window system must give; app/ fills it from GLFW. Empty `extensions`: headless.
struct SurfaceSource {
    std::vector<const char*> extensions;
    std::function<void*(void* vk_instance)> create_surface;  // returns VkSurfaceKHR, null on failure
};

struct RendererSettings {
    glm::ivec2 size{1280, 720};
    SurfaceSource surface;
    bool validation = false;  // core and synchronisation validation; messages go to `validation_messages`
    std::string device_name;  // part of a name; empty: the best device
    bool compute_selection = false;  // force the compute shader where the CPU twin is the product path
    bool lines_by_device = false;    // force the shaders where the processor draws flow lines
    int max_samples = 1;
    uint64_t memory_budget_bytes = 0;  // of the device; 0: what it grants
};

// Steps of quality; the program lowers them by measured frame time, never by vendor.
struct Quality {
    int segments = 16;              // of a flow line of middle length; fewer where it is short or straight
    float resolution_scale = 1.0f;  // of everything but labels, rects and user interface
    bool operator==(const Quality&) const = default;
};

struct PassTiming {
    std::string name;
    double cpu_ms = 0.0, gpu_ms = 0.0;  // of the last finished frame
};

struct RenderStats {
    std::vector<PassTiming> passes;
    uint64_t lines_drawn = 0;
    uint64_t selections_run = 0;  // since start: how often weights or selection really changed
    uint64_t frame = 0;
    uint64_t memory_bytes = 0, memory_budget_bytes = 0;  // taken by this program, and what it may take
    std::string memory_note;                             // what was given up for want of memory; "": nothing
};

// One of several pictures of a frame: its screen space begins at `origin` and is `size` large.
struct PicturePart {
    const DrawList* list = nullptr;
    glm::ivec2 origin{0}, size{0};
};

// A finished picture: tightly packed RGBA, sRGB, top row first. `frame` counts rendered frames.
struct CapturedImage {
    uint64_t frame = 0;
    uint32_t width = 0, height = 0;
    std::vector<uint8_t> rgba;
};

// Handles for ImGui's own Vulkan backend, as void*.
struct UiHandles {
    void *instance, *physical_device, *device, *queue, *render_pass, *descriptor_pool, *pipeline_cache;
    uint32_t queue_family, image_count;
};

// The user interface records into the overlay render pass, after labels.
class UiLayer {
  public:
    virtual ~UiLayer() = default;
    virtual void record(void* command_buffer) = 0;
};

struct DeviceReport {
    std::string name, driver, type;  // type: "discrete", "integrated", "virtual", "cpu"
    std::string api_version;
    std::vector<std::string> rejected_because;  // empty: usable
};

class Renderer {
  public:
    // Throws weft::Error with every device's reasons if none is usable.
    static std::unique_ptr<Renderer> create(const RendererSettings& settings);
    virtual ~Renderer() = default;

    // All devices that the loader lists, usable or not; never throws.
    static std::vector<DeviceReport> devices();

    // New size in pixels. Zero in either direction: rendering pauses until the next resize.
    virtual void resize(glm::ivec2 size) = 0;
    virtual glm::ivec2 size() const = 0;

    virtual void set_quality(const Quality& quality) = 0;
    virtual Quality quality() const = 0;

    // Renders one picture and presents it if there is a surface. Returns false if nothing was drawn (size
    // zero, surface lost: call again). `ui` may be null. Waits at most for the frame before last.
    bool render(const DrawList& list, UiLayer* ui) {
        const PicturePart whole{&list, {0, 0}, size()};
        return render_parts({&whole, 1}, ui);
    }
    // The same of several pictures that do not overlap, in one submission. What no part covers has the ground
    // of the first.
    virtual bool render_parts(std::span<const PicturePart> parts, UiLayer* ui) = 0;

    // One picture of any size up to 32768 pixels a side, not presented: in one piece, or in tiles where the
    // device's targets or its memory are too small for that. A tiled picture equals a whole one. Throws
    // weft::Error with the size that would fit where not even a tile does.
    virtual CapturedImage render_still(const DrawList& list, glm::ivec2 size) = 0;

    // The picture of the next render() call is copied back; `done` is called on this thread from a later
    // render() or from flush_captures(), in order. `without_ui`: the picture before `ui` was recorded.
    virtual void capture_next(std::function<void(CapturedImage&&)> done, bool without_ui = false) = 0;
    virtual void flush_captures() = 0;

    virtual UiHandles ui_handles() = 0;

    // Between a UiLayer's record() begin and end: draws labels with the UI's clip rectangle (x, y, width,
    // height in px), so that shaped text lies inside panels. Safe from an ImDrawList callback.
    virtual void record_labels(void* command_buffer, std::span<const Label> labels, glm::ivec4 clip) = 0;

    virtual MeasureText text_measure() = 0;
    virtual RenderStats stats() const = 0;
    virtual const DeviceReport& device() const = 0;
    // Of WeightBlock::values whose lines are drawn: what the device holds in one buffer, or what the CPU can
    // select from in its place.
    virtual uint64_t largest_block_bytes() const = 0;

    // Messages of the validation layers since the last call. Empty when all is well.
    virtual std::vector<std::string> take_validation_messages() = 0;

    // Debug builds: recompiles shaders whose source changed and rebuilds their pipelines; false: nothing
    // changed. A shader that fails to compile keeps the old pipeline; the compiler's text is thrown as
    // weft::Error.
    virtual bool reload_changed_shaders() = 0;
};

}  // namespace weft
