// The most probable of a row of logits. Pure functions, any thread. Private to analysis/torch.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/family/head_spec.h"

namespace weft::torch_part {

// At most `count`, best first, equal ones by id; probabilities over the whole row.
std::vector<Prediction> most_probable(std::span<const float> logits, int64_t count,
                                      const std::function<std::string(int32_t)>& text_of);

// The label of class `id`, or "class 3" where config.json names none.
std::string class_text(const HeadSpec& head, int32_t id);

// One of them, whatever its place.
Prediction prediction_of(std::span<const float> logits, int32_t id,
                         const std::function<std::string(int32_t)>& text_of);

}  // namespace weft::torch_part
