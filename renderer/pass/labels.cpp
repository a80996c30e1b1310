#include "renderer/pass/labels.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "analysis/error.h"
#include "renderer/text/label_batch.h"

namespace weft {
namespace {

constexpr VkDeviceSize first_texel_bytes = 4u << 20, wanted_texel_bytes = 64u << 20;
constexpr uint32_t first_quads = 4096;

void require(VkResult result, const char* what) {
    if (result != VK_SUCCESS)
        throw Error(std::string("Vulkan: ") + what + " failed with \"" + std::to_string(result) + "\"",
                    "see weft doctor");
}

// Mapped for as long as it lives.
struct HostBuffer {
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkDeviceSize size_bytes = 0;
    void* mapped = nullptr;
    VkBufferView as_text = VK_NULL_HANDLE, as_picture = VK_NULL_HANDLE;  // of texels only
};

// Memory that the device reads fast and the host can write, else any that the host can write.
uint32_t memory_type(VkPhysicalDevice device, uint32_t allowed) {
    VkPhysicalDeviceMemoryProperties properties;
    vkGetPhysicalDeviceMemoryProperties(device, &properties);
    const VkMemoryPropertyFlags host =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    for (const VkMemoryPropertyFlags wanted : {host | VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, host})
        for (uint32_t k = 0; k < properties.memoryTypeCount; ++k)
            if (allowed >> k & 1 && (properties.memoryTypes[k].propertyFlags & wanted) == wanted) return k;
    throw Error("Vulkan: no memory that the host can write", "see weft doctor");
}

}  // namespace

struct LabelsPass::State {
    Setup setup;
    PFN_vkCmdPushDescriptorSetKHR push_descriptor_set = nullptr;
    VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    std::array<VkPipeline, 3> pipelines{};  // by kind of quad
    LabelBatch batch;
    HostBuffer texels;
    std::vector<HostBuffer> quads;  // one for each frame in flight
    uint32_t quads_used = 0;
    uint64_t frame = 0;
    std::deque<std::pair<uint64_t, HostBuffer>> retired;  // with the frame that used it last
    VkDeviceSize most_texel_bytes = 0;
    uint64_t grown_frame = 0;

    // The quads of each call of a frame, in the order of the calls: labels that did not change are not built
    // again.
    struct Built {
        uint64_t hash = 0;
        VkBuffer memory = VK_NULL_HANDLE;  // what the quads point into
        std::vector<gpu::LabelQuad> quads;
    };
    std::vector<Built> built;
    size_t calls = 0;

    HostBuffer create_buffer(VkDeviceSize size_bytes, VkBufferUsageFlags usage, const char* name);
    VkBufferView create_view(VkBuffer buffer, VkFormat format);
    void destroy(HostBuffer& buffer);
    void create_pipelines();
    void replace_texels(VkDeviceSize size_bytes);
    void grow();
    const std::vector<gpu::LabelQuad>& build(std::span<const Label> labels, const glm::ivec4& visible);
    uint32_t upload(const std::vector<gpu::LabelQuad>& list);
};

HostBuffer LabelsPass::State::create_buffer(VkDeviceSize size_bytes, VkBufferUsageFlags usage,
                                            const char* name) {
    HostBuffer out;
    out.size_bytes = size_bytes;
    VkBufferCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
    info.size = size_bytes;
    info.usage = usage;
    require(vkCreateBuffer(setup.device, &info, nullptr, &out.buffer), name);
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(setup.device, out.buffer, &needs);
    VkMemoryAllocateInfo allocation{};
    allocation.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
    allocation.allocationSize = needs.size;
    allocation.memoryTypeIndex = memory_type(setup.physical_device, needs.memoryTypeBits);
    require(vkAllocateMemory(setup.device, &allocation, nullptr, &out.memory), name);
    require(vkBindBufferMemory(setup.device, out.buffer, out.memory, 0), name);
    require(vkMapMemory(setup.device, out.memory, 0, VK_WHOLE_SIZE, 0, &out.mapped), name);
    return out;
}

VkBufferView LabelsPass::State::create_view(VkBuffer buffer, VkFormat format) {
    VkBufferViewCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO;
    info.buffer = buffer;
    info.format = format;
    info.range = VK_WHOLE_SIZE;
    VkBufferView view = VK_NULL_HANDLE;
    require(vkCreateBufferView(setup.device, &info, nullptr, &view), "view of texels");
    return view;
}

void LabelsPass::State::destroy(HostBuffer& buffer) {
    vkDestroyBufferView(setup.device, buffer.as_text, nullptr);
    vkDestroyBufferView(setup.device, buffer.as_picture, nullptr);
    vkDestroyBuffer(setup.device, buffer.buffer, nullptr);
    vkFreeMemory(setup.device, buffer.memory, nullptr);
    buffer = {};
}

void LabelsPass::State::create_pipelines() {
    const std::array<VkDescriptorSetLayoutBinding, 2> bindings = {{
        {0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT, nullptr},
        {1, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, 1, VK_SHADER_STAGE_FRAGMENT_BIT, nullptr},
    }};
    VkDescriptorSetLayoutCreateInfo set_info{};
    set_info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
    set_info.flags = VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR;
    set_info.bindingCount = static_cast<uint32_t>(bindings.size());
    set_info.pBindings = bindings.data();
    require(vkCreateDescriptorSetLayout(setup.device, &set_info, nullptr, &set_layout), "layout of labels");
    const VkPushConstantRange push{VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof(gpu::LabelPush)};
    VkPipelineLayoutCreateInfo layout_info{};
    layout_info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
    layout_info.setLayoutCount = 1;
    layout_info.pSetLayouts = &set_layout;
    layout_info.pushConstantRangeCount = 1;
    layout_info.pPushConstantRanges = &push;
    require(vkCreatePipelineLayout(setup.device, &layout_info, nullptr, &layout), "layout of labels");

    std::array<VkShaderModule, 2> modules{};
    const std::array<std::span<const uint32_t>, 2> spirv = {setup.vertex_spirv, setup.fragment_spirv};
    for (size_t k = 0; k < modules.size(); ++k) {
        VkShaderModuleCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
        info.codeSize = spirv[k].size_bytes();
        info.pCode = spirv[k].data();
        require(vkCreateShaderModule(setup.device, &info, nullptr, &modules[k]), "shader of labels");
    }

    VkPipelineVertexInputStateCreateInfo no_input{};
    no_input.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO;
    VkPipelineInputAssemblyStateCreateInfo strip{};
    strip.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO;
    strip.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP;
    VkPipelineViewportStateCreateInfo viewport{};
    viewport.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO;
    viewport.viewportCount = viewport.scissorCount = 1;
    VkPipelineRasterizationStateCreateInfo raster{};
    raster.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO;
    raster.lineWidth = 1.0f;
    VkPipelineMultisampleStateCreateInfo samples{};
    samples.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO;
    samples.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT;
    const VkPipelineColorBlendAttachmentState premultiplied{VK_TRUE,
                                                            VK_BLEND_FACTOR_ONE,
                                                            VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                            VK_BLEND_OP_ADD,
                                                            VK_BLEND_FACTOR_ONE,
                                                            VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                            VK_BLEND_OP_ADD,
                                                            0xF};
    VkPipelineColorBlendStateCreateInfo blend{};
    blend.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO;
    blend.attachmentCount = 1;
    blend.pAttachments = &premultiplied;
    const std::array<VkDynamicState, 2> dynamic_states = {VK_DYNAMIC_STATE_VIEWPORT,
                                                          VK_DYNAMIC_STATE_SCISSOR};
    VkPipelineDynamicStateCreateInfo dynamic{};
    dynamic.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO;
    dynamic.dynamicStateCount = static_cast<uint32_t>(dynamic_states.size());
    dynamic.pDynamicStates = dynamic_states.data();
    VkPipelineDepthStencilStateCreateInfo no_depth{};
    no_depth.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO;

    for (uint32_t kind = 0; kind < pipelines.size(); ++kind) {
        const VkSpecializationMapEntry entry{0, 0, sizeof kind};
        const VkSpecializationInfo constant{1, &entry, sizeof kind, &kind};
        std::array<VkPipelineShaderStageCreateInfo, 2> stages{};
        for (size_t k = 0; k < stages.size(); ++k) {
            stages[k].sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
            stages[k].stage = k == 0 ? VK_SHADER_STAGE_VERTEX_BIT : VK_SHADER_STAGE_FRAGMENT_BIT;
            stages[k].module = modules[k];
            stages[k].pName = "main";
            stages[k].pSpecializationInfo = &constant;
        }
        VkGraphicsPipelineCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO;
        info.stageCount = static_cast<uint32_t>(stages.size());
        info.pStages = stages.data();
        info.pVertexInputState = &no_input;
        info.pInputAssemblyState = &strip;
        info.pViewportState = &viewport;
        info.pRasterizationState = &raster;
        info.pMultisampleState = &samples;
        info.pDepthStencilState = &no_depth;
        info.pColorBlendState = &blend;
        info.pDynamicState = &dynamic;
        info.layout = layout;
        info.renderPass = setup.render_pass;
        require(vkCreateGraphicsPipelines(setup.device, setup.pipeline_cache, 1, &info, nullptr,
                                          &pipelines[kind]),
                "pipeline of labels");
    }
    for (VkShaderModule module : modules) vkDestroyShaderModule(setup.device, module, nullptr);
}

void LabelsPass::State::replace_texels(VkDeviceSize size_bytes) {
    if (texels.buffer) retired.emplace_back(frame, texels);
    texels = create_buffer(size_bytes, VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT, "texels of labels");
    texels.as_text = create_view(texels.buffer, VK_FORMAT_R8G8_UNORM);
    texels.as_picture = create_view(texels.buffer, VK_FORMAT_R8G8B8A8_UNORM);
    batch.use_memory(
        {static_cast<uint32_t*>(texels.mapped), static_cast<size_t>(size_bytes / sizeof(uint32_t))});
}

// Full memory is first replaced by as much again, because most of it is usually labels that are no longer
// seen; if that happens often, or is not enough, by twice as much. In the end what fits is drawn.
void LabelsPass::State::grow() {
    const bool is_often = frame < grown_frame + 60;
    grown_frame = frame;
    replace_texels(is_often ? std::min(2 * texels.size_bytes, most_texel_bytes) : texels.size_bytes);
}

const std::vector<gpu::LabelQuad>& LabelsPass::State::build(std::span<const Label> labels,
                                                            const glm::ivec4& visible) {
    uint64_t hash = hash_labels(labels);
    for (int k = 0; k < 4; ++k) hash = (hash ^ static_cast<uint32_t>(visible[k])) * 0x9E3779B97F4A7C15ull;
    if (calls == built.size()) built.emplace_back();
    Built& out = built[calls++];
    if (out.hash == hash && out.memory == texels.buffer) return out.quads;
    bool is_largest = false;
    while (true) {
        out.quads.clear();
        if (batch.append(labels, visible, out.quads) || is_largest) break;
        is_largest = texels.size_bytes == most_texel_bytes;
        grow();
    }
    out.hash = hash;
    out.memory = texels.buffer;
    return out.quads;
}

uint32_t LabelsPass::State::upload(const std::vector<gpu::LabelQuad>& list) {
    HostBuffer& buffer = quads[frame % quads.size()];
    const auto capacity = [&] { return static_cast<uint32_t>(buffer.size_bytes / sizeof(gpu::LabelQuad)); };
    if (quads_used + list.size() > capacity()) {
        const uint32_t wanted = std::max(2 * capacity(), static_cast<uint32_t>(list.size()));
        retired.emplace_back(frame, buffer);
        buffer = create_buffer(VkDeviceSize{wanted} * sizeof(gpu::LabelQuad),
                               VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, "quads of labels");
        quads_used = 0;
    }
    std::memcpy(static_cast<gpu::LabelQuad*>(buffer.mapped) + quads_used, list.data(),
                list.size() * sizeof(gpu::LabelQuad));
    quads_used += static_cast<uint32_t>(list.size());
    return quads_used - static_cast<uint32_t>(list.size());
}

LabelsPass::LabelsPass(const Setup& setup) : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.setup = setup;
    s.push_descriptor_set = reinterpret_cast<PFN_vkCmdPushDescriptorSetKHR>(
        vkGetDeviceProcAddr(setup.device, "vkCmdPushDescriptorSetKHR"));
    if (!s.push_descriptor_set) throw Error("the device lacks \"VK_KHR_push_descriptor\"", "see weft doctor");
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(setup.physical_device, &properties);
    s.most_texel_bytes =
        std::min(wanted_texel_bytes, VkDeviceSize{2} * properties.limits.maxTexelBufferElements);
    s.create_pipelines();
    s.replace_texels(std::min(first_texel_bytes, s.most_texel_bytes));
    for (uint32_t k = 0; k <= setup.frames_in_flight; ++k)
        s.quads.push_back(s.create_buffer(first_quads * sizeof(gpu::LabelQuad),
                                          VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, "quads of labels"));
}

LabelsPass::~LabelsPass() {
    State& s = *state_;
    for (auto& [frame, buffer] : s.retired) s.destroy(buffer);
    for (HostBuffer& buffer : s.quads) s.destroy(buffer);
    s.destroy(s.texels);
    for (VkPipeline pipeline : s.pipelines) vkDestroyPipeline(s.setup.device, pipeline, nullptr);
    vkDestroyPipelineLayout(s.setup.device, s.layout, nullptr);
    vkDestroyDescriptorSetLayout(s.setup.device, s.set_layout, nullptr);
}

void LabelsPass::begin_frame() {
    State& s = *state_;
    ++s.frame;
    s.quads_used = 0;
    s.calls = 0;
    while (!s.retired.empty() && s.retired.front().first + s.setup.frames_in_flight < s.frame) {
        s.destroy(s.retired.front().second);
        s.retired.pop_front();
    }
}

void LabelsPass::record(VkCommandBuffer commands, std::span<const Label> labels, glm::ivec2 picture_size,
                        glm::ivec4 clip) {
    State& s = *state_;
    const glm::ivec2 least = glm::clamp(glm::ivec2(clip), glm::ivec2(0), picture_size);
    const glm::ivec2 most = glm::clamp(glm::ivec2(clip) + glm::ivec2(clip.z, clip.w), least, picture_size);
    if (labels.empty() || least.x == most.x || least.y == most.y) return;
    const std::vector<gpu::LabelQuad>& quads = s.build(labels, glm::ivec4(least, most - least));
    if (quads.empty()) return;
    gpu::LabelPush push{2.0f / glm::vec2(picture_size), s.upload(quads)};

    const VkViewport viewport{
        0.0f, 0.0f, static_cast<float>(picture_size.x), static_cast<float>(picture_size.y), 0.0f, 1.0f};
    const VkRect2D scissor{
        {least.x, least.y},
        {static_cast<uint32_t>(most.x - least.x), static_cast<uint32_t>(most.y - least.y)}};
    vkCmdSetViewport(commands, 0, 1, &viewport);
    vkCmdSetScissor(commands, 0, 1, &scissor);
    const VkDescriptorBufferInfo quad_buffer{s.quads[s.frame % s.quads.size()].buffer, 0, VK_WHOLE_SIZE};
    std::array<VkWriteDescriptorSet, 2> writes{};
    for (uint32_t k = 0; k < writes.size(); ++k) {
        writes[k].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
        writes[k].dstBinding = k;
        writes[k].descriptorCount = 1;
    }
    writes[0].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    writes[0].pBufferInfo = &quad_buffer;
    writes[1].descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;

    // In order, one draw for each stretch of quads of one kind.
    for (size_t first = 0; first < quads.size();) {
        size_t end = first;
        while (end < quads.size() && quads[end].kind == quads[first].kind) ++end;
        vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, s.pipelines[quads[first].kind]);
        writes[1].pTexelBufferView =
            quads[first].kind == gpu::label_picture ? &s.texels.as_picture : &s.texels.as_text;
        s.push_descriptor_set(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, s.layout, 0,
                              static_cast<uint32_t>(writes.size()), writes.data());
        vkCmdPushConstants(commands, s.layout, VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof push, &push);
        vkCmdDraw(commands, 4, static_cast<uint32_t>(end - first), 0, 0);
        push.first_quad += static_cast<uint32_t>(end - first);
        first = end;
    }
}

MeasureText LabelsPass::measure() {
    return [shaper = &state_->batch.shaper()](std::string_view text, float size_px, bool bold) {
        return shaper->measure_px(text, size_px, bold);
    };
}

}  // namespace weft
