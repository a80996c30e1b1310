// Triangles with depth, lit from the eye. A mesh is on the device as long as it is drawn.
#pragma once

#include <memory>

#include "renderer/pass/pass.h"

namespace weft {

class MeshesPass : public Pass {
  public:
    explicit MeshesPass(const PassContext& context);
    const char* name() const override { return "meshes"; }
    bool is_empty(const DrawList& list) const override { return list.meshes.empty(); }
    void prepare(FrameContext& frame) override;
    void record(FrameContext& frame) override;

  private:
    struct Held {
        std::shared_ptr<const MeshData> source;  // held, so that its address stays its identity
        GpuBuffer positions, normals, indices;
        uint64_t used_in_frame = 0;
    };
    Held& find(const std::shared_ptr<const MeshData>& source);

    Device& device_;
    Pipeline* pipeline_;
    std::vector<std::unique_ptr<Held>> held_;
};

}  // namespace weft
