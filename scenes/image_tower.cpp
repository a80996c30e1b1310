#include "scenes/image_tower.h"

#include <algorithm>
#include <cmath>

#include "scenes/focus_lines.h"
#include "scenes/image_face.h"
#include "scenes/image_light.h"
#include "scenes/image_names.h"
#include "scenes/image_values.h"
#include "scenes/merged_rows.h"
#include "scenes/pane_sight.h"
#include "scenes/projection.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/token_text.h"

namespace weft {
namespace {

constexpr float longest_u = 7.0f;
constexpr float image_gap_u = 5.0f, sliver_u = 0.3f, most_slivers_u = 3.0f;
constexpr float facing_gap_u = 0.4f;  // between panes that face the viewer
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

float ImageTower::weight(int layer, int query, int head, int token) const {
    const WeightBlock& block = cross->blocks.at(static_cast<size_t>(layer));
    const std::vector<bool>& shown = cross->layers[static_cast<size_t>(layer)].lane_shown;
    double sum = 0.0, rows = 0.0;
    for (uint32_t h = 0; h < block.slices; ++h) {
        if (head >= 0 ? h != static_cast<uint32_t>(head) : !shown[h]) continue;
        for (uint32_t i = 0; i < block.rows; ++i) {
            if (query >= 0 && i != static_cast<uint32_t>(query)) continue;
            const size_t row = size_t{h} * block.rows + i;
            sum += static_cast<double>((*block.values)[row * block.columns + static_cast<size_t>(token)]);
            ++rows;
        }
    }
    return cross->scale * static_cast<float>(sum / std::max(rows, 1.0));
}

std::string ImageTower::token_name(int token) const {
    const int patch = face->patch_of(token);
    if (patch >= 0) return patch_name(*face, patch);
    return token_text(key_tokens(*cross->frame, shown_block(*cross)).at(static_cast<size_t>(token)));
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

namespace {

ViewState of_encoder(ViewState view) {
    view.attention = AttentionKind::encoder;
    view.quantity = "attention";
    view.hovered = view.selected = {};
    view.heads.clear();
    view.image.look = ImageLook::spotlight;
    return view;
}

}  // namespace

bool source_is_image(const AttentionFrame& frame, const ViewState& view) {
    return shows_image(frame, of_encoder(view));
}

std::shared_ptr<const ImageTower> plan_image_tower(std::shared_ptr<const AttentionFrame> frame,
                                                   const ViewState& view,
                                                   std::shared_ptr<const TextStackPlan> cross,
                                                   const ImageTower* previous) {
    if (!cross || cross->blocks.empty() || cross->near || !source_is_image(*frame, view)) return nullptr;
    auto tower = std::make_shared<ImageTower>();
    tower->face =
        plan_image_stack(std::move(frame), of_encoder(view), previous ? previous->face.get() : nullptr);
    tower->cross = std::move(cross);
    return tower;
}

glm::vec3 ImageTowerLayout::position(int pane, double x_px, double y_px) const {
    return middle + layer_axis * panes.x(pane) + panes.on_pane(x_px, y_px);
}

std::array<glm::vec3, 4> ImageTowerLayout::corners(int pane, const Rect& part) const {
    const double right = part.x + part.width, bottom = part.y + part.height;
    return {position(pane, part.x, part.y), position(pane, right, part.y), position(pane, right, bottom),
            position(pane, part.x, bottom)};
}

glm::vec3 ImageTowerLayout::patch(const ImageStackPlan& face, int layer, int patch) const {
    const Rect area = face.area_of(patch);
    return position(key_pane(layer), area.x + 0.5 * area.width, area.y + 0.5 * area.height);
}

glm::vec3 ImageTowerLayout::other(int layer, int token) const {
    const glm::vec3 at = middle + layer_axis * panes.x(key_pane(layer)), up(0.0f, 1.0f, 0.0f);
    const glm::vec2 half = 0.5f * panes.size_u;
    const float along = other_pitch_u * (static_cast<float>(token) + 0.5f);
    const glm::vec3 below = panes.column_axis * (along - half.x) - up * (half.y + other_gap_u),
                    left = -panes.column_axis * (half.x + other_gap_u) - up * (half.y - along);
    return at + glm::mix(below, left, stack);
}

glm::vec3 ImageTowerLayout::key(const ImageStackPlan& face, int layer, int token) const {
    const int of_token = face.patch_of(token);
    return of_token < 0 ? other(layer, token) : patch(face, layer, of_token);
}

std::vector<int> ImageTowerLayout::back_to_front(const Camera& camera) const {
    std::vector<int> order;
    for (int pane = -1; pane < pane_count(); ++pane) order.push_back(pane);
    // Panes that face the viewer lie beside each other, or before those that come later.
    const bool faces = panes.column_axis.x > 0.5f;
    const float eye = faces ? panes.x(-1) : camera.eye().x;
    std::ranges::stable_sort(
        order, [&](int a, int b) { return std::abs(panes.x(a) - eye) > std::abs(panes.x(b) - eye); });
    return order;
}

std::vector<glm::vec3> ImageTowerLayout::box_corners() const {
    std::vector<glm::vec3> box;
    for (const int pane : {-1, pane_count() - 1}) {
        const auto own = corners(pane, panes.shown);
        box.insert(box.end(), own.begin(), own.end());
    }
    return box;
}

glm::vec2 image_tower_size(const ImageTower& tower) {
    const ImageStackLayout whole = image_layout(*tower.face, {});
    return whole.size_u * (longest_u / std::max(whole.size_u.x, whole.size_u.y));
}

float image_tower_length(int encoder_layers, float pane_u, float turn) {
    const float slivers = sliver_of(encoder_layers) * static_cast<float>(encoder_layers + 1);
    return slivers + glm::mix(image_gap_u, pane_u + facing_gap_u, turn);
}

ImageTowerLayout image_tower_layout(const ImageTower& tower, const ImageTowerPlace& place) {
    ImageTowerLayout layout;
    layout.panes = image_layout(*tower.face, {});
    layout.panes.size_u = place.size;
    const float turn = 0.5f * 3.14159265f * place.turn;
    layout.panes.column_axis = {std::sin(turn), 0.0f, std::cos(turn)};
    layout.layer_axis = place.layer_axis;
    layout.middle = place.token_axis * place.across;
    layout.encoder_layers = place.encoder_layers;
    layout.stack = place.stack;
    std::vector<float>& at = layout.panes.pane_at;
    // Beside its gap a pane stands on the keys' level, facing the viewer in the middle of its place.
    const float half = 0.5f * glm::mix(0.0f, glm::mix(place.size.x, place.size.y, place.stack), place.turn);
    at = {place.start + half};
    for (int p = 0; p <= place.encoder_layers; ++p)
        at.push_back(at.front() + sliver_of(place.encoder_layers) * static_cast<float>(p + 1));
    for (const float key : place.key_at) at.push_back(key + place.stack * half);
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
    const Focus focus = valid_focus(*tower.cross, motion.shown_focus);
    const bool has_focus = motion.focus > 0.0f && focus.kind != FocusKind::none;
    const Focus former = valid_focus(*tower.cross, motion.former_focus);
    for (const int pane : layout.back_to_front(camera)) {
        const size_t first = list.textured_planes.size();
        const int layer = layout.layer_of(pane);
        const auto corners = layout.corners(pane, layout.panes.shown);
        const glm::vec3 middle = 0.5f * (corners[0] + corners[2]);
        ImageFace face;
        face.pixels = pixels_per_unit(camera, viewport, glm::length(middle - camera.eye())) *
                      std::max(layout.panes.size_u.x, layout.panes.size_u.y);
        ImageStackPlan own = *tower.face;
        own.view.theme = view.theme;
        if (pane == -1) face.color_opacity = 1.0f;
        if (layer >= 0) {
            const auto light_of = [&](const Focus& some) {
                const bool of_head = some.kind == FocusKind::head || some.kind == FocusKind::edge;
                if (some.kind == FocusKind::none || some.layer != layer) return tower.light(layer, -1, -1);
                return tower.light(layer, some.query, of_head ? some.head : -1);
            };
            const auto opacity_of = [&](const Focus& some) {
                const bool recedes = some.kind != FocusKind::none && some.layer != layer;
                return recedes ? glm::mix(1.0f, 0.4f, motion.focus) : 1.0f;
            };
            own.numbers = light_of(Focus{});
            if (has_focus)
                own.numbers = mixed_numbers(own.numbers,
                                            mixed_numbers(light_of(former), light_of(focus), motion.followed),
                                            motion.focus);
            face.has_numbers = true;
            face.grey_opacity = grey_under_numbers(own);
            face.opacity = glm::mix(opacity_of(former), opacity_of(focus), motion.followed);
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
        const float near = seen_opacity(corners, camera.eye());
        for (size_t p = first; p < list.textured_planes.size(); ++p) {
            list.textured_planes[p].tint.a *= near;
            list.textured_planes[p].edge.a *= near;
        }
    }
}

}  // namespace weft
