#include "renderer/frame_list.h"

#include <algorithm>
#include <cmath>

#include "renderer/barriers.h"
#include "renderer/srgb.h"
#include "renderer/vulkan_check.h"
#include "shaders/shared/frame_params.h"

namespace weft {
namespace {

constexpr auto color_layout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
constexpr VkPipelineStageFlags2 color_stage = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
constexpr VkAccessFlags2 color_access =
    VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT;
constexpr VkPipelineStageFlags2 depth_stages =
    VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT;
constexpr VkAccessFlags2 depth_access =
    VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT | VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT;
constexpr VkPipelineStageFlags2 transfer_stages = VK_PIPELINE_STAGE_2_COPY_BIT | VK_PIPELINE_STAGE_2_BLIT_BIT;
constexpr ImageUse drawn{color_layout, color_stage, color_access};
constexpr ImageUse copied_from{VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, transfer_stages,
                               VK_ACCESS_2_TRANSFER_READ_BIT};
constexpr ImageUse copied_to{VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, transfer_stages,
                             VK_ACCESS_2_TRANSFER_WRITE_BIT};
constexpr ImageUse sampled{VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
                           VK_ACCESS_2_SHADER_SAMPLED_READ_BIT};

// Former content is of no use, but whoever read or wrote it in the frame before must be done.
ImageUse discarded(VkPipelineStageFlags2 last_used) {
    return {VK_IMAGE_LAYOUT_UNDEFINED, last_used, 0};
}

gpu::FrameParams pack(const DrawList& list, const FrameContext& frame, const FlowBounds& bounds,
                      glm::ivec2 origin_px) {
    gpu::FrameParams params{};
    params.view_from_world = list.camera.view_from_world;
    params.clip_from_view = list.camera.clip_from_view;
    params.clip_from_world = list.camera.clip_from_view * list.camera.view_from_world;
    params.eye = list.camera.eye;
    params.near_fade_u = std::max(list.camera.near_fade_u, 1e-6f);
    params.scene_px = frame.scene_px;
    params.output_px = frame.output_px;
    params.px_scale = frame.px_scale;
    params.px_per_u_at_1 = std::abs(list.camera.clip_from_view[1][1]) * 0.5f * frame.scene_px.y;
    params.nearest_u = bounds.nearest_u;
    params.inverse_range_u = 1.0f / (bounds.farthest_u - bounds.nearest_u);
    params.origin_px = glm::vec2(origin_px);
    params.picture_px = frame.picture_px;
    return params;
}

}  // namespace

// Where a part lies on targets of the given size; it may be larger than they are.
struct FrameRenderer::PlacedPart {
    FrameContext frame;
    FlowBounds bounds;  // of the flow lines, px of the 3D targets
    glm::ivec2 viewport_px, low_px,
        high_px;  // of the 3D targets: where its own 0, 0 is, and what it may touch
};

namespace {

glm::ivec2 scaled(glm::ivec2 px, float scale) {
    return glm::ivec2(glm::round(glm::vec2(px) * scale));
}

// Words and rectangles are drawn in px of the targets.
DrawList moved(const DrawList& list, glm::ivec2 by) {
    DrawList result = list;
    for (ScreenRect& rect : result.rects) rect.min += glm::vec2(by), rect.max += glm::vec2(by);
    for (Label& label : result.labels) label.position += glm::vec2(by);
    return result;
}

}  // namespace

bool FrameRenderer::render_parts(std::span<const PicturePart> parts, UiLayer* ui) {
    return render_frame(parts, ui, true);
}

bool FrameRenderer::render_frame(std::span<const PicturePart> parts, UiLayer* ui, bool presents) {
    if (size_.x <= 0 || size_.y <= 0) return false;
    WEFT_ASSERT(!parts.empty(), "0 parts");
    Slot& slot = slots_[frame_ % frames_in_flight];
    wait_for(slot);
    device_.begin_frame(frame_);
    arena_.begin_frame(frame_);
    if (presents && device_.surface && !swapchain_)
        swapchain_ = std::make_unique<Swapchain>(device_, color_unorm_);
    const bool presenting = presents && swapchain_ != nullptr;
    if (presenting && !swapchain_->acquire(frame_, size_)) return false;
    const bool depth =
        std::ranges::any_of(parts, [](const PicturePart& part) { return !part.list->meshes.empty(); });
    ensure_targets(depth);

    check(vkResetCommandPool(device_.handle, slot.pool, 0), "resetting a command pool");
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    check(vkBeginCommandBuffer(slot.commands, &begin), "beginning a command buffer");
    timings_.begin_frame(slot.commands, frame_);
    std::vector<DrawList> lists;
    lists.reserve(parts.size());
    std::vector<PlacedPart> placed;
    placed.reserve(parts.size());
    for (const PicturePart& part : parts) {
        const bool in_place = part.origin == glm::ivec2(0) && part.size == targets_->output_px;
        if (!in_place) lists.push_back(moved(*part.list, part.origin));
        placed.push_back(place(part, in_place ? *part.list : lists.back(), slot.commands, depth));
    }
    record_frame(placed, ui, presenting);
    check(vkEndCommandBuffer(slot.commands), "ending a command buffer");
    submit(slot, presenting);
    if (presenting) swapchain_->present();
    ++frame_;
    return true;
}

FrameRenderer::PlacedPart FrameRenderer::place(const PicturePart& part, const DrawList& list,
                                               VkCommandBuffer commands, bool depth) {
    const float scale = targets_->scale;
    const bool is_whole = part.origin == glm::ivec2(0) && part.size == targets_->output_px;
    const glm::ivec2 scene_px = is_whole ? targets_->scene_px : scaled(part.size, scale);
    PlacedPart placed{
        {.commands = commands, .arena = arena_, .uploads = uploads_, .list = list}, {}, {}, {}, {}};
    FrameContext& frame = placed.frame;
    frame.frame = frame_;
    frame.scene_px = glm::vec2(scene_px);
    frame.output_px = glm::vec2(targets_->output_px);
    frame.picture_px = glm::vec2(part.size);
    const glm::ivec2 low = glm::clamp(part.origin, glm::ivec2(0), targets_->output_px);
    const glm::ivec2 high = glm::clamp(part.origin + part.size, low, targets_->output_px);
    frame.region = glm::ivec4(low, high - low);
    frame.px_scale = list.ui_scale * scale;
    frame.quality = quality_;
    frame.depth = depth ? 1 : 0;
    placed.viewport_px = scaled(part.origin, scale);
    placed.low_px = glm::clamp(placed.viewport_px, glm::ivec2(0), targets_->scene_px);
    placed.high_px = glm::clamp(placed.viewport_px + scene_px, placed.low_px, targets_->scene_px);
    placed.bounds = flow_bounds(list, scene_px, frame.px_scale);
    frame.params = pack(list, frame, placed.bounds, placed.viewport_px);
    frame.frame_params = arena_.push_value(frame.params);
    placed.bounds.min_px =
        glm::clamp(placed.bounds.min_px + placed.viewport_px, placed.low_px, placed.high_px);
    placed.bounds.max_px =
        glm::clamp(placed.bounds.max_px + placed.viewport_px, placed.low_px, placed.high_px);
    frame.viewport_px = placed.viewport_px;
    frame.flow_low_px = placed.bounds.min_px;
    frame.flow_high_px = placed.bounds.max_px;
    return placed;
}

// The frame. Every read of what another step wrote has its barrier here or in the step's own lines.
void FrameRenderer::record_frame(std::span<PlacedPart> parts, UiLayer* ui, bool presenting) {
    FrameContext& first = parts.front().frame;
    begin_ground(parts);
    for (PlacedPart& part : parts) {
        const bool flows = record_selection(part);
        record_ground(part);
        if (flows && !flow_lines_->is_by_processor(part.frame)) record_flows(part);
        const DrawList& list = part.frame.list;
        if (flows || !list.strokes_above.empty() || !list.pictures.empty()) record_composite(part, flows);
    }
    record_upscale(first);
    record_overlay(parts, ui);
    if (captures_.wants(false)) record_capture(first, false);
    if (presenting) record_present(first);
}

// Which lines are drawn, and all that goes to the device before. False: there are none.
bool FrameRenderer::record_selection(PlacedPart& part) {
    FrameContext& frame = part.frame;
    const FlowBounds& bounds = part.bounds;
    flow_select_->prepare(frame);
    const bool flows = !frame.list.flows.empty() && bounds.max_px.x > bounds.min_px.x &&
                       bounds.max_px.y > bounds.min_px.y && flow_select_->draws_any();
    if (flows) flow_lines_->prepare(frame);
    if (flows && flow_lines_->is_by_processor(frame)) {
        const TimedPass timed(timings_, flow_lines_->name());
        flow_lines_->draw_by_processor(frame, targets_->sums);
    }
    const TimedPass timed(timings_, "flow select");
    for (Pass* pass : {static_cast<Pass*>(textured_planes_.get()), static_cast<Pass*>(meshes_.get())})
        if (!pass->is_empty(frame.list)) pass->prepare(frame);
    if (!uploads_.empty()) uploads_.record(frame.commands);
    if (!flow_select_->has_work()) return flows;
    constexpr auto compute = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
    constexpr auto write = VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT, read = VK_ACCESS_2_SHADER_STORAGE_READ_BIT;
    flow_select_->record(frame.commands, FlowSelectPass::Step::count);
    memory_barrier(frame.commands, compute, write, compute, read | write);
    flow_select_->record(frame.commands, FlowSelectPass::Step::scan);
    memory_barrier(frame.commands, compute, write, compute, read | write);
    flow_select_->record(frame.commands, FlowSelectPass::Step::scatter);
    memory_barrier(frame.commands, compute, write,
                   VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT |
                       VK_PIPELINE_STAGE_2_HOST_BIT,
                   read | VK_ACCESS_2_UNIFORM_READ_BIT | VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT |
                       VK_ACCESS_2_HOST_READ_BIT);
    flow_select_->forget_plan();
    return flows;
}

// What no part covers has the first part's ground.
void FrameRenderer::begin_ground(std::span<PlacedPart> parts) {
    const VkCommandBuffer commands = parts.front().frame.commands;
    const int depth = parts.front().frame.depth;
    image_barrier(commands, targets_->scene().handle, discarded(color_stage | transfer_stages), drawn);
    if (depth)
        image_barrier(commands, targets_->depth.handle, discarded(depth_stages),
                      {VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL, depth_stages, depth_access},
                      VK_IMAGE_ASPECT_DEPTH_BIT);
    const PlacedPart& first = parts.front();
    if (first.low_px == glm::ivec2(0) && first.high_px == targets_->scene_px) return;
    const glm::vec4 ground = linear_from_srgb(first.frame.list.ground);
    VkClearValue clears[2]{};
    clears[0].color = {{ground.r, ground.g, ground.b, 1.0f}};
    clears[1].depthStencil = {1.0f, 0};
    begin_pass(commands, render_passes_.handles.ground[depth], targets_->ground[depth],
               {{0, 0}, targets_->scene_px, {0, 0}, targets_->scene_px}, clears);
    vkCmdEndRenderPass(commands);
    wait_for_targets(first.frame);
}

// Of the 3D targets: whatever comes next sees what was drawn.
void FrameRenderer::wait_for_targets(const FrameContext& frame) const {
    memory_barrier(frame.commands, color_stage, color_access, color_stage, color_access);
    if (frame.depth) memory_barrier(frame.commands, depth_stages, depth_access, depth_stages, depth_access);
}

void FrameRenderer::record_ground(PlacedPart& part) {
    FrameContext& frame = part.frame;
    const glm::vec4 ground = linear_from_srgb(frame.list.ground);
    VkClearValue clears[2]{};
    clears[0].color = {{ground.r, ground.g, ground.b, 1.0f}};
    clears[1].depthStencil = {1.0f, 0};
    begin_pass(frame.commands, render_passes_.handles.ground[frame.depth], targets_->ground[frame.depth],
               {part.low_px, part.high_px, part.viewport_px, glm::ivec2(frame.scene_px)}, clears);
    record_pass(frame, *planes_);
    record_pass(frame, *textured_planes_);
    record_pass(frame, *meshes_);
    record_pass(frame, *strokes_below_);
    vkCmdEndRenderPass(frame.commands);
}

void FrameRenderer::record_flows(PlacedPart& part) {
    FrameContext& frame = part.frame;
    for (const GpuImage* target : {&targets_->sums, &targets_->transmittances})
        image_barrier(frame.commands, target->handle,
                      discarded(VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT | color_stage), drawn);
    if (frame.depth) memory_barrier(frame.commands, depth_stages, depth_access, depth_stages, depth_access);
    VkClearValue clears[2]{};
    clears[1].color = {{1.0f, 1.0f, 1.0f, 1.0f}};
    begin_pass(frame.commands, render_passes_.handles.flow[frame.depth], targets_->flow[frame.depth],
               {part.bounds.min_px, part.bounds.max_px, part.viewport_px, glm::ivec2(frame.scene_px)},
               clears);
    record_pass(frame, *flow_lines_);
    vkCmdEndRenderPass(frame.commands);
    for (const GpuImage* target : {&targets_->sums, &targets_->transmittances})
        image_barrier(frame.commands, target->handle, drawn, sampled);
}

void FrameRenderer::record_composite(PlacedPart& part, bool flows) {
    FrameContext& frame = part.frame;
    wait_for_targets(frame);
    const FlowBounds& bounds = part.bounds;
    const bool all = !frame.list.strokes_above.empty() || !frame.list.pictures.empty();
    begin_pass(frame.commands, render_passes_.handles.composite[frame.depth], targets_->ground[frame.depth],
               {all ? part.low_px : bounds.min_px, all ? part.high_px : bounds.max_px, part.viewport_px,
                glm::ivec2(frame.scene_px)},
               {});
    if (flows) {
        const TimedPass timed(timings_, "composite");
        set_scissor(frame.commands, bounds.min_px, bounds.max_px);
        if (flow_lines_->is_by_processor(frame))
            composite_->record(frame, targets_->sums.view);
        else
            composite_->record(frame, targets_->sums.view, targets_->transmittances.view);
        if (all) set_scissor(frame.commands, part.low_px, part.high_px);
    }
    record_pass(frame, *strokes_above_);
    if (!frame.list.pictures.empty()) {
        const TimedPass timed(timings_, "pictures");
        textured_planes_->record_pictures(frame);
    }
    vkCmdEndRenderPass(frame.commands);
}

// The 3D part reaches the overlay's target: as it is, or enlarged.
void FrameRenderer::record_upscale(FrameContext& frame) {
    if (!targets_->scaled) {
        memory_barrier(frame.commands, color_stage, color_access, color_stage, color_access);
        return;
    }
    const TimedPass timed(timings_, "upscale");
    image_barrier(frame.commands, targets_->scaled.handle, drawn, copied_from);
    image_barrier(frame.commands, targets_->output.handle, discarded(color_stage | transfer_stages),
                  copied_to);
    VkImageBlit region{};
    region.srcSubresource = region.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    region.srcOffsets[1] = {targets_->scene_px.x, targets_->scene_px.y, 1};
    region.dstOffsets[1] = {targets_->output_px.x, targets_->output_px.y, 1};
    vkCmdBlitImage(frame.commands, targets_->scaled.handle, copied_from.layout, targets_->output.handle,
                   copied_to.layout, 1, &region, VK_FILTER_LINEAR);
    image_barrier(frame.commands, targets_->output.handle, copied_to, drawn);
}

void FrameRenderer::record_overlay(std::span<PlacedPart> parts, UiLayer* ui) {
    FrameContext& first = parts.front().frame;
    const bool clean_capture = captures_.wants(true);
    const auto begin = [&] {
        begin_pass(first.commands, render_passes_.handles.overlay, targets_->overlay,
                   {{0, 0}, targets_->output_px, {0, 0}, targets_->output_px}, {});
    };
    const auto record_ui = [&] {
        const TimedPass timed(timings_, "user interface");
        ui->record(first.commands);
    };
    const bool any = std::ranges::any_of(parts, [](const PlacedPart& part) {
        return !part.frame.list.rects.empty() || !part.frame.list.labels.empty();
    });
    if (any || (ui && !clean_capture)) {
        begin();
        for (PlacedPart& part : parts) {
            const glm::ivec4& region = part.frame.region;
            set_scissor(first.commands, glm::ivec2(region),
                        glm::ivec2(region) + glm::ivec2(region.z, region.w));
            record_pass(part.frame, *rects_);
            record_pass(part.frame, *labels_);
        }
        if (ui && !clean_capture) record_ui();
        vkCmdEndRenderPass(first.commands);
    }
    if (!clean_capture) return;
    record_capture(first, true);
    if (!ui) return;
    begin();
    record_ui();
    vkCmdEndRenderPass(first.commands);
}

void FrameRenderer::record_capture(FrameContext& frame, bool without_ui) {
    const TimedPass timed(timings_, "capture");
    image_barrier(frame.commands, targets_->output.handle, drawn, copied_from);
    captures_.record(frame.commands, targets_->output, frame.frame, without_ui);
    image_barrier(frame.commands, targets_->output.handle, copied_from, drawn);
}

void FrameRenderer::record_present(FrameContext& frame) {
    const TimedPass timed(timings_, "present");
    const VkImage window = swapchain_->image();
    image_barrier(frame.commands, targets_->output.handle, drawn, copied_from);
    image_barrier(frame.commands, window, discarded(transfer_stages), copied_to);
    const VkExtent2D extent = swapchain_->extent();
    if (glm::ivec2(extent.width, extent.height) == targets_->output_px) {
        VkImageCopy region{};
        region.srcSubresource = region.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        region.extent = {extent.width, extent.height, 1};
        vkCmdCopyImage(frame.commands, targets_->output.handle, copied_from.layout, window, copied_to.layout,
                       1, &region);
    } else {  // the window is being dragged and the program has not heard of it yet
        VkImageBlit region{};
        region.srcSubresource = region.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        region.srcOffsets[1] = {targets_->output_px.x, targets_->output_px.y, 1};
        region.dstOffsets[1] = {int32_t(extent.width), int32_t(extent.height), 1};
        vkCmdBlitImage(frame.commands, targets_->output.handle, copied_from.layout, window, copied_to.layout,
                       1, &region, VK_FILTER_LINEAR);
    }
    image_barrier(frame.commands, window, copied_to,
                  {VK_IMAGE_LAYOUT_PRESENT_SRC_KHR, VK_PIPELINE_STAGE_2_NONE, VK_ACCESS_2_NONE});
}

void FrameRenderer::set_scissor(VkCommandBuffer commands, glm::ivec2 low, glm::ivec2 high) {
    const VkRect2D area{{low.x, low.y}, {uint32_t(high.x - low.x), uint32_t(high.y - low.y)}};
    vkCmdSetScissor(commands, 0, 1, &area);
}

void FrameRenderer::begin_pass(VkCommandBuffer commands, VkRenderPass pass, VkFramebuffer framebuffer,
                               const PassArea& area, std::span<const VkClearValue> clears) {
    VkRenderPassBeginInfo info{VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO};
    info.renderPass = pass;
    info.framebuffer = framebuffer;
    info.renderArea = {{area.low.x, area.low.y},
                       {uint32_t(area.high.x - area.low.x), uint32_t(area.high.y - area.low.y)}};
    info.clearValueCount = static_cast<uint32_t>(clears.size());
    info.pClearValues = clears.data();
    vkCmdBeginRenderPass(commands, &info, VK_SUBPASS_CONTENTS_INLINE);
    const VkViewport viewport{
        float(area.viewport.x), float(area.viewport.y), float(area.size.x), float(area.size.y), 0.0f, 1.0f};
    vkCmdSetViewport(commands, 0, 1, &viewport);
    set_scissor(commands, area.low, area.high);
}

void FrameRenderer::record_pass(FrameContext& frame, Pass& pass) {
    if (pass.is_empty(frame.list)) return;
    const TimedPass timed(timings_, pass.name());
    pass.record(frame);
}

}  // namespace weft
