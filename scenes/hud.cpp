#include "scenes/hud.h"

#include <algorithm>
#include <cmath>

#include "scenes/label_placement.h"
#include "scenes/projection.h"
#include "scenes/theme.h"

namespace weft {

namespace {

constexpr float key_row_px = 54.0f;    // height of a row of keys over the ledger
constexpr float corner_key_em = 2.8f;  // em from the ledgers up to the key of heads over them
constexpr float halo_opacity = 0.9f;

}  // namespace

void HudPen::write(const std::string& text, const glm::vec4& color, bool bold) {
    Label label;
    label.text = text;
    label.position = at;
    label.size_px = size_px;
    label.color = color;
    label.bold = bold;
    at.x += measure(text, size_px, bold);
    list.labels.push_back(std::move(label));
}

float hud_scale(const Viewport& viewport, float text_scale) {
    return std::max(viewport.ui_scale * text_scale, least_text_px / 13.0f);
}

namespace {

// What ledger (on two lines at most) and keys take beside each other: their shapes, their words.
bool has_room_in_one_row(const Viewport& viewport, float text_scale) {
    const float scale = hud_scale(viewport, 1.0f), text = hud_scale(viewport, text_scale);
    return static_cast<float>(viewport.size.x) >= 460.0f * scale + 560.0f * text;
}

}  // namespace

std::optional<float> corner_foot_px(const Viewport& viewport, float text_scale, int lanes) {
    const float scale = hud_scale(viewport, 1.0f), text = hud_scale(viewport, text_scale);
    const bool has_room = static_cast<float>(viewport.size.x) >= 240.0f * scale + 500.0f * text;
    if (has_room_in_one_row(viewport, text_scale) || !has_room || lanes > 12) return std::nullopt;
    return ledger_over_foot_px * scale;
}

float hud_foot_px(const Viewport& viewport, float text_scale, int lanes) {
    const float scale = hud_scale(viewport, 1.0f), text = hud_scale(viewport, text_scale);
    const float width = static_cast<float>(viewport.size.x);
    const int each = lanes <= 12 ? 1 : (lanes + 7) / 8;
    const float swatch = each == 1 ? 22.0f : 42.0f;
    const float head_key = lanes <= 1 ? 0.0f : 38.0f + swatch * static_cast<float>((lanes + each - 1) / each);
    const float keys_px = 358.0f + head_key;
    const float key_rows = has_room_in_one_row(viewport, text_scale)     ? 0.0f
                           : width - viewport.panel_px >= keys_px * text ? 1.0f
                                                                         : 2.0f;
    const float lines = width < 620.0f * text ? ledger_line_em * 13.0f : 0.0f;
    return (ledger_over_foot_px + 10.0f) * scale + (key_rows * key_row_px + lines) * text +
           (key_rows > 0.0f ? viewport.prompt_px : 0.0f);
}

namespace {

float key_row_height(const HudScene& scene) {
    return std::max(key_row_px * scene.scale, key_row_px / 13.0f * scene.text_px);
}

// How far above the keys' foot a ledger of so many lines begins, in em, of which `room_em` lie below it. Of
// parts as many as fit there are below the prompt line, and two of one ledger; more lines grow upwards.
float ledger_rise(int lines, bool of_parts, bool has_prompt, float room_em) {
    if (!of_parts) return static_cast<float>(std::max(lines - (has_prompt ? 2 : 1), 0)) * ledger_line_em;
    constexpr float last_row_em = 1.15f;
    const int rows_below = 1 + static_cast<int>((room_em - last_row_em) / part_row_em);
    return static_cast<float>(std::max(lines - rows_below, 0)) * part_row_em;
}

// Ledger, keys and hint; returns the y above which the picture is free.
float add_foot(DrawList& list, const HudScene& scene) {
    const ViewState& view = scene.view;
    const float scale = scene.scale;
    const Viewport& viewport = scene.viewport;
    // One row where there is room, over the whole width: a docked panel ends above it. Otherwise the keys
    // stand over the ledger, beside each other or one over the other.
    const float whole_width = static_cast<float>(viewport.size.x), gap = 16.0f * scale;
    const float free_width = whole_width - viewport.panel_px, margin = hud_margin_px * scale;
    const float head_width = view.show_hud ? head_key_width(scene) : 0.0f;
    const float line_width = line_key_width(scene);
    const float keys_width = line_width + (head_width > 0.0f ? head_width + gap : 0.0f);
    const float key_foot = static_cast<float>(viewport.size.y) - ledger_over_foot_px * scale;
    const auto rise_of = [&](int lines) {
        return ledger_rise(lines, scene.parts != nullptr, viewport.prompt_px > 0.0f,
                           ledger_over_foot_px * scale / scene.text_px) *
               scene.text_px;
    };
    DrawList unused;
    if (view.show_hud && scene.parts && scene.parts->keys_in_corner) {
        const float line_left = whole_width - margin - line_width, ledger_right = line_left - gap;
        const float foot = key_foot - rise_of(add_part_ledgers(unused, scene, 0.0f, ledger_right).lines);
        add_part_ledgers(list, scene, foot, ledger_right);
        add_line_key(list, scene, line_left, key_foot);
        const float corner = foot - corner_key_em * scene.text_px - viewport.prompt_px;
        if (head_width > 0.0f) add_head_key(list, scene, margin + 0.5f * head_width, corner);
        return corner;
    }
    const auto write_ledgers = scene.parts ? add_part_ledgers : add_ledger;
    const int most_lines = scene.parts ? static_cast<int>(scene.parts->ledgers.size()) : 2;
    const float beside_keys = whole_width - margin - keys_width - gap;
    const LedgerExtent narrow = write_ledgers(unused, scene, 0.0f, beside_keys);
    const bool one_row = !view.show_hud || (narrow.lines <= most_lines && narrow.right <= beside_keys);
    const float ledger_right = view.show_hud && one_row ? beside_keys
                               : one_row                ? whole_width - margin
                                                        : free_width - margin;
    const LedgerExtent ledger = write_ledgers(unused, scene, 0.0f, ledger_right);
    float foot = key_foot - rise_of(ledger.lines);
    write_ledgers(list, scene, foot, ledger_right);
    if (!view.show_hud) return foot;

    const float right = (one_row ? whole_width : free_width) - margin;
    if (one_row) {
        const float low = ledger.right + gap + 0.5f * head_width;
        const float high = right - line_width - gap - 0.5f * head_width;
        if (head_width > 0.0f)
            add_head_key(list, scene, std::clamp(0.555f * whole_width, low, std::max(low, high)), key_foot);
        add_line_key(list, scene, right - line_width, key_foot);
    } else {
        foot -= key_row_height(scene) + viewport.prompt_px;
        const bool beside = margin + keys_width <= right;
        add_line_key(list, scene, beside ? right - line_width : margin, foot);
        if (head_width > 0.0f) {
            if (!beside) foot -= key_row_height(scene);
            add_head_key(list, scene, margin + 0.5f * head_width, foot);
        }
    }
    if (!view.hint.empty()) {
        Label hint;
        hint.text = view.hint;
        hint.size_px = title_em * scene.text_px;
        // Large words of the key reach above its foot.
        const float rise = std::max(2.0f * (line_key_row_px(scene) - 18.0f * scale), 0.0f);
        hint.position = {0.5f * free_width, foot - 22.0f * scale - rise};
        hint.align = LabelAlign::center;
        hint.max_width_px = free_width - 2.0f * margin;
        hint.color = theme(view.theme).text;
        list.labels.push_back(std::move(hint));
    }
    return foot;
}

// Whether anything of the stack may lie behind the title or the foot.
bool reaches_hud(const HudScene& scene, float picture_foot_px) {
    const DrawCamera camera = draw_camera(scene.camera, scene.viewport);
    const float title_foot_px = (hud_title_y_px + 14.0f) * scene.scale;
    const auto reaches = [&](const glm::vec3& corner) {
        const glm::vec3 at = screen_from_world(camera, scene.viewport, corner);
        return at.z <= near_plane_u || at.y < title_foot_px || at.y > picture_foot_px;
    };
    const auto own = scene.layout.box_corners();
    if (std::any_of(own.begin(), own.end(), reaches)) return true;
    return scene.parts && std::any_of(scene.parts->corners.begin(), scene.parts->corners.end(), reaches);
}

}  // namespace

void add_hud(DrawList& list, const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
             const ViewMotion& motion, const Camera& camera, double, const Viewport& viewport,
             const MeasureText& measure, const HudParts* parts) {
    const float scale = hud_scale(viewport, 1.0f);
    const float text_px = 13.0f * hud_scale(viewport, theme(view.theme).text_scale);
    const HudScene scene{plan, layout, view, motion, camera, viewport, measure, scale, text_px, parts};
    const size_t first_label = list.labels.size();
    add_title(list, scene);
    const float hint_foot_px = add_foot(list, scene);
    // Lines run behind the words once the camera stands among them.
    const bool stands_over_scene = reaches_hud(scene, hint_foot_px);
    for (size_t i = first_label; stands_over_scene && i < list.labels.size(); ++i)
        list.labels[i].halo = with_alpha(theme(view.theme).ground, halo_opacity * list.labels[i].color.a);
    if (!view.show_hud) return;
    const float bottom_px = hint_foot_px - 20.0f * scale;
    if (!parts || !parts->free_place) {
        add_tooltip(list, scene, bottom_px, std::nullopt);
        return;
    }
    glm::vec2 corner = parts->free_place->corner;
    for (auto part = parts->ledgers.rbegin(); part != parts->ledgers.rend(); ++part) {
        const HudScene own{*part->plan, layout,  view,  *part->motion, camera,
                           viewport,    measure, scale, text_px,       parts};
        const float below = add_tooltip(list, own, bottom_px, corner);
        if (!parts->free_place->is_low) {
            corner.y = below;
        } else if (below > corner.y) {
            corner.x += (tooltip_width_px + tooltip_gap_px) * text_px / 13.0f;
        }
    }
}

}  // namespace weft
