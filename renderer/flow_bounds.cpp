#include "renderer/flow_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft {
namespace {

struct Hull {
    float nearest = std::numeric_limits<float>::max(), farthest = -std::numeric_limits<float>::max();
    glm::vec2 low{std::numeric_limits<float>::max()}, high{-std::numeric_limits<float>::max()};
    bool behind_eye = false;
};

void add_point(Hull& hull, const DrawCamera& camera, glm::vec2 target_px, const glm::vec3& point) {
    const glm::vec4 view = camera.view_from_world * glm::vec4(point, 1.0f);
    hull.nearest = std::min(hull.nearest, -view.z);
    hull.farthest = std::max(hull.farthest, -view.z);
    const glm::vec4 clip = camera.clip_from_view * view;
    if (!(clip.w > 1e-3f)) {
        hull.behind_eye = true;
        return;
    }
    const glm::vec2 px = (glm::vec2(clip) / clip.w * 0.5f + 0.5f) * target_px;
    hull.low = glm::min(hull.low, px);
    hull.high = glm::max(hull.high, px);
}

}  // namespace

FlowBounds flow_bounds(const DrawList& list, glm::ivec2 target_px, float px_scale) {
    Hull hull;
    float pad_px = 2.0f;
    bool any = false;
    for (const FlowBatch& flow : list.flows) {
        const WeightBlock& block = list.blocks.at(flow.block);
        if (!block.slices || !block.rows || !block.columns) continue;
        any = true;
        pad_px = std::max({pad_px, flow.max_px * px_scale + 2.0f, flow.min_px * px_scale + 2.0f});
        const glm::vec3 handle = flow.axis * flow.handle_u;
        for (const uint32_t s : {0u, block.slices - 1}) {
            for (const uint32_t end : {0u, 1u}) {
                const glm::vec3 source = flow.source_origin + float(s) * flow.source_slice_step +
                                         float(end * (block.columns - 1)) * flow.source_column_step;
                const glm::vec3 target = flow.target_origin + float(s) * flow.target_slice_step +
                                         float(end * (block.rows - 1)) * flow.target_row_step;
                for (const glm::vec3& point : {source, source + handle, target, target - handle})
                    add_point(hull, list.camera, glm::vec2(target_px), point);
            }
        }
    }
    FlowBounds bounds;
    if (!any) return bounds;
    bounds.nearest_u = std::max(0.0f, hull.nearest);
    bounds.farthest_u = std::max(bounds.nearest_u + 1e-3f, hull.farthest);
    bounds.max_px = target_px;
    if (hull.behind_eye || !std::isfinite(hull.low.x + hull.low.y + hull.high.x + hull.high.y)) return bounds;
    const glm::vec2 size(target_px);
    bounds.min_px = glm::ivec2(glm::clamp(glm::floor(hull.low - pad_px), glm::vec2(0.0f), size));
    bounds.max_px = glm::ivec2(glm::clamp(glm::ceil(hull.high + pad_px), glm::vec2(0.0f), size));
    return bounds;
}

}  // namespace weft
