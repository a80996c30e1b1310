#include "scenes/segments.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weft {
namespace {

// Whether the queries and the keys that stay are of the second text.
struct Sides {
    bool from_b, to_b;
};

Sides sides_of(SegmentChoice choice) {
    return {choice == SegmentChoice::ba || choice == SegmentChoice::bb,
            choice == SegmentChoice::ab || choice == SegmentChoice::bb};
}

}  // namespace

bool has_two_segments(const AttentionFrame& frame, const AttentionBlock& block) {
    if (block.key_stack != block.query_stack || block.key_stack >= frame.stacks.size()) return false;
    const std::vector<uint8_t>& segments = frame.stacks[block.key_stack].segments;
    if (segments.size() != block.keys) return false;
    const auto of_a = std::ranges::count(segments, uint8_t{0});
    return of_a > 0 && of_a < std::ssize(segments);
}

SegmentFilter segment_filter(const AttentionFrame& frame, const AttentionBlock& block, SegmentChoice choice) {
    SegmentFilter filter;
    filter.queries = block.queries;
    if (choice == SegmentChoice::all || !has_two_segments(frame, block)) return filter;
    const auto [from_b, to_b] = sides_of(choice);
    for (const uint8_t segment : frame.stacks[block.key_stack].segments) {
        filter.queries_out.push_back((segment != 0) != from_b);
        filter.keys_out.push_back((segment != 0) != to_b);
    }
    filter.query_mask = mask_of(filter.queries_out, true);
    filter.key_mask = mask_of(filter.keys_out, true);
    filter.queries = static_cast<size_t>(std::ranges::count(filter.queries_out, false));
    return filter;
}

void leave_out(const SegmentFilter& filter, std::span<float> weights) {
    if (!filter.is_active()) return;
    const size_t rows = filter.queries_out.size(), columns = filter.keys_out.size();
    for (size_t at = 0, row = 0; at < weights.size(); at += columns, ++row)
        for (size_t j = 0; j < columns; ++j)
            if (filter.leaves_out(row % rows, j)) weights[at + j] = 0.0f;
}

std::string segments_caption(SegmentChoice choice) {
    if (choice == SegmentChoice::all) return "";
    const auto [from_b, to_b] = sides_of(choice);
    return std::string("only what sentence ") + (from_b ? "B" : "A") + " reads of " + (to_b ? "B" : "A");
}

std::string segments_note(SegmentChoice choice, double share) {
    if (choice == SegmentChoice::all) return "";
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.0f %%", 100.0 * share);
    return segments_caption(choice) + ": " + percent + " of the weight";
}

double kept_share(const SegmentFilter& filter, std::span<const float> weights) {
    if (!filter.is_active()) return 1.0;
    const size_t rows = filter.queries_out.size(), columns = filter.keys_out.size();
    double kept = 0.0, all = 0.0;
    for (size_t at = 0; at < weights.size(); ++at) {
        const double weight = std::abs(static_cast<double>(weights[at]));
        all += weight;
        if (!filter.leaves_out(at / columns % rows, at % columns)) kept += weight;
    }
    return all > 0.0 ? kept / all : 0.0;
}

std::shared_ptr<const std::vector<uint32_t>> mask_of(const std::vector<bool>& bits, bool wanted) {
    auto mask = std::make_shared<std::vector<uint32_t>>((bits.size() + 31) / 32, 0u);
    for (size_t b = 0; b < bits.size(); ++b)
        if (bits[b] == wanted) (*mask)[b / 32] |= 1u << (b % 32);
    return mask;
}

}  // namespace weft
