// The ledger: which share of the weight in view is drawn, goes to sinks, is folded, is left out. Sums in
// double; every share is a measurement of the tensor. Pure; any thread.
#pragma once

#include <vector>

#include "scenes/text_stack.h"

namespace weft {

// not_drawn is the rest; all shares 0 where total is not above 0.
Ledger ledger_from(const LedgerSums& sums);

// Whole percents by largest remainder: they add to 100, or are all 0.
std::vector<int> whole_percents(const std::vector<double>& shares);

// The ledger of what has the focus, and the words for it.
struct FocusLedger {
    Ledger ledger;
    float threshold = 0.0f;  // of the focus set: "below 0.03"; 0: the layer's own lines are shown
    bool sinks_as_lines = false;
    std::string of;  // "of this query", "of this key", "of this head", "of this layer"
};

// What the query `token` reads in all shown layers together.
FocusLedger along_ledger(const TextStackPlan& plan, int token);
// Query: its row in every shown lane of its layer; key: its column; edge: its query in its head; head; layer.
// Focus none or out of range: the plan's own ledger, `of` empty.
FocusLedger focus_ledger(const TextStackPlan& plan, const Focus& focus);

}  // namespace weft
