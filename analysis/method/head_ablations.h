// The heads that a pass goes without, as the command line and the files spell them: "3.5", "3.5:mean", and
// with two stacks "encoder:3.5", "decoder:3.5", "cross:3.5:mean". Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/method/method_options.h"

namespace weft {

// A list between commas, sorted. Throws UsageError for what is no head, and for a head that is there twice.
std::vector<HeadAblation> parse_ablations(std::string_view text);
// One head without ":mean", of `--option`; likewise.
HeadName parse_head(const std::string& option, std::string_view text);
std::string ablations_text(const std::vector<HeadAblation>& ablations);
// Behind a picture's title: " (without head 3.5)", " (without 7 heads)"; empty where there are none.
std::string ablations_title(const std::vector<HeadAblation>& ablations);

// Layers and heads of one kind of attention that a model has.
struct AttentionSize {
    AttentionKind kind = AttentionKind::self;
    int64_t layers = 0, heads = 0;
};

// Throws UsageError for a head, or a kind of attention, that is none of `sizes`.
void check_ablations(const std::vector<HeadAblation>& ablations, const std::vector<AttentionSize>& sizes);

// Whether a row's numbers depend on rows behind it, also in a causal stack.
bool has_mean(const std::vector<HeadAblation>& ablations);

// Those of the self-attention or the encoder, or those of the decoder and the cross-attention.
std::vector<HeadAblation> ablations_of_stack(const std::vector<HeadAblation>& ablations, size_t stack);

}  // namespace weft
