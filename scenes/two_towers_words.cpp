#include "scenes/two_towers_words.h"

#include <algorithm>
#include <optional>

#include "scenes/labels.h"
#include "scenes/projection.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float name_px = 15.0f, note_px = 13.0f, note_above_px = 34.0f, above_images_px = 38.0f;
constexpr float above_px = 22.0f, below_px = 26.0f, third_ledger_px = 18.0f, stacked_words_px = 26.0f;
// In a low picture words of rows need the room that the note on the rails takes elsewhere.
constexpr float low_picture_px = 480.0f, numbers_above_px = 8.0f;
constexpr float least_row_px = 11.2f;      // words of two texts may stand as close as they do not touch
constexpr float slanted_words_px = 70.0f;  // below the decoder whose layers go up
constexpr float over_key_px = 34.0f;       // the decoder's name over the key of lines

std::string count_text(uint32_t a, uint32_t b, const char* word) {
    const std::string count = a == b ? std::to_string(a) : std::to_string(a) + " and " + std::to_string(b);
    return count + " " + word + (a == 1 && b == 1 ? "" : "s");
}

std::string text_of(const TokenStack& stack, const char* word) {
    if (stack.grid)
        return std::to_string(stack.grid->rows) + "×" + std::to_string(stack.grid->columns) + " patches";
    const std::string mark = "▁";  // a vocabulary's sign for the space before a word
    if (stack.text.find(mark) != std::string::npos) {
        std::string text;
        for (const Token& token : stack.tokens) {
            if (token.special || token.text.starts_with("<")) continue;
            const bool starts_word = token.text.starts_with(mark);
            text +=
                (starts_word && !text.empty() ? " " : "") + token.text.substr(starts_word ? mark.size() : 0);
        }
        return text;
    }
    if (!stack.text.empty()) return stack.text;
    return std::to_string(stack.tokens.size()) + " " + word + " token" +
           (stack.tokens.size() == 1 ? "" : "s");
}

struct Extent {
    glm::vec2 low{1e9f}, high{-1e9f};
    bool is_seen = true;
};

Extent extent_of(const DrawCamera& camera, const Viewport& viewport, const std::vector<glm::vec3>& points) {
    Extent extent;
    for (const glm::vec3& point : points) {
        const glm::vec3 at = screen_from_world(camera, viewport, point);
        if (at.z <= near_plane_u) extent.is_seen = false;
        extent.low = glm::min(extent.low, glm::vec2(at));
        extent.high = glm::max(extent.high, glm::vec2(at));
    }
    return extent;
}

std::vector<glm::vec3> box_of(const TextStackLayout& layout) {
    const auto corners = layout.box_corners();
    return {corners.begin(), corners.end()};
}

// Below the encoder and left of the decoder's words, or below the decoder and right of what stands first, if
// there is room for a tooltip.
std::optional<HudParts::FreePlace> free_place(const TwoTowersLayout& layout, const ViewState& view,
                                              const ViewMotion& motion, const Camera& camera,
                                              const Viewport& viewport) {
    const float text_scale = theme(view.theme).text_scale, scale = hud_scale(viewport, text_scale);
    const auto seen = [&](const std::vector<glm::vec3>& points) {
        return extent_of(draw_camera(camera, viewport), viewport, points);
    };
    const auto points_of = [](const auto& box) { return std::vector<glm::vec3>(box.begin(), box.end()); };
    const Extent first = seen(layout.image ? layout.image->box_corners() : box_of(layout.encoder)),
                 image = seen(layout.image ? points_of(layout.image->corners(-1, layout.image->panes.shown))
                                           : box_of(layout.encoder)),
                 decoder = seen(layout.decoder_corners());
    if (!image.is_seen || !decoder.is_seen) return std::nullopt;
    const float end = decoder.low.x - 60.0f * scale, below = image.high.y + 34.0f * scale;
    const float bottom = picture_margins(viewport, text_scale).bottom;
    const bool is_high = bottom - below >= least_tooltip_height_px * scale || motion.stack < 1.0f;
    for (const auto& [margin, width] :
         {std::pair(2.0f * hud_margin_px, tooltip_width_px), std::pair(hud_margin_px, narrow_tooltip_px)})
        if (is_high && (margin + width) * scale < end)
            return HudParts::FreePlace{glm::vec2(margin * scale, below), false};
    if (motion.stack < 1.0f || !first.is_seen) return std::nullopt;
    const float low = decoder.high.y + slanted_words_px * scale;
    if (bottom - low < least_tooltip_height_px * scale) return std::nullopt;
    return HudParts::FreePlace{{std::max(first.high.x, decoder.low.x) + 34.0f * scale, low}, true};
}

// The towers' names below them, and over the rails what they are.
void add_names(LabelPlacement& placement, const LabelScene& scene, const TwoTowersPlan& plan,
               const TwoTowersLayout& layout) {
    const float opacity = outside_words(scene.motion.inside) * (1.0f - scene.motion.along) *
                          (1.0f - 0.55f * scene.motion.focus);
    const bool stacked = scene.motion.stack > 0.5f;
    if (opacity <= 0.0f || (stacked && !layout.image)) return;
    const float scale = scene.text_scale;
    const auto name = [&](const std::vector<glm::vec3>& box, const char* text) {
        const Extent extent = extent_of(scene.camera, scene.viewport, box);
        if (!extent.is_seen) return;
        Label label =
            scene_label(scene, text, {0.5f * (extent.low.x + extent.high.x), extent.high.y + 12.0f * scale},
                        name_px * scale, LabelAlign::center, opacity);
        label.bold = true;
        label.id = label_id(text);
        placement.add(std::move(label), 25.0f);
    };
    const auto points_of = [](const auto& box) { return std::vector<glm::vec3>(box.begin(), box.end()); };
    if (layout.image) {
        const ImageTowerLayout& image = *layout.image;
        name(points_of(image.corners(-1, image.panes.shown)), "image");
        if (stacked) return;
        // Its slivers are seen right of the image.
        const glm::vec2 beside(
            screen_from_world(scene.camera, scene.viewport, image.corners(0, image.panes.shown)[2]));
        const Extent slivers = extent_of(scene.camera, scene.viewport,
                                         points_of(image.corners(image.encoder_layers, image.panes.shown)));
        if (!slivers.is_seen) return;
        Label label =
            scene_label(scene, "encoder", {beside.x, std::max(beside.y, slivers.high.y) + 12.0f * scale},
                        name_px * scale, LabelAlign::left, opacity);
        label.bold = true;
        label.id = label_id("encoder");
        placement.add(std::move(label), 25.0f);
    } else {
        name(box_of(layout.encoder), "encoder");
    }
    name(layout.decoder_corners(), "decoder");
    if (!plan.cross || seen_from_above(scene.camera) > 0.5f) return;
    const int last_layer = std::max(layout.cross.layers - 1, 0);
    const auto pane = [&](int layer) {
        return layout.image ? layout.image->corners(layout.image->key_pane(layer), layout.image->panes.shown)
                            : layout.cross.key_pane_corners(layer);
    };
    const auto first = pane(0), last = pane(last_layer);
    std::vector<glm::vec3> points(first.begin(), first.end());
    points.insert(points.end(), last.begin(), last.end());
    const Extent extent = extent_of(scene.camera, scene.viewport, points);
    if (!extent.is_seen) return;
    Label note = scene_label(scene,
                             layout.image ? "encoder output on its patches, read by every decoder layer"
                                          : "rails: encoder output, read by every decoder layer",
                             {0.5f * (extent.low.x + extent.high.x),
                              extent.low.y - (layout.image ? above_images_px : note_above_px) * scale},
                             note_px * scale, LabelAlign::center, opacity, true);
    note.id = label_id("rails");
    placement.add(std::move(note), 8.0f);
}

// The corner below the encoder is free unless layers go up.
std::optional<float> foot_in_corner(const TwoTowersPlan& plan, const ViewMotion& motion,
                                    const Viewport& viewport) {
    if (motion.stack > 0.5f) return std::nullopt;
    const int lanes = std::max(plan.encoder->lanes, plan.decoder->lanes);
    return corner_foot_px(viewport, theme(plan.encoder->view.theme).text_scale, lanes);
}

}  // namespace

std::string towers_summary(const TwoTowersPlan& plan) {
    const AttentionFrame& frame = *plan.encoder->frame;
    const AttentionBlock &encoder = shown_block(*plan.encoder), &decoder = shown_block(*plan.decoder);
    return std::to_string(encoder.layers) + " + " + std::to_string(decoder.layers) + " layers · " +
           count_text(encoder.heads, decoder.heads, "head") + " · " +
           text_of(frame.stacks.at(encoder.key_stack), "source") + " → " +
           text_of(frame.stacks.at(decoder.query_stack), "target");
}

ScreenBounds towers_margins(const TwoTowersPlan& plan, const ViewMotion& motion, const Viewport& viewport) {
    const float text_scale = theme(plan.encoder->view.theme).text_scale;
    const float scale = hud_scale(viewport, text_scale);
    ScreenBounds bounds = picture_margins(viewport, text_scale);
    const float words = stacked_words_px * glm::smoothstep(0.5f, 1.0f, motion.stack);
    const std::optional<float> corner = foot_in_corner(plan, motion, viewport);
    const bool is_low = static_cast<float>(viewport.size.y) < low_picture_px;
    bounds.top += ((is_low ? numbers_above_px : above_px) + words) * scale;
    bounds.bottom -= (below_px + third_ledger_px + words) * scale;
    if (corner) bounds.bottom = static_cast<float>(viewport.size.y) - *corner - over_key_px * scale;
    return bounds;
}

void add_tower_words(DrawList& list, const TwoTowersPlan& plan, const TwoTowersLayout& layout,
                     const ViewState& view, const ViewMotion& motion, const Camera& camera, double time_s,
                     const Viewport& viewport, const MeasureText& measure) {
    struct Part {
        AttentionKind kind;
        const TextStackPlan& plan;
        const TextStackLayout& layout;
        ViewState view;
        ViewMotion motion;
    };
    std::vector<Part> parts;
    for (const TowerPart& part : tower_parts(plan))
        parts.push_back({part.kind, *part.plan, layout.of(part.kind), view_in(plan, view, part.kind),
                         motion_in(plan, motion, part.kind)});

    HudParts hud;
    hud.summary = towers_summary(plan);
    hud.corners = layout.corners();
    hud.keys_in_corner = foot_in_corner(plan, motion, viewport).has_value();
    hud.free_place = free_place(layout, view, motion, camera, viewport);
    for (const AttentionKind kind : {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross})
        for (const Part& part : parts)
            if (part.kind == kind)
                hud.ledgers.push_back({attention_name(kind), &part.plan, &part.motion, &part.layout});
    // Title and tooltip speak of what has the focus, keys of what stands in front.
    const auto focused = std::find_if(parts.begin(), parts.end(), [](const Part& part) {
        return part.motion.shown_focus.kind != FocusKind::none;
    });
    const Part& titled = focused == parts.end() ? parts.front() : *focused;
    add_hud(list, titled.plan, titled.layout, titled.view, titled.motion, camera, time_s, viewport, measure,
            &hud);

    if (!view.show_labels) return;
    LabelPlacement placement(viewport, measure);
    placement.reserve_all(list);
    std::vector<LabelScene> scenes;
    for (const Part& part : parts) {
        scenes.push_back(
            make_label_scene(part.plan, part.layout, part.view, part.motion, camera, viewport, measure));
        scenes.back().part = static_cast<int>(part.kind) + 1;
        scenes.back().least_row_px = least_row_px;
        scenes.back().names_keys = !(plan.image && part.kind == AttentionKind::cross);
        add_focus_labels(placement, list, scenes.back());
        if (!scenes.back().names_keys)
            add_image_tower_labels(placement, scenes.back(), *plan.image, *layout.image);
    }
    for (size_t p = 0; p < parts.size(); ++p) {
        LabelScene scene = scenes[p];
        const AttentionKind kind = parts[p].kind;
        const bool numbers_decoder =
            kind != AttentionKind::encoder &&
            (!plan.cross || (kind == AttentionKind::decoder) == (plan.forward == AttentionKind::decoder));
        scene.outer.first_pane = kind != AttentionKind::cross;
        scene.outer.last_pane = kind == AttentionKind::decoder;
        scene.outer.caption = scene.outer.numbers = kind == AttentionKind::encoder;
        add_outer_labels(placement, scene);
        if (!numbers_decoder) continue;
        // Over the rails, with the threshold of what stands in front.
        const TextStackLayout& over = plan.cross ? layout.cross : layout.decoder;
        LabelScene numbers =
            make_label_scene(parts[p].plan, over, parts[p].view, parts[p].motion, camera, viewport, measure);
        numbers.outer = {false, false, true, false};
        numbers.part = 4;
        add_outer_labels(placement, numbers);
    }
    add_names(placement, scenes.front(), plan, layout);
    placement.place(list);
}

}  // namespace weft
