#include "app/plot/ticks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weft {

namespace {

double nice_step(double least) {
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= least * (1.0 - 1e-9)) return factor * power;
    return 10.0 * power;
}

std::string tick_text(double value, double step) {
    const double size = std::max(std::abs(value), step);
    char text[40];
    if (value != 0.0 && (size >= 1e6 || step < 1e-4)) {
        std::snprintf(text, sizeof text, "%.3g", value);
    } else {
        const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
        std::snprintf(text, sizeof text, "%.*f", std::min(decimals, 4), value);
    }
    return text;
}

}  // namespace

Range range_of(std::span<const double> values) {
    Range range{INFINITY, -INFINITY};
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        range.low = std::min(range.low, value);
        range.high = std::max(range.high, value);
    }
    if (range.low > range.high) return {};
    const double room = 1e-9 * std::max(std::abs(range.low), std::abs(range.high));
    if (range.size() > room) return range;
    const double around = range.low == 0.0 ? 0.5 : 0.1 * std::abs(range.low);
    return {range.low - around, range.high + around};
}

Range joined(const Range& a, const Range& b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

std::vector<Tick> nice_ticks(const Range& range, int most, bool whole) {
    std::vector<Tick> ticks;
    if (!std::isfinite(range.size()) || range.size() <= 0.0 || most < 1) return ticks;
    double step = nice_step(range.size() / most);
    if (whole) step = std::max(step, 1.0);
    // Both ends are ticks where the range divides evenly: one more than there are steps.
    while (std::floor(range.high / step + 1e-6) - std::ceil(range.low / step - 1e-6) + 1.0 > most)
        step = nice_step(step * 1.5);
    const double first = std::ceil(range.low / step - 1e-6), last = std::floor(range.high / step + 1e-6);
    for (double index = first; index <= last; index += 1.0) {
        const double value = index == 0.0 ? 0.0 : index * step;
        ticks.push_back({value, tick_text(value, step)});
    }
    return ticks;
}

std::string exact_text(double value) {
    if (std::isnan(value)) return "not a number";
    if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
    char text[40];
    std::snprintf(text, sizeof text, "%.7g", value);
    return text;
}

}  // namespace weft
