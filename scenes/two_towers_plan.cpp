#include <algorithm>
#include <limits>

#include "analysis/error.h"
#include "scenes/image_tower.h"
#include "scenes/merged_rows.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/two_towers.h"

namespace weft {
namespace {

// Beside what stands in front. On a light ground a faint line is lost sooner.
constexpr float decoder_beside = 0.38f, encoder_beside = 0.8f;
constexpr float decoder_beside_on_light = 0.6f, encoder_beside_on_light = 1.0f;

// Both are shown on the decoder's rows.
bool is_on_decoder(AttentionKind kind) {
    return kind == AttentionKind::decoder || kind == AttentionKind::cross;
}

int block_index(const AttentionFrame& frame, AttentionKind kind) {
    const AttentionBlock* block = find_block(frame, kind);
    return block ? static_cast<int>(block - frame.blocks.data()) : -1;
}

float opacity_behind(AttentionKind forward, AttentionKind kind, bool dark) {
    if (kind == forward) return 1.0f;
    return forward == AttentionKind::cross && kind == AttentionKind::encoder
               ? (dark ? encoder_beside : encoder_beside_on_light)
               : (dark ? decoder_beside : decoder_beside_on_light);
}

// Each layer's rows as they are drawn, those from `from` on left out.
std::vector<std::shared_ptr<const std::vector<float>>> rows_before(const TextStackPlan& plan, int from) {
    std::vector<std::shared_ptr<const std::vector<float>>> result;
    for (size_t l = 0; l < plan.blocks.size(); ++l) {
        const WeightBlock& block = plan.blocks[l];
        const auto& own = plan.layers[l].selection.row_thresholds;
        auto thresholds = own ? std::make_shared<std::vector<float>>(*own)
                              : std::make_shared<std::vector<float>>(size_t{block.slices} * block.rows, 0.0f);
        for (uint32_t h = 0; h < block.slices; ++h)
            for (uint32_t i = static_cast<uint32_t>(from); i < block.rows; ++i)
                (*thresholds)[h * block.rows + i] = std::numeric_limits<float>::infinity();
        result.push_back(std::move(thresholds));
    }
    return result;
}

// A decoder that goes on writing the text of which `previous` has the beginning.
bool goes_on(const AttentionFrame& frame, const TwoTowersPlan* previous) {
    if (!previous || !frame.generation) return false;
    const AttentionFrame& before = *previous->decoder->frame;
    const auto &was = key_tokens(before, shown_block(*previous->decoder)),
               &is = key_tokens(frame, *find_block(frame, AttentionKind::decoder));
    return before.revision == frame.revision && was.size() < is.size() && !was.empty();
}

}  // namespace

const TextStackPlan* tower_plan(const TwoTowersPlan& plan, AttentionKind kind) {
    switch (kind) {
        case AttentionKind::encoder:
            return plan.encoder.get();
        case AttentionKind::decoder:
            return plan.decoder.get();
        case AttentionKind::cross:
            return plan.cross.get();
        case AttentionKind::self:
            break;
    }
    return nullptr;
}

std::vector<TowerPart> tower_parts(const TwoTowersPlan& plan) {
    std::vector<TowerPart> parts;
    for (const AttentionKind kind : {AttentionKind::cross, AttentionKind::encoder, AttentionKind::decoder})
        if (const TextStackPlan* own = tower_plan(plan, kind);
            own && !(plan.image && kind == AttentionKind::encoder))
            parts.push_back({kind, block_index(*own->frame, kind), own});
    std::stable_partition(parts.begin(), parts.end(),
                          [&](const TowerPart& part) { return part.kind == plan.forward; });
    return parts;
}

const std::shared_ptr<const TextStackPlan>& plan_in_front(const TwoTowersPlan& plan) {
    if (plan.forward == AttentionKind::encoder) return plan.encoder;
    return plan.forward == AttentionKind::cross && plan.cross ? plan.cross : plan.decoder;
}

std::shared_ptr<const TwoTowersPlan> plan_two_towers(std::shared_ptr<const AttentionFrame> frame,
                                                     const ViewState& view, const TwoTowersPlan* previous) {
    WEFT_ASSERT(frame && shows_two_towers(*frame, view), "no encoder and decoder");
    auto plan = std::make_shared<TwoTowersPlan>();
    plan->forward = shown_block(*frame, view).kind;
    // The layers of all that has lines share the picture's: an image stands for the encoder's.
    const AttentionBlock* cross = find_block(*frame, AttentionKind::cross);
    const bool has_image = cross && cross->queries <= most_rows_of_tokens && source_is_image(*frame, view);
    double all_layers = 0.0;
    for (const AttentionBlock& block : frame->blocks)
        if (!has_image || block.kind != AttentionKind::encoder)
            all_layers += static_cast<double>(block.layers);
    const auto plan_part = [&](AttentionKind kind) -> std::shared_ptr<const TextStackPlan> {
        const AttentionBlock* block = find_block(*frame, kind);
        if (!block) return nullptr;
        ViewState own = view;
        own.attention = kind;
        if (kind != plan->forward) {
            own.first_layer = 0, own.last_layer = -1;
            own.heads.clear();
        }
        const double part = static_cast<double>(block->layers) / std::max(all_layers, 1.0);
        return plan_text_stack(frame, own, previous ? tower_plan(*previous, kind) : nullptr, part);
    };
    plan->encoder = plan_part(AttentionKind::encoder);
    plan->decoder = plan_part(AttentionKind::decoder);
    plan->cross = plan_part(AttentionKind::cross);
    plan->image = plan_image_tower(frame, view, plan->cross, previous ? previous->image.get() : nullptr);
    plan->arrives_from = static_cast<int>(find_block(*frame, AttentionKind::decoder)->queries);
    if (goes_on(*frame, previous)) {
        plan->arrives_from = static_cast<int>(shown_block(*previous->decoder).queries);
        plan->decoder_before = rows_before(*plan->decoder, plan->arrives_from);
        if (plan->cross) plan->cross_before = rows_before(*plan->cross, plan->arrives_from);
    }
    return plan;
}

Focus focus_in(const TwoTowersPlan& plan, const Focus& focus, AttentionKind kind) {
    const TextStackPlan* own = tower_plan(plan, kind);
    if (focus.kind == FocusKind::none || !own) return {};
    const auto& blocks = own->frame->blocks;
    if (focus.block < 0 || focus.block >= static_cast<int>(blocks.size())) return {};
    const AttentionKind named = blocks[static_cast<size_t>(focus.block)].kind;
    const bool is_query = focus.kind == FocusKind::token && !focus.by_key && focus.head < 0;
    const bool reads_both = is_query && is_on_decoder(named) && is_on_decoder(kind);
    if (named != kind && !reads_both) return {};
    Focus result = focus;
    result.block = 0;
    return result;
}

ViewState view_in(const TwoTowersPlan& plan, const ViewState& view, AttentionKind kind) {
    ViewState own = view;
    own.attention = kind;
    own.hovered = focus_in(plan, view.hovered, kind);
    own.selected = focus_in(plan, view.selected, kind);
    return own;
}

ViewMotion motion_in(const TwoTowersPlan& plan, const ViewMotion& motion, AttentionKind kind) {
    ViewMotion own = motion;
    own.shown_focus = focus_in(plan, motion.shown_focus, kind);
    own.former_focus = focus_in(plan, motion.former_focus, kind);
    if (own.shown_focus.kind == FocusKind::none) own.elsewhere = std::max(own.elsewhere, motion.focus);
    if (kind == AttentionKind::encoder || !has_arrivals(plan)) own.arrival = 1.0f;
    if (kind == plan.forward) return own;
    if (motion.inside_layer >= 0) own.elsewhere = std::max(own.elsewhere, motion.inside);
    own.inside_layer = own.inside_head = -1;
    if (motion.along_token >= 0 && !(is_on_decoder(kind) && is_on_decoder(plan.forward))) {
        own.elsewhere = std::max(own.elsewhere, motion.along);
        own.along_token = -1;
    }
    return own;
}

float tower_opacity(const TwoTowersPlan& plan, const ViewMotion& motion, AttentionKind kind) {
    const bool dark = theme(plan.encoder->view.theme).dark;
    float at_rest = 0.0f;
    for (const AttentionKind forward : {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross})
        at_rest += motion.in_front[static_cast<int>(forward)] * opacity_behind(forward, kind, dark);
    if (motion.in_front == glm::vec4(0.0f)) at_rest = opacity_behind(plan.forward, kind, dark);
    if (kind == plan.forward) return at_rest;
    const float inside = motion.inside_layer >= 0 ? motion.inside : 0.0f;
    return at_rest * (1.0f - inside);
}

}  // namespace weft
