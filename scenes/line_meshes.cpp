#include "scenes/line_meshes.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "scenes/mesh_assets.h"
#include "scenes/projection.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float bead_widths = 2.4f, bead_least_px = 6.0f, bead_most_px = 22.0f;
constexpr float arrow_widths = 4.0f, arrow_least_px = 13.0f, arrow_most_px = 26.0f;
constexpr float least_scale = 0.5f;     // of the opacities of a batch: receded ones have no arrow heads
constexpr float least_opacity = 0.12f;  // of an arrow head; fainter lines have none
constexpr float bead_white = 0.25f;

bool has_bit(const std::shared_ptr<const std::vector<uint32_t>>& mask, uint32_t bit) {
    return mask && bit / 32 < mask->size() && ((*mask)[bit / 32] >> (bit % 32) & 1u) != 0;
}

// One line of a batch, as FlowSelection chooses it.
struct Line {
    uint32_t slice, row, column;
    float value;
};

void for_each_line(const WeightBlock& block, const FlowSelection& selection,
                   const std::function<void(const Line&)>& each) {
    const auto range = [](int32_t only, uint32_t count) {
        const auto first = static_cast<uint32_t>(std::max(only, 0));
        return std::pair{first, only < 0 ? count : std::min(first + 1, count)};
    };
    const auto slices = range(selection.only_slice, block.slices),
               rows = range(selection.only_row, block.rows),
               columns = range(selection.only_column, block.columns);
    for (uint32_t s = slices.first; s < slices.second; ++s) {
        if (selection.slice_mask && !has_bit(selection.slice_mask, s)) continue;
        for (uint32_t r = rows.first; r < rows.second; ++r) {
            float least = selection.threshold;
            const size_t row = size_t{s} * block.rows + r;
            if (selection.row_thresholds) least = std::max(least, (*selection.row_thresholds)[row]);
            for (uint32_t c = columns.first; c < columns.second; ++c) {
                const float value = (*block.values)[row * block.columns + c];
                if (!(std::abs(value) >= least) || value == 0.0f || has_bit(selection.column_mask, c))
                    continue;
                const auto apart = static_cast<int32_t>(r > c ? r - c : c - r);
                if (selection.band >= 0 && apart <= selection.band) continue;
                each({s, r, c, value});
            }
        }
    }
}

glm::vec4 line_color(const FlowBatch& batch, const Line& line) {
    glm::vec4 color =
        batch.slice_colors ? (*batch.slice_colors)[line.slice] : glm::vec4(1.0f, 1.0f, 1.0f, 1.0f);
    if (line.value < 0.0f && batch.negative_color)
        color = glm::vec4(glm::vec3(*batch.negative_color), color.a);
    return {glm::mix(glm::vec3(color), glm::vec3(batch.mix_color), batch.mix_color.a), color.a};
}

float line_width_at(const FlowBatch& batch, float value, float t) {
    return batch.width_u * batch.width_scale * std::sqrt(std::abs(value)) * glm::mix(1.0f, batch.taper, t);
}

// A size in the world that is between two sizes on the picture; 0 nearer than lines are drawn.
float bounded_size(const glm::vec3& at, float size_u, float least_px, float most_px, const Camera& camera,
                   const Viewport& viewport) {
    const float depth = glm::dot(at - camera.eye(), camera.forward());
    if (depth < near_fade_u) return 0.0f;
    const float px = pixels_per_unit(camera, viewport, depth) / viewport.ui_scale;
    return std::clamp(size_u, least_px / px, most_px / px);
}

// The columns of `turn` are the mesh's axes in the world.
glm::mat4 placed(const glm::vec3& at, const glm::mat3& turn, float size_u) {
    glm::mat4 matrix(1.0f);
    for (int axis = 0; axis < 3; ++axis) matrix[axis] = glm::vec4(turn[axis] * size_u, 0.0f);
    matrix[3] = glm::vec4(at, 1.0f);
    return matrix;
}

glm::mat3 along_axis(const glm::vec3& axis) {
    const glm::vec3 other = std::abs(axis.y) < 0.9f ? glm::vec3(0, 1, 0) : glm::vec3(0, 0, 1);
    const glm::vec3 side = glm::normalize(glm::cross(axis, other));
    return {axis, glm::cross(side, axis), side};
}

}  // namespace

glm::vec3 flow_point(const FlowBatch& batch, uint32_t slice, uint32_t row, uint32_t column, float t) {
    const auto s = static_cast<float>(slice);
    const glm::vec3 p0 = batch.source_origin + s * batch.source_slice_step +
                         static_cast<float>(column) * batch.source_column_step;
    const glm::vec3 p3 =
        batch.target_origin + s * batch.target_slice_step + static_cast<float>(row) * batch.target_row_step;
    const float u = 1.0f - t;
    return u * u * (u + 3.0f * t) * p0 + t * t * (t + 3.0f * u) * p3 +
           3.0f * u * t * (u - t) * batch.handle_u * batch.axis;
}

void add_beads(DrawList& list, size_t first_batch, const ViewState& view, const Camera& camera,
               const Viewport& viewport) {
    if (!view.motion || view.reduced_motion) return;
    const std::shared_ptr<const MeshData> bead = mesh_asset(MeshAsset::bead);
    std::vector<Mesh> beads;
    for (size_t b = first_batch; b < list.flows.size(); ++b) {
        const FlowBatch& batch = list.flows[b];
        const bool is_selected = batch.selection.only_row >= 0 || batch.selection.only_column >= 0;
        const float t = batch.pulse_phase;
        if (!is_selected || t < 0.0f || t > 1.0f) continue;
        for_each_line(list.blocks[batch.block], batch.selection, [&](const Line& line) {
            const glm::vec3 at = flow_point(batch, line.slice, line.row, line.column, t);
            const float size = bounded_size(at, bead_widths * line_width_at(batch, line.value, t),
                                            bead_least_px, bead_most_px, camera, viewport);
            const glm::vec4 color = line_color(batch, line);
            const float shown = std::min(color.a * batch.opacity_scale, 1.0f);
            // It comes and goes as the pulse does, by its size: a mesh is never translucent.
            const float grown = std::min({t / batch.pulse_sigma, (1.0f - t) / batch.pulse_sigma, 1.0f});
            if (size * grown * shown <= 0.0f || beads.size() > most_beads) return;
            const glm::vec3 lit =
                glm::mix(glm::vec3(color), glm::vec3(theme(view.theme).selected), bead_white);
            beads.push_back({bead, placed(at, glm::mat3(1.0f), size * grown * shown), glm::vec4(lit, 1.0f)});
        });
    }
    if (beads.size() > most_beads) return;
    list.meshes.insert(list.meshes.end(), beads.begin(), beads.end());
}

void add_arrow_heads(DrawList& list, const ViewState& view, const Camera& camera, const Viewport& viewport) {
    if (!view.arrows) return;
    const std::shared_ptr<const MeshData> arrow_head = mesh_asset(MeshAsset::arrow_head);
    const glm::vec3 ground(list.ground);
    std::vector<Mesh> heads;
    for (const FlowBatch& batch : list.flows) {
        if (batch.grow < 1.0f || batch.opacity_scale < least_scale) continue;
        const glm::mat3 turn = along_axis(batch.axis);
        for_each_line(list.blocks[batch.block], batch.selection, [&](const Line& line) {
            const glm::vec4 color = line_color(batch, line);
            const float strength = std::clamp(std::pow(std::abs(line.value), batch.opacity_power),
                                              batch.opacity_min, batch.opacity_max);
            const float opacity = std::min(strength * batch.opacity_scale * color.a, 1.0f);
            if (opacity < least_opacity || heads.size() > most_arrow_heads) return;
            const glm::vec3 at = flow_point(batch, line.slice, line.row, line.column, 1.0f);
            const float size = bounded_size(at, arrow_widths * line_width_at(batch, line.value, 0.5f),
                                            arrow_least_px, arrow_most_px, camera, viewport);
            if (size <= 0.0f) return;
            heads.push_back({arrow_head, placed(at, turn, size),
                             glm::vec4(glm::mix(ground, glm::vec3(color), opacity), 1.0f)});
        });
    }
    if (heads.size() > most_arrow_heads) return;
    list.meshes.insert(list.meshes.end(), heads.begin(), heads.end());
}

}  // namespace weft
