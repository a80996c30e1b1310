#include "renderer/flow_select_twin.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/error.h"

namespace weft {
namespace {

bool has_bit(const std::vector<uint32_t>& mask, uint32_t i) {
    return (mask[i >> 5] >> (i & 31u) & 1u) != 0;
}

uint32_t count_row(const float* row, uint32_t begin, uint32_t end, float least, float row_least) {
    uint32_t count = 0;
    for (uint32_t c = begin; c < end; ++c) {
        const float strength = std::fabs(row[c]);
        count += uint32_t(strength >= least) & uint32_t(strength >= row_least);
    }
    return count;
}

// Few entries survive: a vectorised count skips the pieces without any, the rest is written without a branch.
void select_run(const float* row, uint32_t begin, uint32_t end, float least, float row_least,
                const uint32_t* masked, uint32_t first, std::vector<uint32_t>& found) {
    constexpr uint32_t piece = 64;
    for (uint32_t at = begin; at < end; at += piece) {
        const uint32_t stop = std::min(end, at + piece);
        const uint32_t most = count_row(row, at, stop, least, row_least);
        if (most == 0) continue;
        size_t used = found.size();
        found.resize(used + most + 1);
        uint32_t* out = found.data();
        const size_t last = used + most;
        for (uint32_t c = at; c < stop; ++c) {
            const float strength = std::fabs(row[c]);
            const uint32_t hidden = masked ? masked[c >> 5] >> (c & 31u) & 1u : 0u;
            out[std::min(used, last)] = first + c;
            used += uint32_t(strength >= least) & uint32_t(strength >= row_least) & (hidden ^ 1u);
        }
        found.resize(used);
    }
}

}  // namespace

void check_selection(const WeightBlock& block, const FlowSelection& selection) {
    const auto expect = [](const char* what, size_t got, size_t wanted) {
        if (got >= wanted) return;
        throw Error(std::string("flow selection: ") + what + " has \"" + std::to_string(got) +
                    "\" entries, needed are " + std::to_string(wanted));
    };
    const size_t lines = size_t(block.slices) * block.rows;
    if (block.columns && lines > UINT32_MAX / block.columns)
        throw Error("flow selection: a block of \"" + std::to_string(lines) + " x " +
                    std::to_string(block.columns) + "\" is too large");
    expect("values", block.values ? block.values->size() : 0, lines * block.columns);
    if (selection.row_thresholds) expect("row_thresholds", selection.row_thresholds->size(), lines);
    if (selection.slice_mask)
        expect("slice_mask", selection.slice_mask->size(), (size_t(block.slices) + 31) / 32);
    if (selection.row_mask) expect("row_mask", selection.row_mask->size(), (size_t(block.rows) + 31) / 32);
    if (selection.column_mask)
        expect("column_mask", selection.column_mask->size(), (size_t(block.columns) + 31) / 32);
}

std::vector<uint32_t> select_flows(const WeightBlock& block, const FlowSelection& selection) {
    check_selection(block, selection);
    std::vector<uint32_t> found;
    const uint32_t* masked = selection.column_mask ? selection.column_mask->data() : nullptr;
    for (uint32_t s = 0; s < block.slices; ++s) {
        if (selection.only_slice >= 0 && uint32_t(selection.only_slice) != s) continue;
        if (selection.slice_mask && !has_bit(*selection.slice_mask, s)) continue;
        for (uint32_t r = 0; r < block.rows; ++r) {
            if (selection.only_row >= 0 && uint32_t(selection.only_row) != r) continue;
            if (selection.row_mask && has_bit(*selection.row_mask, r)) continue;
            const uint32_t line = s * block.rows + r, first = line * block.columns;
            const float* row = block.values->data() + first;
            const float row_least =
                selection.row_thresholds ? (*selection.row_thresholds)[line] : selection.threshold;
            uint32_t begin = 0, end = block.columns;
            if (selection.only_column >= 0) {
                begin = std::min(end, uint32_t(selection.only_column));
                end = std::min(end, begin + 1);
            }
            // |r - c| <= band is left out: one gap [r - band, r + band]
            const int64_t band = selection.band;
            const auto clamped = [&](int64_t c) { return uint32_t(std::clamp<int64_t>(c, begin, end)); };
            const uint32_t gap_begin = band < 0 ? end : clamped(int64_t(r) - band);
            const uint32_t gap_end = band < 0 ? end : clamped(int64_t(r) + band + 1);
            select_run(row, begin, gap_begin, selection.threshold, row_least, masked, first, found);
            select_run(row, gap_end, end, selection.threshold, row_least, masked, first, found);
        }
    }
    return found;
}

}  // namespace weft
