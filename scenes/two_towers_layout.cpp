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
constexpr float stacked_width_u = 22.0f;                           // of an image and the words beside it
constexpr float facing_part = 0.86f;  // of a gap, what an image that faces the viewer takes of it

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

// Panes of an image beside a decoder. Where they face the viewer, because lanes are folded or layers go up,
// they are as small as lets them stand beside each other.
struct ImagePanes {
    float turn = 0.0f, length = 0.0f, pane_pitch = 0.0f;  // length: along the layers, before the decoder
    glm::vec2 size{0.0f};
};

ImagePanes panes_beside(const ImageTower& tower, int encoder_layers, const Tower& decoder, float fold,
                        float stack, bool is_wide) {
    ImagePanes panes;
    panes.turn = std::max(fold, stack);
    const auto layers = static_cast<float>(std::max(decoder.layers, 1));
    const glm::vec2 upright = image_tower_size(tower);
    float stacked_pitch = decoder.pane_pitch;
    if (is_wide) {
        const float rest = image_tower_length(encoder_layers, 0.0f, 1.0f) + handover_u;
        stacked_pitch = std::min(stacked_pitch, (stacked_height_u - rest) / (layers + facing_part));
    }
    panes.pane_pitch = glm::mix(decoder.pane_pitch, stacked_pitch, stack);
    const float folded = std::min(1.0f, facing_part * decoder.pane_pitch / upright.x),
                stacked = std::min(1.0f, facing_part * stacked_pitch / upright.y);
    panes.size = upright * glm::mix(glm::mix(1.0f, folded, fold), stacked, stack);
    // Folded, half of the first keys' pane stands before the decoder.
    panes.length =
        image_tower_length(encoder_layers, glm::mix(1.5f * panes.size.x, panes.size.y, stack), panes.turn);
    return panes;
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

    const float stack = std::clamp(motion.stack, 0.0f, 1.0f);
    const float width = static_cast<float>(viewport.size.x) - viewport.panel_px;
    const bool is_wide = width > static_cast<float>(viewport.size.y);
    ImagePanes image;
    if (plan.image) {
        image = panes_beside(*plan.image, above.layers, below, std::clamp(motion.fold, 0.0f, 1.0f), stack,
                             is_wide);
        below.pane_pitch = image.pane_pitch;
        if (is_wide)
            token_pitch =
                glm::mix(token_pitch,
                         std::min((stacked_width_u - image.size.x) / static_cast<float>(std::max(room, 1)),
                                  stacked_token_u),
                         stack);
    } else if (is_wide) {
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
    ViewMotion still = motion;
    still.inside_layer = -1;
    const bool in_encoder = plan.forward == AttentionKind::encoder;
    TwoTowersLayout layout;
    layout.encoder = make_tower(above, token_pitch, in_encoder ? motion : still);
    layout.decoder = make_tower(below, token_pitch, in_encoder ? still : motion);

    layout.reserved_u = token_pitch * static_cast<float>(room - target);

    const float encoder_u =
        plan.image ? image.length : layout.encoder.pane_at.back() - layout.encoder.pane_at.front();
    const float decoder_u = layout.decoder.pane_at.back() - layout.decoder.pane_at.front();
    const float half = 0.5f * (encoder_u + handover_u + decoder_u);
    TextStackLayout& first = layout.encoder;
    TextStackLayout& second = layout.decoder;
    const auto stand = [](TextStackLayout& tower, float along_layers, float along_tokens) {
        tower.origin = tower.layer_axis * along_layers + tower.token_axis * along_tokens;
    };
    const float half_rows =
        plan.image ? 0.5f * glm::mix(image.size.y, image.size.x, stack) : first.half_rows_u();
    const float across = -0.5f * gap_between_u - half_rows;
    stand(first, 0.5f * encoder_u - half, across);
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
            ImageTowerPlace place{above.layers,
                                  first.layer_axis,
                                  first.token_axis,
                                  image.size,
                                  -half,
                                  across,
                                  image.turn,
                                  stack,
                                  {}};
            const float along = glm::dot(cross.origin, cross.layer_axis);
            for (int l = 0; l < cross.layers; ++l)
                place.key_at.push_back(along + cross.pane_at[static_cast<size_t>(l)]);
            layout.image = image_tower_layout(*plan.image, place);
            const float first_row = glm::dot(second.origin, second.token_axis) + second.token_offset(0);
            cross.keys_apart = cross.token_axis * (across - half_rows - first_row);
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
