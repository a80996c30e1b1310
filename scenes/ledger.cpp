#include "scenes/ledger.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scenes/focus_lines.h"
#include "scenes/line_budget.h"
#include "scenes/plan_memory.h"
#include "scenes/shown_block.h"

namespace weft {
namespace {

// Sums over the rectangle lane x query x key that has the focus; sink keys apart.
LedgerSums sums_of_focus(const TextStackPlan& plan, const Focus& focus, float threshold) {
    const AttentionBlock& block = shown_block(plan);
    const LayerPlan& layer = plan.layers[static_cast<size_t>(focus.layer)];
    const int queries = static_cast<int>(block.queries), keys = static_cast<int>(block.keys);
    LedgerSums sums;
    for (int h = 0; h < plan.lanes; ++h) {
        if (focus.head >= 0 ? h != focus.head : !layer.lane_shown[static_cast<size_t>(h)]) continue;
        const auto lane = lane_weights(plan, focus.layer, h);
        for (int i = 0; i < queries; ++i) {
            if (focus.query >= 0 && i != focus.query) continue;
            for (int j = 0; j < keys; ++j) {
                if (focus.key >= 0 && j != focus.key) continue;
                if (plan.segments.leaves_out(static_cast<size_t>(i), static_cast<size_t>(j))) continue;
                const float weight = std::abs(
                    lane[static_cast<size_t>(i) * static_cast<size_t>(keys) + static_cast<size_t>(j)]);
                sums.total += static_cast<double>(weight);
                if (layer.sink_keys[static_cast<size_t>(j)]) {
                    sums.sinks += static_cast<double>(weight);
                } else if (weight >= threshold) {
                    sums.drawn += static_cast<double>(weight);
                    ++sums.lines;
                }
            }
        }
    }
    return sums;
}

}  // namespace

std::vector<int> whole_percents(const std::vector<double>& shares) {
    std::vector<int> whole(shares.size(), 0);
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (!(sum > 0.0)) return whole;
    std::vector<size_t> order(shares.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto percent = [&](size_t i) { return shares[i] / sum * 100.0; };
    for (size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<int>(std::floor(percent(i)));
    std::ranges::stable_sort(order, [&](size_t a, size_t b) {
        return percent(a) - std::floor(percent(a)) > percent(b) - std::floor(percent(b));
    });
    const int missing = 100 - std::accumulate(whole.begin(), whole.end(), 0);
    for (int i = 0; i < missing; ++i) ++whole[order[static_cast<size_t>(i) % order.size()]];
    return whole;
}

Ledger::Percent Ledger::percent() const {
    const std::vector<int> whole = whole_percents({drawn, sinks, neighbours, not_drawn});
    return {whole[0], whole[1], whole[2], whole[3]};
}

LedgerSums& LedgerSums::operator+=(const LedgerSums& other) {
    total += other.total;
    drawn += other.drawn;
    sinks += other.sinks;
    neighbours += other.neighbours;
    lines += other.lines;
    return *this;
}

Ledger ledger_from(const LedgerSums& sums) {
    Ledger ledger;
    ledger.lines = sums.lines;
    if (!(sums.total > 0.0)) return ledger;
    ledger.drawn = sums.drawn / sums.total;
    ledger.sinks = sums.sinks / sums.total;
    ledger.neighbours = sums.neighbours / sums.total;
    ledger.not_drawn = std::max(0.0, 1.0 - ledger.drawn - ledger.sinks - ledger.neighbours);
    return ledger;
}

FocusLedger along_ledger(const TextStackPlan& plan, int token) {
    LedgerSums sums;
    for (size_t l = 0; l < plan.layers.size(); ++l) {
        sums += sums_of_focus(plan, {FocusKind::token, 0, static_cast<int>(l), -1, token, -1, false},
                              focus_line_weight);
    }
    FocusLedger result;
    result.ledger = ledger_from(sums);
    result.threshold = focus_line_weight;
    result.of = "of this token";
    return result;
}

FocusLedger focus_ledger(const TextStackPlan& plan, const Focus& asked) {
    Focus focus = valid_focus(plan, asked);
    FocusLedger result;
    result.ledger = plan.ledger;
    if (focus.kind == FocusKind::none) return result;
    if (focus.kind == FocusKind::layer) {
        result.ledger = plan.layers[static_cast<size_t>(focus.layer)].ledger;
        result.of = "of this layer";
        return result;
    }
    result.threshold = focus_threshold(plan, focus);
    result.sinks_as_lines = focus.kind == FocusKind::token || focus.kind == FocusKind::edge;
    switch (focus.kind) {
        case FocusKind::token:
            focus.by_key ? focus.query = -1 : focus.key = -1;
            result.of = focus.by_key ? "of this key" : "of this query";
            break;
        case FocusKind::edge:
            focus.key = -1;
            result.of = "of this query";
            break;
        default:
            focus.query = focus.key = -1;
            result.of = "of this head";
    }
    const std::string name = "ledger " + std::to_string(focus.layer) + " " + std::to_string(focus.head) +
                             " " + std::to_string(focus.query) + " " + std::to_string(focus.key);
    const auto numbers = plan.memory->numbers(name, [&] {
        const LedgerSums sums = sums_of_focus(plan, focus, result.threshold);
        return std::vector<double>{sums.total, sums.drawn, sums.sinks, static_cast<double>(sums.lines)};
    });
    LedgerSums sums;
    sums.total = (*numbers)[0], sums.drawn = (*numbers)[1], sums.sinks = (*numbers)[2];
    sums.lines = static_cast<uint64_t>((*numbers)[3]);
    result.ledger = ledger_from(sums);
    return result;
}

}  // namespace weft
