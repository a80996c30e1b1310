#include "renderer/pipeline.h"

#include <algorithm>
#include <utility>

#include "renderer/vulkan_check.h"

namespace weft {
namespace {

VkShaderModule create_module(const Device& device, const std::vector<uint32_t>& code,
                             const std::string& name) {
    VkShaderModuleCreateInfo info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
    info.codeSize = code.size() * sizeof(uint32_t);
    info.pCode = code.data();
    VkShaderModule module = VK_NULL_HANDLE;
    check(vkCreateShaderModule(device.handle, &info, nullptr, &module), "creating a shader module");
    device.set_name(VK_OBJECT_TYPE_SHADER_MODULE, module, name);
    return module;
}

VkPipelineColorBlendAttachmentState blend_of(VkBlendFactor source, VkBlendFactor target,
                                             VkBlendFactor source_alpha, VkBlendFactor target_alpha) {
    return {VK_TRUE,
            source,
            target,
            VK_BLEND_OP_ADD,
            source_alpha,
            target_alpha,
            VK_BLEND_OP_ADD,
            VK_COLOR_COMPONENT_R_BIT | VK_COLOR_COMPONENT_G_BIT | VK_COLOR_COMPONENT_B_BIT |
                VK_COLOR_COMPONENT_A_BIT};
}

std::vector<VkPipelineColorBlendAttachmentState> attachments_of(Blend blend) {
    constexpr auto zero = VK_BLEND_FACTOR_ZERO, one = VK_BLEND_FACTOR_ONE;
    constexpr auto rest = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
    switch (blend) {
        case Blend::alpha:
            return {blend_of(VK_BLEND_FACTOR_SRC_ALPHA, rest, one, rest)};
        case Blend::premultiplied:
            return {blend_of(one, rest, one, rest)};
        case Blend::weighted:
            return {blend_of(one, one, one, one),
                    blend_of(zero, VK_BLEND_FACTOR_ONE_MINUS_SRC_COLOR, zero, one)};
        case Blend::none:
            break;
    }
    auto opaque = blend_of(one, zero, one, zero);
    opaque.blendEnable = VK_FALSE;
    return {opaque};
}

}  // namespace

Pipeline::Pipeline(Device& device, ShaderLibrary& shaders, PipelineInfo info)
    : device_(device), shaders_(shaders), info_(std::move(info)) {
    std::vector<VkDescriptorSetLayoutBinding> bindings;
    for (uint32_t i = 0; i < info_.bindings.size(); ++i)
        bindings.push_back({i, info_.bindings[i], 1, VK_SHADER_STAGE_ALL, nullptr});
    VkDescriptorSetLayoutCreateInfo set{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
    set.flags = VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR;
    set.bindingCount = static_cast<uint32_t>(bindings.size());
    set.pBindings = bindings.data();
    check(vkCreateDescriptorSetLayout(device_.handle, &set, nullptr, &set_layout_),
          "creating a descriptor layout");
    device_.set_name(VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, set_layout_, info_.name);
    const VkPushConstantRange range{VK_SHADER_STAGE_ALL, 0, info_.push_constant_bytes};
    VkPipelineLayoutCreateInfo layout{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    layout.setLayoutCount = 1;
    layout.pSetLayouts = &set_layout_;
    layout.pushConstantRangeCount = info_.push_constant_bytes ? 1 : 0;
    layout.pPushConstantRanges = &range;
    check(vkCreatePipelineLayout(device_.handle, &layout, nullptr, &layout_), "creating a pipeline layout");
    device_.set_name(VK_OBJECT_TYPE_PIPELINE_LAYOUT, layout_, info_.name);
}

Pipeline::~Pipeline() {
    device_.retire([device = device_.handle, set = set_layout_, layout = layout_, pipeline = handle_] {
        vkDestroyPipeline(device, pipeline, nullptr);
        vkDestroyPipelineLayout(device, layout, nullptr);
        vkDestroyDescriptorSetLayout(device, set, nullptr);
    });
}

VkPipelineBindPoint Pipeline::bind_point() const {
    return info_.compute.empty() ? VK_PIPELINE_BIND_POINT_GRAPHICS : VK_PIPELINE_BIND_POINT_COMPUTE;
}

void Pipeline::bind(VkCommandBuffer commands) {
    if (!handle_) handle_ = create();
    vkCmdBindPipeline(commands, bind_point(), handle_);
}

void Pipeline::push_constants(VkCommandBuffer commands, std::span<const std::byte> bytes) const {
    vkCmdPushConstants(commands, layout_, VK_SHADER_STAGE_ALL, 0, static_cast<uint32_t>(bytes.size()),
                       bytes.data());
}

bool Pipeline::uses(const std::string& shader) const {
    return info_.vertex == shader || info_.fragment == shader || info_.compute == shader;
}

void Pipeline::rebuild() {
    if (!handle_) return;
    const VkPipeline made = create();
    device_.retire([device = device_.handle, old = handle_] { vkDestroyPipeline(device, old, nullptr); });
    handle_ = made;
}

VkPipeline Pipeline::create() const {
    const auto destroy = [&](VkShaderModule module) {
        vkDestroyShaderModule(device_.handle, module, nullptr);
    };
    VkPipeline made = VK_NULL_HANDLE;
    if (info_.compute.empty()) {
        const VkShaderModule vertex = create_module(device_, shaders_.code(info_.vertex), info_.vertex);
        const VkShaderModule fragment = create_module(device_, shaders_.code(info_.fragment), info_.fragment);
        made = create_graphics(vertex, fragment);
        destroy(vertex);
        destroy(fragment);
    } else {
        const VkShaderModule module = create_module(device_, shaders_.code(info_.compute), info_.compute);
        VkComputePipelineCreateInfo info{VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
        info.stage = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                      nullptr,
                      0,
                      VK_SHADER_STAGE_COMPUTE_BIT,
                      module,
                      "main",
                      nullptr};
        info.layout = layout_;
        const VkResult result =
            vkCreateComputePipelines(device_.handle, device_.pipeline_cache, 1, &info, nullptr, &made);
        destroy(module);
        check(result, "creating a compute pipeline");
    }
    device_.set_name(VK_OBJECT_TYPE_PIPELINE, made, info_.name);
    return made;
}

VkPipeline Pipeline::create_graphics(VkShaderModule vertex, VkShaderModule fragment) const {
    std::vector<VkSpecializationMapEntry> entries;
    for (uint32_t i = 0; i < info_.constants.size(); ++i) entries.push_back({i, i * 4, 4});
    const VkSpecializationInfo constants{static_cast<uint32_t>(entries.size()), entries.data(),
                                         info_.constants.size() * 4, info_.constants.data()};
    const VkPipelineShaderStageCreateInfo stages[]{
        {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, nullptr, 0, VK_SHADER_STAGE_VERTEX_BIT, vertex,
         "main", &constants},
        {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, nullptr, 0, VK_SHADER_STAGE_FRAGMENT_BIT,
         fragment, "main", &constants}};
    VkPipelineVertexInputStateCreateInfo input{VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
    VkPipelineInputAssemblyStateCreateInfo assembly{
        VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO};
    assembly.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
    VkPipelineViewportStateCreateInfo viewport{VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO};
    viewport.viewportCount = 1;
    viewport.scissorCount = 1;
    VkPipelineRasterizationStateCreateInfo raster{VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO};
    raster.cullMode = VK_CULL_MODE_NONE;
    raster.lineWidth = 1.0f;
    VkPipelineMultisampleStateCreateInfo samples{VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO};
    samples.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT;
    VkPipelineDepthStencilStateCreateInfo depth{VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO};
    depth.depthTestEnable = info_.depth != Depth::none;
    depth.depthWriteEnable = info_.depth == Depth::test_and_write;
    depth.depthCompareOp = VK_COMPARE_OP_LESS_OR_EQUAL;
    const auto attachments = attachments_of(info_.blend);
    VkPipelineColorBlendStateCreateInfo blend{VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO};
    blend.attachmentCount = static_cast<uint32_t>(attachments.size());
    blend.pAttachments = attachments.data();
    constexpr VkDynamicState states[]{VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR};
    VkPipelineDynamicStateCreateInfo dynamic{VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO};
    dynamic.dynamicStateCount = 2;
    dynamic.pDynamicStates = states;
    VkGraphicsPipelineCreateInfo info{VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO};
    info.stageCount = 2;
    info.pStages = stages;
    info.pVertexInputState = &input;
    info.pInputAssemblyState = &assembly;
    info.pViewportState = &viewport;
    info.pRasterizationState = &raster;
    info.pMultisampleState = &samples;
    info.pDepthStencilState = &depth;
    info.pColorBlendState = &blend;
    info.pDynamicState = &dynamic;
    info.layout = layout_;
    info.renderPass = info_.render_pass;
    VkPipeline made = VK_NULL_HANDLE;
    check(vkCreateGraphicsPipelines(device_.handle, device_.pipeline_cache, 1, &info, nullptr, &made),
          "creating a pipeline");
    return made;
}

PushDescriptors& PushDescriptors::buffer(uint32_t binding, const BufferSlice& slice) {
    entries_.push_back({binding, {slice.buffer, slice.offset, slice.size_bytes}, {}, {}});
    return *this;
}

PushDescriptors& PushDescriptors::image(uint32_t binding, VkImageView view, VkSampler sampler) {
    entries_.push_back({binding, {}, {sampler, view, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL}, {}});
    return *this;
}

PushDescriptors& PushDescriptors::texels(uint32_t binding, VkBufferView view) {
    entries_.push_back({binding, {}, {}, view});
    return *this;
}

void PushDescriptors::push(const Device& device, VkCommandBuffer commands, const Pipeline& pipeline) const {
    std::vector<VkWriteDescriptorSet> writes;
    writes.reserve(entries_.size());
    for (const Entry& entry : entries_) {
        VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
        write.dstBinding = entry.binding;
        write.descriptorCount = 1;
        write.descriptorType = pipeline.info().bindings[entry.binding];
        write.pBufferInfo = &entry.buffer;
        write.pImageInfo = &entry.image;
        write.pTexelBufferView = &entry.texels;
        writes.push_back(write);
    }
    const auto point =
        pipeline.info().compute.empty() ? VK_PIPELINE_BIND_POINT_GRAPHICS : VK_PIPELINE_BIND_POINT_COMPUTE;
    device.cmd_push_descriptor_set(commands, point, pipeline.layout(), 0,
                                   static_cast<uint32_t>(writes.size()), writes.data());
}

Pipeline* PipelineSet::add(PipelineInfo info) {
    pipelines_.push_back(std::make_unique<Pipeline>(device_, shaders_, std::move(info)));
    return pipelines_.back().get();
}

void PipelineSet::rebuild(const std::vector<std::string>& changed_shaders) {
    for (const auto& pipeline : pipelines_)
        if (std::any_of(changed_shaders.begin(), changed_shaders.end(),
                        [&](const std::string& shader) { return pipeline->uses(shader); }))
            pipeline->rebuild();
}

}  // namespace weft
