// What the explained scalar is called on the screen, and how it is chosen there. Pure.
#pragma once

#include <string>

#include "analysis/attention_frame.h"
#include "analysis/method/method_options.h"

namespace weft {

// "logit of 'mat' at row 5", "probability of class 'POSITIVE'", "norm of the mean of all states", ...
std::string target_name(const ExplainedTarget& target);

// Of y on an axis: "logit", "probability", "norm", "cosine".
std::string target_unit(const ExplainedTarget& target);

// The target that a prediction stands for: its token where the model predicts, or its class.
TargetChoice target_of(const Prediction& prediction);
// The target that a position stands for: its largest logit, or the norm of its state where there are none.
TargetChoice target_at(int64_t position, bool has_logits);
// Whether the model has a head: as its target says or, before one was asked for, its predictions or the name
// of its architecture ("BertForMaskedLM").
bool explains_logits(const AttentionFrame& frame, const std::string& architecture);

}  // namespace weft
