// Draws labels pixel for pixel into the overlay: text with its halo, colour pictures, pills.
//
// The texels lie in host-visible memory and are written before the submit that reads them: drawing needs no
// copy and no barrier and may happen anywhere inside the overlay's render pass, also in callbacks of the user
// interface.
#pragma once

#include <span>
#include <vector>

#include "renderer/pass/pass.h"
#include "renderer/text/label_batch.h"

namespace weft {

class LabelsPass : public Pass {
  public:
    explicit LabelsPass(const PassContext& context);
    ~LabelsPass() override;
    const char* name() const override { return "labels"; }
    bool is_empty(const DrawList& list) const override { return list.labels.empty(); }
    void record(FrameContext& frame) override;

    // Inside the overlay's render pass; sets pipeline, viewport and scissor. `clip` is x, y, width, height in
    // px. Labels that equal those of the same call of the last frame cost a hash.
    void record_labels(VkCommandBuffer commands, FrameArena& arena, uint64_t frame,
                       std::span<const Label> labels, glm::ivec2 picture_size, glm::ivec4 clip);

    // Good as long as the pass.
    MeasureText measure();

  private:
    // The quads of one call of a frame.
    struct Built {
        uint64_t hash = 0;
        uint64_t generation = 0;  // of the texels that the quads point into
        std::vector<gpu::LabelQuad> quads;
    };
    void replace_texels(VkDeviceSize size_bytes);
    void grow_texels();
    void retire_views();
    const std::vector<gpu::LabelQuad>& build(std::span<const Label> labels, const glm::ivec4& visible);

    Device& device_;
    Pipeline* pipelines_[3];  // by kind of quad
    LabelBatch batch_;
    GpuBuffer texels_;
    VkBufferView texels_as_text_ = VK_NULL_HANDLE, texels_as_pictures_ = VK_NULL_HANDLE;
    VkDeviceSize most_texel_bytes_ = 0;
    uint64_t generation_ = 0, frame_ = 0, grown_frame_ = 0;
    std::vector<Built> built_;  // by call
    size_t calls_ = 0;
};

}  // namespace weft
