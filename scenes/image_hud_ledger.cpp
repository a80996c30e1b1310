// Where the weight of an image stack's row goes: bar and words at the picture's foot.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "scenes/image_hud_parts.h"
#include "scenes/image_names.h"
#include "scenes/ledger.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

// Written in lines that break before `right_px`.
class Lines {
  public:
    Lines(ImageHud& hud, glm::vec2 at, float right_px)
        : hud_(hud), pen_{hud.list, hud.measure, at, hud.at.text_px}, left_(at.x), right_(right_px) {}
    void write(const std::string& text, const glm::vec4& color) {
        const bool fits = pen_.at.x + hud_.measure(text, pen_.size_px, false) <= right_;
        if (pen_.at.x > left_ && !fits) pen_.at = {left_, pen_.at.y + ledger_line_em * pen_.size_px};
        pen_.write(text, color);
        hud_.list.labels.back().max_width_px = right_ - left_;
        pen_.skip(pen_.size_px);
    }

  private:
    ImageHud& hud_;
    HudPen pen_;
    float left_, right_;
};

// Numbers that are no shares of anything: what they are on average.
void add_means(ImageHud& hud) {
    const ImageStackPlan& plan = hud.plan;
    const float left = hud_margin_px * hud.at.scale;
    Lines lines(hud, {left, hud.at.ledger_px + ledger_height_px * hud.at.scale + 1.25f * hud.at.text_px},
                hud.width() - left);
    if (plan.row.empty()) return;
    double sum = 0.0;
    int count = 0;
    for (int p = 0; p < plan.patches(); ++p) {
        const float number = plan.patch_number(p);
        if (!std::isfinite(number)) continue;
        sum += static_cast<double>(number);
        ++count;
    }
    if (count > 0)
        lines.write("mean of " + std::to_string(count) + (count == 1 ? " patch " : " patches ") +
                        number_text(static_cast<float>(sum / count)),
                    hud.colors.text);
    for (size_t o = 0; o < plan.others.size() && o < 4; ++o)
        lines.write(token_name(plan, plan.others[o]) + " " +
                        number_text(plan.row[static_cast<size_t>(plan.others[o])]),
                    hud.colors.dim_text);
}

}  // namespace

void add_image_ledger(ImageHud& hud) {
    const ImageStackPlan& plan = hud.plan;
    if (plan.kind == ImageNumbers::queries) return add_means(hud);
    const bool has_lines = !plan.lines.empty();
    LedgerShares ledger;
    std::vector<LedgerShare>& parts = ledger.shares;
    if (has_lines) parts.push_back({"patches with a line", plan.ledger.lines, 0, hud.colors.amber});
    parts.push_back({has_lines ? "other patches" : "patches", plan.ledger.patches, 0, hud.colors.drawn});
    for (size_t o = 0; o < plan.others.size(); ++o) {
        if (o < 3 || plan.others.size() <= 4) {
            parts.push_back({token_name(plan, plan.others[o]), plan.ledger.others[o], 0, hud.colors.sink});
        } else if (o == 3) {
            parts.push_back({std::to_string(plan.others.size() - 3) + " more tokens", plan.ledger.others[o],
                             0, hud.colors.sink});
        } else {
            parts.back().share += plan.ledger.others[o];
        }
    }
    std::vector<double> shares;
    for (const LedgerShare& part : parts) shares.push_back(part.share);
    const std::vector<int> percents = whole_percents(shares);

    const float scale = hud.at.scale, left = hud_margin_px * scale;
    add_ledger_bar(hud.list, ledger, {left, hud.at.ledger_px},
                   {ledger_width_px * scale, ledger_height_px * scale}, scale);
    const float beside = left + (ledger_width_px + 10.0f) * scale;
    if (hud.motion.stale > 0.0f) {
        HudPen stale{
            hud.list, hud.measure, {beside, hud.at.ledger_px + ledger_height_px * scale}, hud.at.text_px};
        stale.write("stale", with_alpha(hud.colors.text, hud.motion.stale), true);
    }
    Lines lines(hud, {left, hud.at.ledger_px + ledger_height_px * scale + 1.25f * hud.at.text_px},
                hud.width() - left);
    for (size_t i = 0; i < parts.size(); ++i)
        lines.write(parts[i].text + " " + std::to_string(percents[i]) + " %",
                    i == 0 ? hud.colors.text : hud.colors.dim_text);
    std::string of = plan.query ? "of this query" : has_query(plan.kind) ? "of the mean query" : "";
    if (plan.is_signed) {
        const auto below = static_cast<int>(std::lround(100.0 * plan.ledger.negative));
        of = "of |value|" + std::string(of.empty() ? "" : " ") + of + ", " + std::to_string(below) +
             " % below 0";
    } else if (!plan.is_share) {
        of = "of all values" + std::string(of.empty() ? "" : " ") + of;
    }
    lines.write(of, hud.colors.dim_text);
    if (const std::string explained = explained_text(*plan.frame); !explained.empty())
        lines.write(explained, hud.colors.text);
}

}  // namespace weft
