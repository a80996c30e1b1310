// Pipelines as data: a pass describes one, the set makes it at first use and again when its shader changed.
// Shaders are named by their file in shaders/ ("strokes.vert"). Descriptors are pushed, never allocated.
// Owned by the renderer; its thread only.
#pragma once

#include <vulkan/vulkan.h>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "renderer/device.h"
#include "renderer/memory.h"

namespace weft {

enum class Blend {
    none,
    alpha,          // straight alpha over what is there
    premultiplied,  // the shader multiplied already
    weighted        // target 0 sums, target 1 is multiplied by 1 - source (flow lines)
};
enum class Depth { none, test, test_and_write };

struct PipelineInfo {
    std::string name;
    std::string vertex, fragment;            // files in shaders/
    std::string compute;                     // or this alone
    std::vector<VkDescriptorType> bindings;  // binding i of set 0
    uint32_t push_constant_bytes = 0;        // seen by all stages
    std::vector<uint32_t> constants;         // specialization constants 0, 1, ...
    VkRenderPass render_pass = VK_NULL_HANDLE;
    Blend blend = Blend::alpha;
    Depth depth = Depth::none;
};

class ShaderLibrary;

class Pipeline {
  public:
    Pipeline(Device& device, ShaderLibrary& shaders, PipelineInfo info);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    const PipelineInfo& info() const { return info_; }
    VkPipelineLayout layout() const { return layout_; }
    void bind(VkCommandBuffer commands);  // makes the pipeline if it is not there yet
    void push_constants(VkCommandBuffer commands, std::span<const std::byte> bytes) const;
    template <typename T>
    void push_constants(VkCommandBuffer commands, const T& value) const {
        push_constants(commands, std::as_bytes(std::span(&value, 1)));
    }
    bool uses(const std::string& shader) const;
    // A new pipeline of the shaders' present code; the old one retires. Throws and keeps the old one if that
    // fails.
    void rebuild();

  private:
    VkPipeline create() const;
    VkPipeline create_graphics(VkShaderModule vertex, VkShaderModule fragment) const;
    VkPipelineBindPoint bind_point() const;

    Device& device_;
    ShaderLibrary& shaders_;
    PipelineInfo info_;
    VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
    VkPipelineLayout layout_ = VK_NULL_HANDLE;
    VkPipeline handle_ = VK_NULL_HANDLE;
};

// What a draw reads, by binding; then pushed to the bound pipeline.
class PushDescriptors {
  public:
    PushDescriptors& buffer(uint32_t binding, const BufferSlice& slice);
    PushDescriptors& image(uint32_t binding, VkImageView view, VkSampler sampler);
    PushDescriptors& texels(uint32_t binding, VkBufferView view);
    void push(const Device& device, VkCommandBuffer commands, const Pipeline& pipeline) const;

  private:
    struct Entry {
        uint32_t binding;
        VkDescriptorBufferInfo buffer;
        VkDescriptorImageInfo image;
        VkBufferView texels;
    };
    std::vector<Entry> entries_;
};

// SPIR-V by file name: embedded at build time; debug builds can take newer sources.
class ShaderLibrary {
  public:
    ShaderLibrary();
    const std::vector<uint32_t>& code(const std::string& name) const;
    // Compiles every source newer than what is held. Returns the names that changed; throws weft::Error with
    // the compiler's text, having kept the old code.
    std::vector<std::string> reload_changed(const std::string& source_folder);

  private:
    struct Shader {
        std::vector<uint32_t> code;
        int64_t compiled_at = 0;  // by the file clock, which is negative in our days
    };
    std::map<std::string, Shader> shaders_;
};

// All pipelines, so that a changed shader finds them.
class PipelineSet {
  public:
    PipelineSet(Device& device, ShaderLibrary& shaders) : device_(device), shaders_(shaders) {}
    Pipeline* add(PipelineInfo info);
    void rebuild(const std::vector<std::string>& changed_shaders);

  private:
    Device& device_;
    ShaderLibrary& shaders_;
    std::vector<std::unique_ptr<Pipeline>> pipelines_;
};

}  // namespace weft
