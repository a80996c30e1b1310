// Recorded attention of any model and framework (METHODS "Attention traces"): a .safetensors file with
// `attention` [L, H, N, N], or `attention.encoder`, `attention.decoder` and `attention.cross` [L, H, Q, K],
// in F16, BF16 or F32, and the metadata weft.trace = "1", `tokens` (JSON list of strings; {text, id, start,
// end, special} as `weft analyze` writes them works too), `tokens.target` with two stacks, `patch_grid`
// ("14x14"), `image` (analysis/trace_image.h), `title`. Any thread.
#pragma once

#include <span>
#include <string>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/model.h"

namespace weft {

// A complete frame with those of `options.methods` that attention alone gives. Its stack's text is the tokens
// with a space between, and their spans lie in it. A block is causal if nothing above the diagonal is other
// than 0. Throws weft::Error naming file and tensor: wrong shape, NaN, negative weights, rows that do not sum
// to 1 (within 1e-3 for F32, 1e-2 for halves).
FramePtr read_trace(const std::string& path, const AnalysisOptions& options = {});

// From bytes that outlive the call only; `source` names them. No other file is touched: of an image there is
// the name.
FramePtr parse_trace(std::span<const std::byte> file, const std::string& source,
                     const AnalysisOptions& options = {});

// The same from bytes that were read from `path`, with its image: for files that may change while they are
// read, which a mapping does not survive.
FramePtr parse_trace_at(std::span<const std::byte> file, const std::string& path);

// The frame's attention as such a file. Throws weft::Error as write_safetensors and for numbers that are not
// finite.
void write_trace(const std::string& path, const AttentionFrame& frame);

}  // namespace weft
