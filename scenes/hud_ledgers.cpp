// The HUD's ledgers: shares, bars and their words.
#include <algorithm>
#include <cmath>

#include "scenes/flow_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/hud.h"
#include "scenes/ledger.h"
#include "scenes/level_of_detail.h"
#include "scenes/quantity.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/transition.h"

namespace weft {

namespace {

constexpr float bar_width_px = 148.0f, short_bar_px = 60.0f, bar_height_px = 8.0f, gap_px = 10.0f;

// What the ledger's bar shows on the way from a former text's shares to these.
Ledger sliding_ledger(const TextStackPlan& plan, const Ledger& ledger, const TextStackLayout& layout,
                      const ViewMotion& motion, const Camera& camera, const Viewport& viewport) {
    const TextStackPlan* former = former_of(plan, motion);
    if (!former || former->blocks.empty()) return ledger;
    const Ledger was = drawn_ledger(*former, layout, camera, viewport);
    // A part that comes or goes has no length on the way.
    if ((was.neighbours > 0.0) != (ledger.neighbours > 0.0)) return ledger;
    const auto slid = static_cast<double>(motion.slid);
    Ledger now = ledger;
    now.drawn = std::lerp(was.drawn, ledger.drawn, slid);
    now.sinks = std::lerp(was.sinks, ledger.sinks, slid);
    now.neighbours = std::lerp(was.neighbours, ledger.neighbours, slid);
    now.not_drawn = std::lerp(was.not_drawn, ledger.not_drawn, slid);
    return now;
}

}  // namespace

LedgerShares ledger_shares(const TextStackPlan& plan, const TextStackLayout& layout, const ViewState& view,
                           const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                           bool along, bool in_short, bool in_corner) {
    const Theme& colors = theme(view.theme);
    const Focus& focus = motion.shown_focus;
    const bool focused = motion.focus > 0.5f && focus.kind != FocusKind::none;
    along = along && !focused;
    const FocusLedger in_focus =
        along ? along_ledger(plan, motion.along_token) : focus_ledger(plan, focused ? focus : Focus{});
    const bool at_rest = in_focus.of.empty(), of_layer = focused && focus.kind == FocusKind::layer;
    const Ledger ledger = at_rest || of_layer ? drawn_ledger(plan, layout, camera, viewport,
                                                             of_layer && !at_rest ? focus.layer : -1)
                                              : in_focus.ledger;
    const Ledger::Percent percent = ledger.percent();
    const Ledger bar = at_rest ? sliding_ledger(plan, ledger, layout, motion, camera, viewport) : ledger;

    std::vector<LedgerShare> shares{{"drawn", bar.drawn, percent.drawn, colors.drawn}};
    const bool hides_sinks = along || (view.sinks == SinkMode::hidden && !in_focus.sinks_as_lines);
    const char* sinks = in_short                                                   ? "sinks"
                        : hides_sinks                                              ? "sinks (hidden)"
                        : view.sinks == SinkMode::lines || in_focus.sinks_as_lines ? "sinks (grey lines)"
                                                                                   : "sinks (grey bars)";
    if (plan.has_sinks) shares.push_back({sinks, bar.sinks, percent.sinks, colors.sink});
    if (ledger.neighbours > 0.0) {
        const std::string folded = plan.joins_ends ? "of the same word (hidden)"
                                   : in_short      ? "neighbours"
                                                   : "neighbours within " + std::to_string(plan.band) +
                                                    (plan.near ? " rows" : "") + " (bars at the foot)";
        shares.push_back({folded, bar.neighbours, percent.neighbours, colors.neighbours});
    }
    std::string rest = "not drawn";
    if (in_focus.threshold > 0.0f && in_corner)
        rest = "rest";
    else if (in_focus.threshold > 0.0f)
        rest = "below " + (reads_patches(plan) ? number_text(in_focus.threshold * plan.scale)
                                               : weight_text(plan, in_focus.threshold, 2));
    shares.push_back({rest, bar.not_drawn, percent.not_drawn, colors.rule});
    return {std::move(shares), in_corner ? "" : in_focus.of};
}

void add_ledger_bar(DrawList& list, const LedgerShares& ledger, glm::vec2 left_top, glm::vec2 size,
                    float scale) {
    float x = left_top.x;
    for (const LedgerShare& share : ledger.shares) {
        const float length = static_cast<float>(share.share) * size.x;
        ScreenRect rect;
        rect.min = {x, left_top.y};
        rect.max = {x + std::max(length - 2.0f * scale, 0.0f), left_top.y + size.y};
        rect.fill = share.color;
        rect.corner_px = 1.5f * scale;
        if (rect.max.x > rect.min.x) list.rects.push_back(rect);
        x += length;
    }
}

LedgerExtent add_ledger(DrawList& list, const HudScene& scene, float foot_px, float right_px) {
    const Theme& colors = theme(scene.view.theme);
    const bool along = is_along(scene.layout, scene.motion) && scene.motion.along > 0.5f;
    const LedgerShares ledger = ledger_shares(scene.plan, scene.layout, scene.view, scene.motion,
                                              scene.camera, scene.viewport, along, false);
    const float left = hud_margin_px * scene.scale, width = ledger_width_px * scene.scale,
                height = ledger_height_px * scene.scale;
    add_ledger_bar(list, ledger, {left, foot_px}, {width, height}, scene.scale);
    const float stale_left = left + width + 10.0f * scene.scale;
    const float stale_width = scene.measure("stale", scene.text_px, true);
    if (scene.motion.stale > 0.0f) {
        HudPen stale{list, scene.measure, {stale_left, foot_px + height}, scene.text_px};
        stale.write("stale", with_alpha(colors.text, scene.motion.stale), true);
    }
    LedgerExtent extent{stale_left + stale_width, 1};
    HudPen pen{list, scene.measure, {left, foot_px + height + 1.25f * scene.text_px}, scene.text_px};
    const auto write = [&](const std::string& text, const glm::vec4& color) {
        if (pen.at.x > left && pen.at.x + scene.measure(text, scene.text_px, false) > right_px) {
            pen.at = {left, pen.at.y + ledger_line_em * scene.text_px};
            ++extent.lines;
        }
        pen.write(text, color);
        extent.right = std::max(extent.right, pen.at.x);
        pen.skip(scene.text_px);
    };
    for (size_t i = 0; i < ledger.shares.size(); ++i)
        write(ledger.shares[i].text + " " + std::to_string(ledger.shares[i].percent) + " %",
              i == 0 ? colors.text : colors.dim_text);
    const std::string which = attention_title(shown_block(scene.plan).kind);
    const std::string of = which.empty()       ? ledger.of
                           : ledger.of.empty() ? "of " + which
                                               : ledger.of + " in " + which;
    if (!of.empty()) write(of, colors.dim_text);
    if (const std::string explained = explained_text(*scene.plan.frame); !explained.empty())
        write(explained, colors.text);
    if (!scene.plan.alike.empty()) write(scene.plan.alike, colors.dim_text);
    return extent;
}

LedgerExtent add_part_ledgers(DrawList& list, const HudScene& scene, float foot_px, float right_px) {
    const Theme& colors = theme(scene.view.theme);
    const float left = hud_margin_px * scene.scale, gap = gap_px * scene.scale, text = scene.text_px;
    float names = 0.0f;
    for (const HudParts::Part& part : scene.parts->ledgers)
        names = std::max(names, scene.measure(part.name, text, false));
    const bool in_corner = scene.parts->keys_in_corner;
    const glm::vec2 bar{(in_corner ? short_bar_px : bar_width_px) * scene.scale, bar_height_px * scene.scale};
    LedgerExtent extent{0.0f, 0};
    float y = foot_px;
    for (const HudParts::Part& part : scene.parts->ledgers) {
        const float baseline = y + 0.5f * bar.y + 0.36f * text;
        HudPen pen{list, scene.measure, {left, baseline}, text};
        pen.write(part.name, part.plan == &scene.plan ? colors.text : colors.dim_text);
        pen.at.x = left + names + gap;
        ++extent.lines;
        const bool along = part.motion->along > 0.5f && part.motion->along_token >= 0;
        const LedgerShares ledger = ledger_shares(*part.plan, *part.layout, scene.view, *part.motion,
                                                  scene.camera, scene.viewport, along, true, in_corner);
        if (part.plan->blocks.empty()) {
            pen.write("no " + quantity_title(part.plan->view.quantity), colors.dim_text);
        } else {
            add_ledger_bar(list, ledger, {pen.at.x, y}, bar, scene.scale);
            pen.at.x += bar.x + gap;
            const float first = pen.at.x;
            const auto write = [&](const std::string& words, const glm::vec4& color) {
                if (pen.at.x > first && pen.at.x + scene.measure(words, text, false) > right_px) {
                    pen.at = {first, pen.at.y + part_row_em * text};
                    y += part_row_em * text;
                    ++extent.lines;
                }
                pen.write(words, color);
                extent.right = std::max(extent.right, pen.at.x);
                pen.skip(0.75f * text);
            };
            for (size_t i = 0; i < ledger.shares.size(); ++i)
                write(ledger.shares[i].text + " " + std::to_string(ledger.shares[i].percent) + " %",
                      i == 0 ? colors.text : colors.dim_text);
            if (!ledger.of.empty()) write(ledger.of, colors.dim_text);
            if (&part == &scene.parts->ledgers.front() && scene.motion.stale > 0.0f)
                write("stale", with_alpha(colors.text, scene.motion.stale));
            if (&part == &scene.parts->ledgers.back())
                if (const std::string explained = explained_text(*part.plan->frame); !explained.empty())
                    write(explained, colors.text);
            if (!part.plan->alike.empty()) write(part.plan->alike, colors.dim_text);
        }
        extent.right = std::max(extent.right, pen.at.x);
        y += part_row_em * text;
    }
    return extent;
}

}  // namespace weft
