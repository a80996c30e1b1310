#include "scenes/line_budget.h"

#include <algorithm>

namespace weft {
namespace {

constexpr int one_layer_budget = 300, lines_per_token = 40;
constexpr double kept_from = 0.70, kept_to = 1.15;

// For each hundredth the number of rungs at or below it. A rung times 100 may round below its hundredth,
// never a smaller weight above it: rung_bin corrects upwards only.
constexpr std::array<uint8_t, 101> bin_of_hundredth = [] {
    std::array<uint8_t, 101> bins{};
    for (int hundredth = 0; hundredth <= 100; ++hundredth)
        for (const float rung : rungs)
            if (rung * 100.0f < static_cast<float>(hundredth) + 0.5f) ++bins[static_cast<size_t>(hundredth)];
    return bins;
}();

// The rungs and one that no weight reaches, so that there is always a next.
constexpr std::array<float, rung_count + 1> fenced_rungs = [] {
    std::array<float, rung_count + 1> fenced{};
    for (size_t r = 0; r < rung_count; ++r) fenced[r] = rungs[r];
    fenced.back() = std::numeric_limits<float>::infinity();
    return fenced;
}();

}  // namespace

uint64_t RungCounts::lines_at(int rung) const {
    uint64_t lines = 0;
    for (size_t b = static_cast<size_t>(rung) + 1; b < counts.size(); ++b) lines += counts[b];
    return lines;
}

int rung_bin(float weight) {
    const int hundredth = static_cast<int>(std::clamp(weight, 0.0f, 1.0f) * 100.0f);
    int bin = bin_of_hundredth[static_cast<size_t>(hundredth)];
    bin += weight >= fenced_rungs[static_cast<size_t>(bin)];
    return bin;
}

int line_budget(const Theme& theme, const Thresholding& threshold, int tokens, int layers_shown) {
    if (threshold.budget > 0) return threshold.budget;
    const int budget = std::min(theme.line_budget, lines_per_token * tokens);
    return layers_shown == 1 ? std::min(budget, one_layer_budget) : budget;
}

int choose_rung(const RungCounts& counts, uint64_t share, int previous_rung) {
    if (previous_rung >= 0) {
        const double part = static_cast<double>(counts.lines_at(previous_rung)) / static_cast<double>(share);
        if (part >= kept_from && part <= kept_to) return previous_rung;
    }
    uint64_t lines = 0;
    int rung = rung_count;
    while (rung > 0 && lines + counts.counts[static_cast<size_t>(rung)] <= share) {
        lines += counts.counts[static_cast<size_t>(rung)];
        --rung;
    }
    return std::min(rung, rung_count - 1);
}

}  // namespace weft
