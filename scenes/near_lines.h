// The lines between the tokens of a text whose rows merge: chosen, layer by layer, once somebody comes near.
// Immutable as seen from outside; any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "renderer/draw_list.h"
#include "scenes/layer_lines.h"
#include "scenes/segments.h"

namespace weft {

struct NearLayer {
    std::vector<bool> lane_shown, sink_keys;
    FlowSelection selection;  // of all lines but the weak ones
    LedgerSums sums;          // what the bars of sinks hold
};

class NearLines {
  public:
    struct Lines {
        FlowSelection selection;
        LineChoice choice;
        LedgerSums sums;
    };

    NearLines(std::vector<WeightBlock> blocks, bool is_signed, SegmentFilter segments, LineRules rules,
              std::vector<NearLayer> layers);
    const Lines& layer(int layer) const;

  private:
    std::vector<WeightBlock> blocks_;
    bool is_signed_;
    SegmentFilter segments_;
    LineRules rules_;
    std::vector<NearLayer> layers_;
    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<const Lines>> chosen_;
};

}  // namespace weft
