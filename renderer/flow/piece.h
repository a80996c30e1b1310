// The piece of a line between two of its points, as rows of pixels. Pure; any thread.
#pragma once

#include <optional>

#include "renderer/flow/fill.h"
#include "renderer/flow/points.h"

namespace weft {

// Neighbouring pieces share the border through their common point: no pixel is drawn by both or by none. None
// where nothing can be seen.
std::optional<FlowPiece> piece_between(const FlowPoint& a, const FlowPoint& b, const FlowLook& look);

}  // namespace weft
