// `weft analyze`: a frame as .safetensors (float32 tensors, every metadata value a string, compound ones
// JSON), .json (the same metadata as JSON values, the per-head table, and each tensor of up to a million
// numbers, null for NaN) or .csv (the per-head table: stack, layer, head, then the columns of HeadRow in
// head_table.h). Saved whole or not at all. Tensor names are METHODS': "attention" [L, H, N, N], "rollout"
// [L, N, N], "entropy" [L, H, N], ...; with two stacks each takes ".encoder", ".decoder" or ".cross". Any
// thread.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>

#include "analysis/attention_frame.h"
#include "analysis/method/method_options.h"

namespace weft {

struct ExportSettings {
    // Tensor names before the first dot; "attention" is always written, "hidden_states" if the frame has
    // them.
    std::set<std::string> methods{"attention", "rollout", "entropy"};
    MethodOptions method;                        // as used; goes into "options"
    std::map<std::string, std::string> options;  // further options as used, "pair" or "truncate"
    // [min, median, max] ms of repeated runs; empty: the frame's own timings, one number each.
    std::map<std::string, std::array<double, 3>> timings_ms;
};

// Throws UsageError for an ending that is none of the three, weft::Error where a tensor holds NaN or infinity
// (naming it), a method is not in the frame, or the file cannot be written.
void export_frame(const std::string& path, const AttentionFrame& frame, const ExportSettings& settings);

}  // namespace weft
