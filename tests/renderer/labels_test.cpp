#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "renderer/barriers.h"
#include "renderer/pass/labels.h"
#include "renderer/vulkan_check.h"

using namespace weft;

namespace {

constexpr glm::ivec2 picture_px{1280, 720};
constexpr glm::vec4 ground{11 / 255.0f, 14 / 255.0f, 20 / 255.0f, 1.0f};

// The overlay pass alone: a picture of the ground's colour with labels on it, validation on.
struct Overlay {
    RendererSettings settings = [] {
        RendererSettings out;
        out.validation = true;
        return out;
    }();
    Device device{settings};
    ShaderLibrary shaders;
    PipelineSet pipelines{device, shaders};
    RenderPasses passes;
    GpuImage image{
        device,
        {static_cast<uint32_t>(picture_px.x), static_cast<uint32_t>(picture_px.y), VK_FORMAT_R8G8B8A8_UNORM,
         VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
        "picture"};
    GpuBuffer pixels{device, static_cast<VkDeviceSize>(picture_px.x) * picture_px.y * 4,
                     VK_BUFFER_USAGE_TRANSFER_DST_BIT, MemoryKind::readback, "pixels"};
    FrameArena arena{device};
    VkFramebuffer framebuffer = VK_NULL_HANDLE;
    VkCommandPool pool = VK_NULL_HANDLE;
    VkFence fence = VK_NULL_HANDLE;
    std::unique_ptr<LabelsPass> labels;
    uint64_t frame = 0;

    Overlay() {
        VkAttachmentDescription color{};
        color.format = VK_FORMAT_R8G8B8A8_UNORM;
        color.samples = VK_SAMPLE_COUNT_1_BIT;
        color.loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR;
        color.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
        color.finalLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
        const VkAttachmentReference reference{0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
        VkSubpassDescription subpass{};
        subpass.colorAttachmentCount = 1;
        subpass.pColorAttachments = &reference;
        VkRenderPassCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO;
        info.attachmentCount = 1;
        info.pAttachments = &color;
        info.subpassCount = 1;
        info.pSubpasses = &subpass;
        check(vkCreateRenderPass(device.handle, &info, nullptr, &passes.overlay), "render pass");
        VkFramebufferCreateInfo target{};
        target.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO;
        target.renderPass = passes.overlay;
        target.attachmentCount = 1;
        target.pAttachments = &image.view;
        target.width = image.width;
        target.height = image.height;
        target.layers = 1;
        check(vkCreateFramebuffer(device.handle, &target, nullptr, &framebuffer), "framebuffer");
        VkCommandPoolCreateInfo commands{};
        commands.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
        commands.queueFamilyIndex = device.queue_family;
        check(vkCreateCommandPool(device.handle, &commands, nullptr, &pool), "command pool");
        labels = std::make_unique<LabelsPass>(
            PassContext{device, pipelines, passes, VK_NULL_HANDLE, VK_NULL_HANDLE});
    }

    ~Overlay() {
        device.wait_idle();
        labels.reset();
        vkDestroyCommandPool(device.handle, pool, nullptr);
        vkDestroyFramebuffer(device.handle, framebuffer, nullptr);
        vkDestroyRenderPass(device.handle, passes.overlay, nullptr);
    }

    struct Call {
        std::vector<Label> labels;
        glm::ivec4 clip{0, 0, picture_px.x, picture_px.y};
    };

    void draw(const std::vector<Call>& calls) {
        device.begin_frame(++frame);
        arena.begin_frame(frame);
        VkCommandBufferAllocateInfo allocate{};
        allocate.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
        allocate.commandPool = pool;
        allocate.commandBufferCount = 1;
        VkCommandBuffer commands = VK_NULL_HANDLE;
        check(vkAllocateCommandBuffers(device.handle, &allocate, &commands), "command buffer");
        VkCommandBufferBeginInfo begin{};
        begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
        check(vkBeginCommandBuffer(commands, &begin), "begin");
        VkClearValue clear{};
        for (int k = 0; k < 4; ++k) clear.color.float32[k] = ground[k];
        VkRenderPassBeginInfo pass{};
        pass.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO;
        pass.renderPass = passes.overlay;
        pass.framebuffer = framebuffer;
        pass.renderArea.extent = {image.width, image.height};
        pass.clearValueCount = 1;
        pass.pClearValues = &clear;
        vkCmdBeginRenderPass(commands, &pass, VK_SUBPASS_CONTENTS_INLINE);
        for (const Call& call : calls)
            labels->record_labels(commands, arena, frame, call.labels, picture_px, call.clip);
        vkCmdEndRenderPass(commands);
        image_barrier(
            commands, image.handle,
            {VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
             VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT},
            {VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, VK_PIPELINE_STAGE_2_COPY_BIT,
             VK_ACCESS_2_TRANSFER_READ_BIT});
        VkBufferImageCopy copy{};
        copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        copy.imageExtent = {image.width, image.height, 1};
        vkCmdCopyImageToBuffer(commands, image.handle, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, pixels.handle, 1,
                               &copy);
        memory_barrier(commands, VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                       VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT);
        check(vkEndCommandBuffer(commands), "end");
        VkSubmitInfo submit{};
        submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
        submit.commandBufferCount = 1;
        submit.pCommandBuffers = &commands;
        check(vkQueueSubmit(device.queue, 1, &submit, VK_NULL_HANDLE), "submit");
        device.wait_idle();
        vkFreeCommandBuffers(device.handle, pool, 1, &commands);
    }

    glm::ivec3 at(int x, int y) const {
        const auto* pixel =
            static_cast<const uint8_t*>(pixels.mapped) + (static_cast<size_t>(y) * image.width + x) * 4;
        return {pixel[0], pixel[1], pixel[2]};
    }

    // Smallest rectangle of pixels brighter than the ground by `more`: x, y, right, bottom.
    glm::ivec4 bright(int more = 60) const {
        glm::ivec4 box{picture_px.x, picture_px.y, -1, -1};
        for (int y = 0; y < picture_px.y; ++y)
            for (int x = 0; x < picture_px.x; ++x)
                if (at(x, y).g > 14 + more)
                    box = {std::min(box.x, x), std::min(box.y, y), std::max(box.z, x + 1),
                           std::max(box.w, y + 1)};
        return box;
    }

    void check_silence() {
        for (const std::string& message : device.take_messages()) FAIL_CHECK(message);
    }
};

Overlay& overlay() {
    static Overlay shared;
    return shared;
}

Label label(std::string text, glm::vec2 position, float size_px = 15.0f) {
    Label out;
    out.text = std::move(text);
    out.position = position;
    out.size_px = size_px;
    out.color = {232 / 255.0f, 236 / 255.0f, 244 / 255.0f, 1.0f};
    return out;
}

}  // namespace

TEST_CASE("what is drawn is as wide as what was measured and stands on its baseline") {
    Overlay& o = overlay();
    const float width = o.labels->measure()("animal", 15.0f, false);
    o.draw({{{label("animal", {200.0f, 300.0f})}}});
    const glm::ivec4 ink = o.bright();
    CHECK(std::abs(static_cast<float>(ink.x) - 200.0f) <= 2.0f);
    CHECK(std::abs(static_cast<float>(ink.z) - (200.0f + width)) <= 2.5f);
    CHECK(ink.w == 300);
    CHECK(ink.y < 300 - 9);
    o.check_silence();
}

TEST_CASE("a halo darkens what lies under it and not the letters of its own label") {
    Overlay& o = overlay();
    Label bars = label("\u2588\u2588\u2588\u2588\u2588\u2588", {100.0f, 200.0f}, 40.0f);
    Label word = label("animal", {120.0f, 195.0f});
    o.draw({{{word}}});
    const glm::ivec3 plain = o.at(o.bright(150).x, 194);
    word.halo = {0.0f, 0.0f, 0.0f, 1.0f};
    o.draw({{{word}}});
    const glm::ivec4 box = o.bright();
    int brightest = 0;
    for (int y = box.y; y < box.w; ++y)
        for (int x = box.x; x < box.z; ++x) brightest = std::max(brightest, o.at(x, y).g);
    CHECK(brightest > 225);
    CHECK(std::abs(o.at(o.bright(150).x, 194).g - plain.g) <=
          12);  // its soft edge lies on black, not on the ground
    o.draw({{{bars}}, {{word}}});
    CHECK(o.at(120, 191).g < 40);   // just left of the word, inside the bar
    CHECK(o.at(110, 191).g > 200);  // the bar itself
    o.check_silence();
}

TEST_CASE("no halo covers the letters of a neighbour") {
    Overlay& o = overlay();
    Label above = label("gypsy", {100.0f, 100.0f}, 20.0f), below = label("HHHHH", {100.0f, 120.0f}, 20.0f);
    above.halo = below.halo = ground;
    const auto feet = [&](const std::vector<Label>& labels) {
        o.draw({{labels}});
        int sum = 0;
        for (int y = 101; y < 104; ++y)
            for (int x = 100; x < 160; ++x) sum += o.at(x, y).g;
        return sum;
    };
    CHECK(std::abs(feet({above, below}) - feet({above})) < 180);  // one step of 8 bits for each pixel
    o.check_silence();
}

TEST_CASE("a colour picture takes the label's opacity, a pill its own colour") {
    Overlay& o = overlay();
    Label face = label("\U0001F600", {100.0f, 100.0f}, 32.0f);
    o.draw({{{face}}});
    const glm::ivec3 full = o.at(120, 92);
    CHECK(full.r > full.b + 100);
    face.color.a = 0.5f;
    o.draw({{{face}}});
    CHECK(std::abs(o.at(120, 92).r - (full.r + 11) / 2) <= 2);
    Label word = label("it", {100.0f, 100.0f}, 15.0f);
    word.pill = glm::vec4(0.2f, 0.4f, 0.6f, 1.0f);
    o.draw({{{word}}});
    CHECK(o.at(96, 95) == glm::ivec3(51, 102, 153));
    CHECK(o.at(80, 95) == glm::ivec3(11, 14, 20));
    o.check_silence();
}

TEST_CASE("labels of a panel stay within its clip, at any place of the frame") {
    Overlay& o = overlay();
    const std::vector<Label> words = {label("representation", {200.0f, 300.0f}, 18.0f)};
    o.draw({{words, {220, 292, 30, 100}}});
    const glm::ivec4 ink = o.bright();
    CHECK(ink.x >= 220);
    CHECK(ink.z <= 250);
    CHECK(ink.y >= 292);
    o.draw({{words, {-100, -100, 50, 50}}, {words, {5000, 0, 10, 10}}, {words, {0, 0, 0, 0}}});
    CHECK(o.bright().z == -1);
    o.check_silence();
}

TEST_CASE("a turned label rises from its place") {
    Overlay& o = overlay();
    Label word = label("animal", {400.0f, 400.0f});
    word.angle_rad = 1.5707963f;
    o.draw({{{word}}});
    const glm::ivec4 ink = o.bright();
    CHECK(ink.z <= 401);
    CHECK(ink.w <= 401);
    CHECK(ink.w - ink.y > 2 * (ink.z - ink.x));
    o.check_silence();
}

TEST_CASE("more text than the memory holds is drawn all the same, frame after frame") {
    Overlay& o = overlay();
    for (int round = 0; round < 12; ++round) {
        std::vector<Label> labels;
        for (int k = 0; k < 40; ++k)
            labels.push_back(label("word" + std::to_string(round * 40 + k),
                                   {10.0f, 20.0f + 17.0f * static_cast<float>(k)}, 120.0f));
        labels.push_back(label("last", {1000.0f, 700.0f}, 20.0f));
        o.draw({{labels}, {{label("panel", {1000.0f, 100.0f})}}});
        CHECK(o.at(5, 5) == glm::ivec3(11, 14, 20));
        CHECK(o.bright().w > 690);
    }
    o.check_silence();
}
