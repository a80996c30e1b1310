// Images on quadrilaterals, in the world and on the picture, with the numbers of a grid over them; blended in
// the list's order, no depth. An image is on the device as long as it is drawn.
#pragma once

#include <array>
#include <memory>

#include "renderer/pass/pass.h"

namespace weft {

class TexturedPlanesPass : public Pass {
  public:
    explicit TexturedPlanesPass(const PassContext& context);
    const char* name() const override { return "textured planes"; }
    bool is_empty(const DrawList& list) const override {
        return list.textured_planes.empty() && list.pictures.empty();
    }
    void prepare(FrameContext& frame) override;
    void record(FrameContext& frame) override;  // those in the world, inside the ground's render pass
    void record_pictures(FrameContext& frame);  // inside the composite's

  private:
    struct Texture {
        std::shared_ptr<const Image> source;  // held, so that its address stays its identity
        GpuImage image;
        uint64_t used_in_frame = 0;
    };
    Texture& find(FrameContext& frame, const std::shared_ptr<const Image>& source);
    // By what a plane has: bit 0 numbers, bit 1 rules or an edge.
    static constexpr uint32_t variants = 4;
    void draw(FrameContext& frame, const std::array<Pipeline*, variants>& pipelines,
              const std::vector<TexturedPlane>& planes);

    Device& device_;
    VkSampler linear_, nearest_;
    std::array<Pipeline*, variants> in_world_[2], on_screen_[2];  // by depth
    std::vector<std::unique_ptr<Texture>> textures_;
};

}  // namespace weft
