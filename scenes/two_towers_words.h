// Everything that is written on a picture of the two towers: title, three ledgers, keys, the words of both
// texts, layer numbers, names. Pure; any thread.
#pragma once

#include "scenes/camera_fit.h"
#include "scenes/hud.h"
#include "scenes/two_towers_layout.h"

namespace weft {

void add_tower_words(DrawList& list, const TwoTowersPlan& plan, const TwoTowersLayout& layout,
                     const ViewState& view, const ViewMotion& motion, const Camera& camera, double time_s,
                     const Viewport& viewport, const MeasureText& measure);

// "6 + 6 layers · 8 heads · She sees it. → Sie sieht es."
std::string towers_summary(const TwoTowersPlan& plan);

// The picture's margins, less what the names above and below the towers and the third ledger take.
ScreenBounds towers_margins(const TwoTowersPlan& plan, const ViewMotion& motion, const Viewport& viewport);

}  // namespace weft
