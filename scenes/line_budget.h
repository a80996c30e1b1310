// How many lines a picture may have, and which threshold keeps a layer within its share. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "scenes/theme.h"
#include "scenes/view_state.h"

namespace weft {

constexpr int rung_count = 19;
constexpr std::array<float, rung_count> rungs{.02f, .03f, .04f, .05f, .06f, .08f, .10f, .12f, .15f, .20f,
                                              .25f, .30f, .35f, .40f, .50f, .60f, .70f, .80f, .90f};

// The smallest weight that is a line at all: masked entries are exactly 0.
constexpr float least_weight = std::numeric_limits<float>::min();

// counts[b]: weights w with exactly b rungs <= w; counts[0] is not used.
struct RungCounts {
    std::array<uint64_t, rung_count + 1> counts{};
    uint64_t lines_at(int rung) const;  // weights >= rungs[rung]
};

// Number of rungs <= weight, exact in float32; weight >= 0.
int rung_bin(float weight);

// Lines of the whole picture: the user's number, or min(theme, 40 n) and at most 300 where one layer is
// shown.
int line_budget(const Theme& theme, const Thresholding& threshold, int tokens, int layers_shown);

// Lowest rung whose lines fit `share`; the highest rung where none does. `previous_rung` (-1: none) stays
// while its lines are within 70..115 % of the share.
int choose_rung(const RungCounts& counts, uint64_t share, int previous_rung);

}  // namespace weft
