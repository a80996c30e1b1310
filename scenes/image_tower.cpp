#include "scenes/image_tower.h"

#include <algorithm>
#include <cmath>

#include "scenes/image_hud.h"
#include "scenes/image_values.h"
#include "scenes/merged_rows.h"
#include "scenes/projection.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float longest_u = 7.0f;
constexpr float image_gap_u = 5.0f, sliver_u = 0.3f, most_slivers_u = 3.0f;
constexpr float other_gap_u = 0.45f, other_pitch_u = 0.45f;
constexpr double light_percentile = 0.98;
constexpr size_t kept_lights = 256;

float sliver_of(int layers) {
    return std::min(sliver_u, most_slivers_u / static_cast<float>(std::max(layers, 1)));
}

std::shared_ptr<const Image> light_of(const ImageStackPlan& face, const std::vector<float>& row) {
    std::vector<float> patches;
    for (int p = 0; p < face.patches(); ++p) patches.push_back(row[static_cast<size_t>(face.token_of(p))]);
    const float full = percentile(patches, light_percentile);
    const float most = full > 0.0f ? full : *std::ranges::max_element(patches);
    auto image = std::make_shared<Image>();
    image->width = face.grid->columns;
    image->height = face.grid->rows;
    for (const float number : patches) {
        const float part = most > 0.0f ? std::sqrt(std::clamp(number / most, 0.0f, 1.0f)) : 0.0f;
        for (const int channel : {0, 0, 0, static_cast<int>(std::lround(255.0f * part))})
            image->rgba.push_back(static_cast<uint8_t>(channel));
    }
    return image;
}

// The mean over the queries and heads that are asked for.
std::vector<float> read_row(const TextStackPlan& cross, int layer, int query, int head) {
    const WeightBlock& block = cross.blocks[static_cast<size_t>(layer)];
    const std::vector<bool>& shown = cross.layers[static_cast<size_t>(layer)].lane_shown;
    std::vector<double> sums(block.columns, 0.0);
    double rows = 0.0;
    for (uint32_t h = 0; h < block.slices; ++h) {
        if (head >= 0 ? h != static_cast<uint32_t>(head) : !shown[h]) continue;
        for (uint32_t i = 0; i < block.rows; ++i) {
            if (query >= 0 && i != static_cast<uint32_t>(query)) continue;
            const float* row = block.values->data() + (size_t{h} * block.rows + i) * block.columns;
            for (uint32_t j = 0; j < block.columns; ++j) sums[j] += std::abs(static_cast<double>(row[j]));
            ++rows;
        }
    }
    std::vector<float> means;
    for (const double sum : sums) means.push_back(static_cast<float>(sum / std::max(rows, 1.0)));
    return means;
}

}  // namespace

std::shared_ptr<const Image> ImageTower::light(int layer, int query, int head) const {
    const std::lock_guard lock(mutex);
    const std::array<int, 3> asked{layer, query, head};
    if (const auto found = lights.find(asked); found != lights.end()) return found->second;
    if (lights.size() == kept_lights) lights.clear();
    return lights[asked] = light_of(*face, read_row(*cross, layer, query, head));
}

std::shared_ptr<const std::vector<uint32_t>> ImageTower::row_mask(
    const std::shared_ptr<const std::vector<uint32_t>>& mask, int row) const {
    const std::lock_guard lock(mutex);
    auto& kept = masks[{mask, row}];
    if (kept) return kept;
    const int columns = static_cast<int>(face->grid->columns);
    const int first = row < 0 ? 0 : face->token_of(row * columns);
    const int end = row < 0 ? static_cast<int>(face->grid->first_token) : first + columns;
    const size_t keys = cross->blocks.front().columns;
    std::vector<bool> out(keys, true);
    for (int j = first; j < end; ++j) {
        const auto at = static_cast<size_t>(j);
        out[at] = mask && ((*mask)[at / 32] >> (at % 32) & 1u) != 0;
    }
    return kept = mask_of(out, true);
}

std::shared_ptr<const ImageTower> plan_image_tower(std::shared_ptr<const AttentionFrame> frame,
                                                   const ViewState& view,
                                                   std::shared_ptr<const TextStackPlan> cross,
                                                   const ImageTower* previous) {
    if (!cross || cross->blocks.empty() || cross->near) return nullptr;
    ViewState of_encoder = view;
    of_encoder.attention = AttentionKind::encoder;
    of_encoder.quantity = "attention";
    of_encoder.hovered = of_encoder.selected = {};
    of_encoder.heads.clear();
    of_encoder.image.look = ImageLook::spotlight;
    if (!shows_image(*frame, of_encoder)) return nullptr;
    auto tower = std::make_shared<ImageTower>();
    tower->face = plan_image_stack(std::move(frame), of_encoder, previous ? previous->face.get() : nullptr);
    tower->cross = std::move(cross);
    return tower;
}

std::array<glm::vec3, 4> ImageTowerLayout::corners(int pane, const Rect& part) const {
    auto result = panes.corners(pane, part);
    for (glm::vec3& corner : result) corner.y += middle_y;
    return result;
}

glm::vec3 ImageTowerLayout::patch(const ImageStackPlan& face, int layer, int patch) const {
    const Rect area = face.area_of(patch);
    glm::vec3 at = panes.position(key_pane(layer), area.x + 0.5 * area.width, area.y + 0.5 * area.height);
    at.y += middle_y;
    return at;
}

glm::vec3 ImageTowerLayout::other(int layer, int token) const {
    return {panes.x(key_pane(layer)), middle_y - 0.5f * panes.size_u.y - other_gap_u,
            -0.5f * panes.size_u.x + other_pitch_u * (static_cast<float>(token) + 0.5f)};
}

std::array<glm::vec3, 8> ImageTowerLayout::box_corners() const {
    std::array<glm::vec3, 8> box{};
    const auto first = corners(-1, panes.shown),
               last = corners(static_cast<int>(panes.pane_at.size()) - 2, panes.shown);
    for (size_t i = 0; i < 4; ++i) box[i] = first[i], box[i + 4] = last[i];
    return box;
}

glm::vec2 image_tower_size(const ImageTower& tower) {
    const ImageStackLayout whole = image_layout(*tower.face, {});
    return whole.size_u * (longest_u / std::max(whole.size_u.x, whole.size_u.y));
}

float image_tower_length(int encoder_layers) {
    return image_gap_u + sliver_of(encoder_layers) * static_cast<float>(encoder_layers);
}

ImageTowerLayout image_tower_layout(const ImageTower& tower, int encoder_layers, float left_x, float middle_y,
                                    const std::vector<float>& key_x) {
    ImageTowerLayout layout;
    layout.panes = image_layout(*tower.face, {});
    layout.panes.size_u = image_tower_size(tower);
    layout.middle_y = middle_y;
    layout.encoder_layers = encoder_layers;
    std::vector<float>& at = layout.panes.pane_at;
    at = {left_x};
    for (int p = 0; p <= encoder_layers; ++p)
        at.push_back(left_x + image_gap_u + sliver_of(encoder_layers) * static_cast<float>(p));
    at.insert(at.end(), key_x.begin(), key_x.end());
    layout.panes.open.assign(at.size(), 1.0f);
    return layout;
}

std::vector<FlowBatch> over_patches(const ImageTower& tower, const ImageTowerLayout& layout, int layer,
                                    const FlowBatch& batch) {
    const ImageStackPlan& face = *tower.face;
    const int columns = static_cast<int>(face.grid->columns), rows = static_cast<int>(face.grid->rows);
    std::vector<FlowBatch> result;
    for (int row = -1; row < rows; ++row) {
        const int first = row < 0 ? 0 : face.token_of(row * columns);
        const int count = row < 0 ? static_cast<int>(face.grid->first_token) : columns;
        const int only = batch.selection.only_column;
        if (count == 0 || (only >= 0 && (only < first || only >= first + count))) continue;
        FlowBatch own = batch;
        if (only < 0) own.selection.column_mask = tower.row_mask(batch.selection.column_mask, row);
        const auto at = [&](int column) {
            return row < 0 ? layout.other(layer, column) : layout.patch(face, layer, row * columns + column);
        };
        const glm::vec3 step = count > 1 ? at(1) - at(0) : glm::vec3(0.0f);
        own.source_origin = at(0) - static_cast<float>(first) * step;
        own.source_column_step = step;
        own.source_slice_step = glm::vec3(0.0f);
        result.push_back(std::move(own));
    }
    return result;
}

void add_image_tower(DrawList& list, const ImageTower& tower, const ImageTowerLayout& layout,
                     const ViewState& view, const ViewMotion& motion, const Camera& camera,
                     const Viewport& viewport) {
    const Theme& colors = theme(view.theme);
    const int panes = static_cast<int>(layout.panes.pane_at.size()) - 1;
    std::vector<int> order;
    for (int pane = -1; pane < panes; ++pane) order.push_back(pane);
    const float eye = camera.eye().x;
    std::ranges::stable_sort(order, [&](int a, int b) {
        return std::abs(layout.panes.x(a) - eye) > std::abs(layout.panes.x(b) - eye);
    });
    const Focus& focus = motion.shown_focus;
    const bool has_query = motion.focus > 0.0f && focus.query >= 0;
    for (const int pane : order) {
        const size_t first = list.textured_planes.size();
        const int layer = pane - layout.key_pane(0);
        const auto corners = layout.corners(pane, layout.panes.shown);
        const glm::vec3 middle = 0.5f * (corners[0] + corners[2]);
        ImageFace face;
        face.pixels = pixels_per_unit(camera, viewport, glm::length(middle - camera.eye())) *
                      std::max(layout.panes.size_u.x, layout.panes.size_u.y);
        ImageStackPlan own = *tower.face;
        own.view.theme = view.theme;
        if (pane == -1) face.color_opacity = 1.0f;
        if (layer >= 0) {
            const bool is_focus = has_query && focus.layer == layer;
            own.numbers = tower.light(layer, is_focus ? focus.query : -1,
                                      is_focus && focus.kind != FocusKind::token ? focus.head : -1);
            face.has_numbers = true;
            face.grey_opacity = grey_under_numbers(own);
            face.opacity = has_query && !is_focus ? glm::mix(1.0f, 0.4f, motion.focus) : 1.0f;
        }
        if (pane == -1 || layer >= 0)
            add_image_face(
                list.textured_planes, own, [&](const Rect& part) { return layout.corners(pane, part); },
                face);
        if (list.textured_planes.size() == first) {  // a sliver
            list.planes.push_back({corners, with_alpha(colors.pane, colors.pane_fill),
                                   with_alpha(colors.pane, colors.pane_edge), 1.0f});
            continue;
        }
        list.textured_planes.back().edge = with_alpha(colors.pane, layer >= 0 ? 0.6f : 0.8f);
        list.textured_planes.back().edge_px = 1.0f;
    }
}

}  // namespace weft
