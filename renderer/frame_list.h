// The whole frame from top to bottom, and the renderer that owns everything it needs. Long, flat and dull on
// purpose: this and Uploads are the only places with barriers. The renderer's thread only.
#pragma once

#include "renderer/captures.h"
#include "renderer/device.h"
#include "renderer/flow_bounds.h"
#include "renderer/memory.h"
#include "renderer/pass/composite.h"
#include "renderer/pass/flow_lines.h"
#include "renderer/pass/flow_select.h"
#include "renderer/pass/labels.h"
#include "renderer/pass/meshes.h"
#include "renderer/pass/planes.h"
#include "renderer/pass/screen_rects.h"
#include "renderer/pass/strokes.h"
#include "renderer/pass/textured_planes.h"
#include "renderer/pipeline.h"
#include "renderer/renderer.h"
#include "renderer/swapchain.h"
#include "renderer/targets.h"
#include "renderer/timings.h"

namespace weft {

class FrameRenderer final : public Renderer {
  public:
    explicit FrameRenderer(const RendererSettings& settings);
    ~FrameRenderer() override;

    void resize(glm::ivec2 size) override;
    glm::ivec2 size() const override { return size_; }
    void set_quality(const Quality& quality) override { quality_ = quality; }
    Quality quality() const override { return quality_; }
    bool render_parts(std::span<const PicturePart> parts, UiLayer* ui) override;
    CapturedImage render_still(const DrawList& list, glm::ivec2 size) override;
    void capture_next(std::function<void(CapturedImage&&)> done, bool without_ui) override;
    void flush_captures() override;
    UiHandles ui_handles() override;
    void record_labels(void* command_buffer, std::span<const Label> labels, glm::ivec4 clip) override;
    MeasureText text_measure() override { return labels_->measure(); }
    RenderStats stats() const override;
    const DeviceReport& device() const override { return device_.report; }
    uint64_t largest_block_bytes() const override { return flow_select_->largest_block_bytes(); }
    std::vector<std::string> take_validation_messages() override { return device_.take_messages(); }
    bool reload_changed_shaders() override;
    // For tests: another folder of shaders, the device, the lists.
    bool reload_changed_shaders(const std::string& source_folder);
    Device& gpu() { return device_; }
    const FlowSelectPass& flow_select() const { return *flow_select_; }

  private:
    struct Slot {
        VkCommandPool pool = VK_NULL_HANDLE;
        VkCommandBuffer commands = VK_NULL_HANDLE;
        VkFence fence = VK_NULL_HANDLE;
        bool submitted = false;
        uint64_t frame = 0;
    };
    PassContext pass_context();
    void create_samplers();
    void wait_for(Slot& slot);
    void ensure_targets(bool depth);
    struct PlacedPart;
    bool render_frame(std::span<const PicturePart> parts, UiLayer* ui, bool presents);
    PlacedPart place(const PicturePart& part, const DrawList& list, VkCommandBuffer commands, bool depth);
    void record_frame(std::span<PlacedPart> parts, UiLayer* ui, bool presenting);
    bool record_selection(PlacedPart& part);
    void begin_ground(std::span<PlacedPart> parts);
    void wait_for_targets(const FrameContext& frame) const;
    void record_ground(PlacedPart& part);
    void record_flows(PlacedPart& part);
    void record_composite(PlacedPart& part, bool flows);
    void record_upscale(FrameContext& frame);
    void record_overlay(std::span<PlacedPart> parts, UiLayer* ui);
    void record_present(FrameContext& frame);
    void record_capture(FrameContext& frame, bool without_ui);
    // What a render pass touches, and the viewport, which may reach beyond it; px of the targets.
    struct PassArea {
        glm::ivec2 low, high, viewport, size;
    };
    static void begin_pass(VkCommandBuffer commands, VkRenderPass pass, VkFramebuffer framebuffer,
                           const PassArea& area, std::span<const VkClearValue> clears);
    static void set_scissor(VkCommandBuffer commands, glm::ivec2 low, glm::ivec2 high);
    uint64_t target_bytes(glm::ivec2 size, float scale, bool depth) const;
    uint64_t room_bytes() const;
    float affordable_scale(float wanted, bool depth);
    glm::ivec2 still_tile(glm::ivec2 size, bool depth);
    void record_pass(FrameContext& frame, Pass& pass);
    void submit(Slot& slot, bool presenting);

    Device device_;
    VkFormat color_unorm_, color_srgb_;
    RenderPassSet render_passes_;
    ShaderLibrary shaders_;
    PipelineSet pipelines_;
    VkSampler linear_ = VK_NULL_HANDLE, nearest_ = VK_NULL_HANDLE;
    VkDescriptorPool ui_descriptors_ = VK_NULL_HANDLE;
    FrameArena arena_;
    Uploads uploads_;
    Timings timings_;
    Captures captures_;
    std::unique_ptr<Swapchain> swapchain_;
    std::unique_ptr<Targets> targets_;
    std::unique_ptr<PlanesPass> planes_;
    std::unique_ptr<TexturedPlanesPass> textured_planes_;
    std::unique_ptr<MeshesPass> meshes_;
    std::unique_ptr<StrokesPass> strokes_below_, strokes_above_;
    std::unique_ptr<FlowSelectPass> flow_select_;
    std::unique_ptr<FlowLinesPass> flow_lines_;
    std::unique_ptr<CompositePass> composite_;
    std::unique_ptr<ScreenRectsPass> rects_;
    std::unique_ptr<LabelsPass> labels_;
    std::array<Slot, frames_in_flight> slots_;
    glm::ivec2 size_;
    Quality quality_;
    uint64_t frame_ = 0;  // of the next render()
    std::string memory_note_;
};

}  // namespace weft
