// The filter of a text pair: lines from one text to itself or to the other alone, as BertViz' "Sentence A ->
// Sentence B". A is segment 0, B every other. Pure; any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "renderer/draw_list.h"
#include "scenes/view_state.h"

namespace weft {

// Queries and keys that are left out; both empty where all are kept.
struct SegmentFilter {
    std::vector<bool> queries_out, keys_out;                            // [Q], [K]
    std::shared_ptr<const std::vector<uint32_t>> query_mask, key_mask;  // for FlowSelection; null: none is
    size_t queries = 0;                                                 // that are kept
    bool is_active() const { return query_mask != nullptr; }
    bool leaves_out(size_t query, size_t key) const {
        return is_active() && (queries_out[query] || keys_out[key]);
    }
    bool leaves_out_query(size_t query) const { return is_active() && queries_out[query]; }
};

// Whether the attention is of one text pair: queries and keys are the same tokens, of two segments.
bool has_two_segments(const AttentionFrame& frame, const AttentionBlock& block);

// Inactive where the view shows all, and where there is no pair.
SegmentFilter segment_filter(const AttentionFrame& frame, const AttentionBlock& block, SegmentChoice choice);

// Sets to 0 what the filter leaves out of `weights` [lanes, Q, K].
void leave_out(const SegmentFilter& filter, std::span<float> weights);

// "only what sentence A reads of B"; "" of SegmentChoice::all.
std::string segments_caption(SegmentChoice choice);
// The same with how much it is: "only what sentence A reads of B: 23 % of the weight". `share` 0..1.
std::string segments_note(SegmentChoice choice, double share);

// Share of all |weights| [lanes, Q, K] that the filter keeps; 1 where it is inactive, 0 where there is none.
double kept_share(const SegmentFilter& filter, std::span<const float> weights);

// Bits of a mask as FlowSelection reads them: of all entries that are `wanted`.
std::shared_ptr<const std::vector<uint32_t>> mask_of(const std::vector<bool>& bits, bool wanted);

}  // namespace weft
