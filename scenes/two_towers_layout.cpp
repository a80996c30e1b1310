#include "scenes/two_towers_layout.h"

#include <algorithm>

#include "scenes/shown_block.h"

namespace weft {
namespace {

constexpr float gap_between_u = 1.1f;       // of the towers, between the panes' borders: some 40 px
constexpr float handover_u = 0.9f;          // from the encoder's last pane to the decoder's first
constexpr float most_depth_pitches = 2.0f;  // of all lanes: more makes them run into the next gap
constexpr float wider_beside_image = 1.6f;  // images stand turned to the viewer: they need room
constexpr int rows_beside_image = 7;        // of text, as high as an image
constexpr float stacked_height_u = 12.0f, stacked_token_u = 3.0f;  // in a wide picture

float lane_pitch(float pane_pitch, int lanes) {
    if (lanes < 2) return 0.6f;
    return std::clamp(most_depth_pitches * pane_pitch / static_cast<float>(lanes - 1), 0.12f, 0.6f);
}

struct Tower {
    int layers = 0, rows = 0, lanes = 0;
    float pane_pitch = 0.0f;
};

// As if it stood alone; in its own place it comes by `origin`.
TextStackLayout make_tower(const Tower& tower, float token_pitch, const ViewMotion& motion) {
    TextStackLayout layout = make_layout(tower.layers, tower.rows, tower.lanes, 1.0f, motion);
    layout.pane_pitch = tower.pane_pitch;
    layout.token_pitch = token_pitch;
    layout.lane_pitch =
        lane_pitch(tower.pane_pitch, tower.lanes) * (1.0f - std::clamp(motion.fold, 0.0f, 1.0f));
    place_panes(layout, motion);
    return layout;
}

}  // namespace

float encoder_pitch_u(int layers) {
    return std::clamp(10.5f / static_cast<float>(std::max(layers, 1)), 0.65f, 3.0f);
}

float decoder_pitch_u(int layers) {
    return std::clamp(17.4f / static_cast<float>(std::max(layers, 1)), 1.1f, 4.5f);
}

int reserved_rows(int tokens) {
    for (int rows = 8;; rows *= 2)
        for (const int some : {rows, rows + rows / 2})
            if (some >= tokens) return some;
}

const TextStackLayout& TwoTowersLayout::of(AttentionKind kind) const {
    if (kind == AttentionKind::encoder) return encoder;
    return kind == AttentionKind::cross ? cross : decoder;
}

std::array<glm::vec3, 2> TwoTowersLayout::rail(int token) const {
    if (image) {
        const auto corner = static_cast<size_t>(token);
        return {image->corners(image->encoder_layers, image->panes.shown).at(corner),
                image->corners(image->key_pane(cross.layers - 1), image->panes.shown).at(corner)};
    }
    const TextStackLayout& source = encoder;
    const glm::vec3 start = source.point(source.pane_at.back(), source.token_offset(token), 0.0f);
    const int last_layer = std::max(cross.layers - 1, 0);
    const glm::vec3 end =
        cross.point(cross.pane_at[static_cast<size_t>(last_layer)], cross.token_offset(token), 0.0f) +
        cross.keys_apart;
    return {start, end};
}

std::vector<glm::vec3> TwoTowersLayout::decoder_corners() const {
    std::vector<glm::vec3> all;
    for (const glm::vec3& corner : decoder.box_corners()) {
        const bool is_low = glm::dot(corner - decoder.origin, decoder.token_axis) > 0.0f;
        all.push_back(corner + decoder.token_axis * (is_low ? reserved_u : 0.0f));
    }
    return all;
}

std::vector<glm::vec3> TwoTowersLayout::corners() const {
    std::vector<glm::vec3> all;
    const auto add = [&](const auto& some) { all.insert(all.end(), some.begin(), some.end()); };
    add(decoder_corners());
    if (image) {
        add(image->box_corners());
        return all;
    }
    add(encoder.box_corners());
    if (cross.keys > 0) add(cross.key_pane_corners(std::max(cross.layers - 1, 0)));
    return all;
}

TwoTowersLayout make_towers_layout(const TwoTowersPlan& plan, const ViewMotion& motion,
                                   const Viewport& viewport) {
    const AttentionBlock &encoder = shown_block(*plan.encoder), &decoder = shown_block(*plan.decoder);
    const int source = static_cast<int>(encoder.keys), target = static_cast<int>(decoder.queries);
    Tower above{static_cast<int>(encoder.layers), source, plan.encoder->lanes,
                encoder_pitch_u(static_cast<int>(encoder.layers))};
    Tower below{static_cast<int>(decoder.layers), target, plan.decoder->lanes,
                decoder_pitch_u(static_cast<int>(decoder.layers))};
    const bool is_written = plan.decoder->frame->generation.has_value();
    if (plan.image) {
        above = {above.layers, 1, 1, 0.0f};
        below.pane_pitch *= wider_beside_image;
    }
    const int room = is_written ? reserved_rows(target) : target;
    float token_pitch = token_pitch_u((plan.image ? rows_beside_image : source) + room);

    // An image stands upright.
    ViewMotion own = motion;
    if (plan.image) own.stack = 0.0f;
    const float stack = std::clamp(own.stack, 0.0f, 1.0f);
    const float width = static_cast<float>(viewport.size.x) - viewport.panel_px;
    if (width > static_cast<float>(viewport.size.y)) {
        const float length = above.pane_pitch * static_cast<float>(above.layers) + handover_u +
                             below.pane_pitch * static_cast<float>(below.layers);
        const float wide_rows = length / static_cast<float>(std::max(source + room, 1));
        const float shorter = glm::mix(1.0f, std::min(stacked_height_u / length, 1.0f), stack);
        above.pane_pitch *= shorter;
        below.pane_pitch *= shorter;
        token_pitch = glm::mix(token_pitch, std::min(wide_rows, stacked_token_u), stack);
    }

    // Only the attention that one is inside of is widened; decoder and cross-attention have their gaps in
    // common.
    ViewMotion still = own;
    still.inside_layer = -1;
    const bool in_encoder = plan.forward == AttentionKind::encoder;
    TwoTowersLayout layout;
    layout.encoder = make_tower(above, token_pitch, in_encoder ? own : still);
    layout.decoder = make_tower(below, token_pitch, in_encoder ? still : own);

    layout.reserved_u = token_pitch * static_cast<float>(room - target);

    const float encoder_u = plan.image ? image_tower_length(above.layers)
                                       : layout.encoder.pane_at.back() - layout.encoder.pane_at.front();
    const float decoder_u = layout.decoder.pane_at.back() - layout.decoder.pane_at.front();
    const float half = 0.5f * (encoder_u + handover_u + decoder_u);
    TextStackLayout& first = layout.encoder;
    TextStackLayout& second = layout.decoder;
    const auto stand = [](TextStackLayout& tower, float along_layers, float along_tokens) {
        tower.origin = tower.layer_axis * along_layers + tower.token_axis * along_tokens;
    };
    const float half_rows = plan.image ? 0.5f * image_tower_size(*plan.image).y : first.half_rows_u();
    stand(first, 0.5f * encoder_u - half, -0.5f * gap_between_u - half_rows);
    stand(second, half - 0.5f * decoder_u, 0.5f * gap_between_u + second.half_rows_u());

    if (plan.cross) {
        TextStackLayout& cross = layout.cross = second;
        cross.keys = source;
        cross.lanes = plan.cross->lanes;
        cross.lane_pitch =
            lane_pitch(below.pane_pitch, cross.lanes) * (1.0f - std::clamp(motion.fold, 0.0f, 1.0f));
        const float up = glm::dot(first.origin - second.origin, first.token_axis) + first.token_offset(0) -
                         second.token_offset(0);
        cross.keys_apart = cross.token_axis * up;
        if (plan.cross->joins_ends) join_ends(cross);
        if (plan.image) {
            std::vector<float> key_x;
            for (int l = 0; l < cross.layers; ++l)
                key_x.push_back(cross.origin.x + cross.pane_at[static_cast<size_t>(l)]);
            layout.image = image_tower_layout(*plan.image, above.layers, -half, first.origin.y, key_x);
            const float top = first.origin.y + half_rows;
            cross.keys_apart = {0.0f, top - second.point(0.0f, second.token_offset(0), 0.0f).y, 0.0f};
        }
    }
    if (plan.encoder->joins_ends) join_ends(first);
    if (plan.decoder->joins_ends) join_ends(second);
    const int pass = first.layers + second.layers;
    for (TextStackLayout* tower : {&first, &second, &layout.cross}) tower->pass_layers = pass;
    second.layers_before = layout.cross.layers_before = first.layers;
    return layout;
}

}  // namespace weft
