#include "renderer/targets.h"

#include <algorithm>
#include <cmath>

#include "renderer/vulkan_check.h"

namespace weft {
namespace {

struct Attachment {
    VkFormat format;
    VkAttachmentLoadOp load;
};

VkRenderPass create_render_pass(const Device& device, std::vector<Attachment> colors, bool depth,
                                VkAttachmentLoadOp depth_load, const char* name) {
    constexpr auto color_layout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    constexpr auto depth_layout = VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL;
    std::vector<VkAttachmentDescription> descriptions;
    std::vector<VkAttachmentReference> references;
    for (const Attachment& color : colors) {
        references.push_back({static_cast<uint32_t>(descriptions.size()), color_layout});
        descriptions.push_back({0, color.format, VK_SAMPLE_COUNT_1_BIT, color.load,
                                VK_ATTACHMENT_STORE_OP_STORE, VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                VK_ATTACHMENT_STORE_OP_DONT_CARE, color_layout, color_layout});
    }
    const VkAttachmentReference depth_reference{static_cast<uint32_t>(descriptions.size()), depth_layout};
    if (depth)
        descriptions.push_back({0, depth_format, VK_SAMPLE_COUNT_1_BIT, depth_load,
                                VK_ATTACHMENT_STORE_OP_STORE, VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                VK_ATTACHMENT_STORE_OP_DONT_CARE, depth_layout, depth_layout});
    VkSubpassDescription subpass{};
    subpass.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS;
    subpass.colorAttachmentCount = static_cast<uint32_t>(references.size());
    subpass.pColorAttachments = references.data();
    subpass.pDepthStencilAttachment = depth ? &depth_reference : nullptr;
    VkRenderPassCreateInfo info{VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO};
    info.attachmentCount = static_cast<uint32_t>(descriptions.size());
    info.pAttachments = descriptions.data();
    info.subpassCount = 1;
    info.pSubpasses = &subpass;
    VkRenderPass pass = VK_NULL_HANDLE;
    check(vkCreateRenderPass(device.handle, &info, nullptr, &pass), "creating a render pass");
    device.set_name(VK_OBJECT_TYPE_RENDER_PASS, pass, name);
    return pass;
}

}  // namespace

VkFormat transmittance_format(const Device& device) {
    VkFormatProperties properties{};
    vkGetPhysicalDeviceFormatProperties(device.physical, VK_FORMAT_R16_UNORM, &properties);
    constexpr VkFormatFeatureFlags needed =
        VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BLEND_BIT | VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT;
    return (properties.optimalTilingFeatures & needed) == needed ? VK_FORMAT_R16_UNORM : VK_FORMAT_R16_SFLOAT;
}

RenderPassSet::RenderPassSet(Device& device, VkFormat color_unorm, VkFormat color_srgb) : device_(device) {
    constexpr auto clear = VK_ATTACHMENT_LOAD_OP_CLEAR, load = VK_ATTACHMENT_LOAD_OP_LOAD;
    for (int depth = 0; depth < 2; ++depth) {
        handles.ground[depth] = create_render_pass(device, {{color_srgb, clear}}, depth, clear, "ground");
        handles.flow[depth] = create_render_pass(
            device, {{sums_format, clear}, {transmittance_format(device), clear}}, depth, load, "flow lines");
        handles.composite[depth] = create_render_pass(device, {{color_srgb, load}}, depth, load, "composite");
    }
    handles.overlay = create_render_pass(device, {{color_unorm, load}}, false, load, "overlay");
}

RenderPassSet::~RenderPassSet() {
    for (int depth = 0; depth < 2; ++depth)
        for (VkRenderPass pass : {handles.ground[depth], handles.flow[depth], handles.composite[depth]})
            vkDestroyRenderPass(device_.handle, pass, nullptr);
    vkDestroyRenderPass(device_.handle, handles.overlay, nullptr);
}

Targets::Targets(Device& device, const RenderPasses& passes, glm::ivec2 size, float resolution_scale,
                 VkFormat color_unorm, VkFormat color_srgb, bool depth_wanted)
    : output_px(size),
      scene_px(glm::max(glm::ivec2(glm::round(glm::vec2(size) * resolution_scale)), glm::ivec2(1))),
      scale(resolution_scale),
      has_depth(depth_wanted),
      device_(device) {
    constexpr VkImageUsageFlags target = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
    constexpr VkImageUsageFlags copied = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
    const auto image = [&](glm::ivec2 px, VkFormat format, VkImageUsageFlags usage, VkFormat second,
                           bool is_depth, const char* name) {
        return GpuImage(device, {uint32_t(px.x), uint32_t(px.y), format, usage, second, is_depth}, name);
    };
    constexpr auto none = VK_FORMAT_UNDEFINED;
    output = image(output_px, color_unorm, target | copied, color_srgb, false, "output");
    if (scene_px != output_px)
        scaled = image(scene_px, color_unorm, target | copied, color_srgb, false, "scaled scene");
    sums = image(scene_px, sums_format, target | VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                 none, false, "flow sums");
    transmittances = image(scene_px, transmittance_format(device), target | VK_IMAGE_USAGE_SAMPLED_BIT, none,
                           false, "flow transmittances");
    const VkImageView color = scene().second_view;
    ground[0] = framebuffer(passes.ground[0], {color}, scene_px, "ground");
    flow[0] = framebuffer(passes.flow[0], {sums.view, transmittances.view}, scene_px, "flow lines");
    overlay = framebuffer(passes.overlay, {output.view}, output_px, "overlay");
    if (!has_depth) return;
    depth = image(scene_px, depth_format, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, none, true, "depth");
    ground[1] = framebuffer(passes.ground[1], {color, depth.view}, scene_px, "ground with depth");
    flow[1] = framebuffer(passes.flow[1], {sums.view, transmittances.view, depth.view}, scene_px,
                          "flow lines with depth");
}

Targets::~Targets() {
    device_.retire(
        [device = device_.handle, all = std::array{ground[0], ground[1], flow[0], flow[1], overlay}] {
            for (VkFramebuffer framebuffer : all) vkDestroyFramebuffer(device, framebuffer, nullptr);
        });
}

VkFramebuffer Targets::framebuffer(VkRenderPass pass, std::vector<VkImageView> views, glm::ivec2 size,
                                   const char* name) {
    VkFramebufferCreateInfo info{VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO};
    info.renderPass = pass;
    info.attachmentCount = static_cast<uint32_t>(views.size());
    info.pAttachments = views.data();
    info.width = uint32_t(size.x);
    info.height = uint32_t(size.y);
    info.layers = 1;
    VkFramebuffer made = VK_NULL_HANDLE;
    check(vkCreateFramebuffer(device_.handle, &info, nullptr, &made), "creating a framebuffer");
    device_.set_name(VK_OBJECT_TYPE_FRAMEBUFFER, made, name);
    return made;
}

}  // namespace weft
