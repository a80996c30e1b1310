// What surrounds the frame list: making and ending the renderer, waiting, submitting, the small questions.
#include <algorithm>

#include "renderer/frame_list.h"
#include "renderer/vulkan_check.h"

namespace weft {

std::unique_ptr<Renderer> Renderer::create(const RendererSettings& settings) {
    return std::make_unique<FrameRenderer>(settings);
}

FrameRenderer::FrameRenderer(const RendererSettings& settings)
    : device_(settings),
      color_unorm_(choose_color_format(device_)),
      color_srgb_(srgb_of(color_unorm_)),
      render_passes_(device_, color_unorm_, color_srgb_),
      pipelines_(device_, shaders_),
      arena_(device_),
      timings_(device_),
      captures_(device_, color_unorm_ == VK_FORMAT_B8G8R8A8_UNORM),
      size_(settings.size) {
    create_samplers();
    for (Slot& slot : slots_) {
        VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
        pool.queueFamilyIndex = device_.queue_family;
        check(vkCreateCommandPool(device_.handle, &pool, nullptr, &slot.pool), "creating a command pool");
        VkCommandBufferAllocateInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
        info.commandPool = slot.pool;
        info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
        info.commandBufferCount = 1;
        check(vkAllocateCommandBuffers(device_.handle, &info, &slot.commands), "allocating a command buffer");
        VkFenceCreateInfo fence{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
        check(vkCreateFence(device_.handle, &fence, nullptr, &slot.fence), "creating a fence");
        device_.set_name(VK_OBJECT_TYPE_COMMAND_POOL, slot.pool, "frame");
        device_.set_name(VK_OBJECT_TYPE_COMMAND_BUFFER, slot.commands, "frame");
        device_.set_name(VK_OBJECT_TYPE_FENCE, slot.fence, "frame");
    }
    const PassContext context = pass_context();
    planes_ = std::make_unique<PlanesPass>(context);
    textured_planes_ = std::make_unique<TexturedPlanesPass>(context);
    meshes_ = std::make_unique<MeshesPass>(context);
    strokes_below_ = std::make_unique<StrokesPass>(context, StrokeLayer::below_flows);
    strokes_above_ = std::make_unique<StrokesPass>(context, StrokeLayer::above_flows);
    flow_select_ = std::make_unique<FlowSelectPass>(context, settings.compute_selection || !device_.is_cpu);
    flow_lines_ = std::make_unique<FlowLinesPass>(context, *flow_select_, settings.lines_by_device);
    composite_ = std::make_unique<CompositePass>(context);
    rects_ = std::make_unique<ScreenRectsPass>(context);
    labels_ = std::make_unique<LabelsPass>(context);
}

// The device waits and lets go of everything retired after this; what is named here is not RAII.
FrameRenderer::~FrameRenderer() {
    device_.wait_idle();
    for (const Slot& slot : slots_) {
        vkDestroyFence(device_.handle, slot.fence, nullptr);
        vkDestroyCommandPool(device_.handle, slot.pool, nullptr);
    }
    vkDestroyDescriptorPool(device_.handle, ui_descriptors_, nullptr);
    vkDestroySampler(device_.handle, linear_, nullptr);
    vkDestroySampler(device_.handle, nearest_, nullptr);
}

PassContext FrameRenderer::pass_context() {
    return {device_, pipelines_, render_passes_.handles, linear_, nearest_};
}

void FrameRenderer::create_samplers() {
    VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
    info.addressModeU = info.addressModeV = info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
    info.maxLod = VK_LOD_CLAMP_NONE;
    check(vkCreateSampler(device_.handle, &info, nullptr, &nearest_), "creating a sampler");
    info.minFilter = info.magFilter = VK_FILTER_LINEAR;
    check(vkCreateSampler(device_.handle, &info, nullptr, &linear_), "creating a sampler");
    device_.set_name(VK_OBJECT_TYPE_SAMPLER, nearest_, "nearest");
    device_.set_name(VK_OBJECT_TYPE_SAMPLER, linear_, "linear");
}

void FrameRenderer::resize(glm::ivec2 size) {
    size_ = size;
    if (swapchain_) swapchain_->mark_outdated();
}

void FrameRenderer::wait_for(Slot& slot) {
    if (!slot.submitted) return;
    check(vkWaitForFences(device_.handle, 1, &slot.fence, VK_TRUE, UINT64_MAX), "waiting for a frame");
    check(vkResetFences(device_.handle, 1, &slot.fence), "resetting a fence");
    slot.submitted = false;
    captures_.deliver(slot.frame);
}

void FrameRenderer::ensure_targets(bool depth) {
    const float wanted = std::clamp(quality_.resolution_scale, 0.1f, 1.0f);
    if (targets_ && targets_->output_px == size_ && targets_->wanted_scale == wanted &&
        (targets_->has_depth || !depth))
        return;
    const auto most = device_.properties.limits.maxFramebufferWidth;
    if (uint32_t(std::max(size_.x, size_.y)) > std::min(most, device_.properties.limits.maxImageDimension2D))
        throw Error("a picture of \"" + std::to_string(size_.x) + "x" + std::to_string(size_.y) +
                        "\" is larger than the device can draw",
                    "the longest side can have " + std::to_string(most) + " pixels");
    targets_.reset();
    const float scale = affordable_scale(wanted, depth);
    targets_ = std::make_unique<Targets>(device_, render_passes_.handles, size_, scale, color_unorm_,
                                         color_srgb_, depth);
    targets_->wanted_scale = wanted;
}

void FrameRenderer::submit(Slot& slot, bool presenting) {
    VkCommandBufferSubmitInfo commands{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
    commands.commandBuffer = slot.commands;
    VkSemaphoreSubmitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
    VkSemaphoreSubmitInfo signal{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
    VkSubmitInfo2 info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
    info.commandBufferInfoCount = 1;
    info.pCommandBufferInfos = &commands;
    if (presenting) {
        wait.semaphore = swapchain_->acquired();
        wait.stageMask = VK_PIPELINE_STAGE_2_COPY_BIT | VK_PIPELINE_STAGE_2_BLIT_BIT;
        signal.semaphore = swapchain_->rendered();
        signal.stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
        info.waitSemaphoreInfoCount = 1;
        info.pWaitSemaphoreInfos = &wait;
        info.signalSemaphoreInfoCount = 1;
        info.pSignalSemaphoreInfos = &signal;
    }
    check(vkQueueSubmit2(device_.queue, 1, &info, slot.fence), "submitting a frame");
    slot.submitted = true;
    slot.frame = frame_;
}

void FrameRenderer::capture_next(std::function<void(CapturedImage&&)> done, bool without_ui) {
    captures_.request(std::move(done), without_ui);
}

void FrameRenderer::flush_captures() {
    for (uint64_t back = frames_in_flight; back-- > 0;)
        if (frame_ > back) wait_for(slots_[(frame_ - 1 - back) % frames_in_flight]);
}

UiHandles FrameRenderer::ui_handles() {
    if (!ui_descriptors_) {
        constexpr VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 64};
        VkDescriptorPoolCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
        info.flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT;
        info.maxSets = size.descriptorCount;
        info.poolSizeCount = 1;
        info.pPoolSizes = &size;
        check(vkCreateDescriptorPool(device_.handle, &info, nullptr, &ui_descriptors_),
              "creating a descriptor pool");
        device_.set_name(VK_OBJECT_TYPE_DESCRIPTOR_POOL, ui_descriptors_, "user interface");
    }
    return {device_.instance,
            device_.physical,
            device_.handle,
            device_.queue,
            render_passes_.handles.overlay,
            ui_descriptors_,
            device_.pipeline_cache,
            device_.queue_family,
            frames_in_flight};
}

void FrameRenderer::record_labels(void* command_buffer, std::span<const Label> labels, glm::ivec4 clip) {
    labels_->record_labels(static_cast<VkCommandBuffer>(command_buffer), arena_, frame_, labels,
                           targets_->output_px, clip);
}

RenderStats FrameRenderer::stats() const {
    RenderStats stats;
    stats.passes = timings_.last_finished();
    stats.lines_drawn = flow_select_->lines_drawn();
    stats.selections_run = flow_select_->selections_run();
    stats.frame = frame_;
    stats.memory_bytes = device_.meter.used_bytes();
    stats.memory_budget_bytes = device_.meter.budget_bytes();
    stats.memory_note = memory_note_.empty() ? flow_select_->memory_note() : memory_note_;
    return stats;
}

bool FrameRenderer::reload_changed_shaders() {
#ifdef WEFT_SHADER_FOLDER
    return reload_changed_shaders(WEFT_SHADER_FOLDER);
#else
    return false;
#endif
}

bool FrameRenderer::reload_changed_shaders(const std::string& source_folder) {
    const std::vector<std::string> changed = shaders_.reload_changed(source_folder);
    if (changed.empty()) return false;
    device_.wait_idle();
    pipelines_.rebuild(changed);
    return true;
}

}  // namespace weft
