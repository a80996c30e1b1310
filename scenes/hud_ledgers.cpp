#include <algorithm>

#include "scenes/flow_lines.h"
#include "scenes/hud.h"
#include "scenes/quantity.h"
#include "scenes/theme.h"

namespace weft {
namespace {

constexpr float bar_width_px = 148.0f, short_bar_px = 60.0f, bar_height_px = 8.0f, gap_px = 10.0f;

}  // namespace

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
