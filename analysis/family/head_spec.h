// What a model puts on top of its last hidden state, as a list of steps from there to the logits. Pure data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/family/stack_spec.h"

namespace weft {

enum class HeadKind {
    language_model,           // logits [N, V]: masked or causal
    sequence_classification,  // [C]
    token_classification,     // [N, C]
    question_answering,       // [N, 2]: start and end
    image_classification      // [C]
};

// Starts from the last hidden state behind the final norm, if the stack has one, [N, D].
struct HeadStep {
    enum class Kind {
        first_row,           // [N, D] -> [D]
        last_row,            // of a text: the last token that is no padding
        mean_rows,           // from row `first` on
        first_row_and_mean,  // [D] and the mean from row `first` on, one behind the other
        first_two_rows,      // [D] and [D], likewise
        linear,
        norm,
        activation,
        scale,   // times `value`
        softcap  // value * tanh(x / value)
    } kind = Kind::linear;
    // linear: the first name that the file has, whole ("cls.predictions.decoder"), without ".weight"; the
    // word embedding where `may_be_tied` and the model ties them. norm: one name.
    std::vector<std::string> names;
    bool has_bias = true;
    std::vector<std::string> bias_names;  // where the bias isn't "NAME.bias": whole, the first that is there
    bool may_be_tied = false;
    bool bias_may_be_missing = false;  // then it is 0
    // linear: the mean of the maps of all names, each of its own part of what comes before it.
    bool is_mean_of_names = false;
    int64_t outputs = 0;  // of linear: rows of the weight; 0: as many as the file has
    Activation activation = Activation::none;
    NormSpec norm;
    double value = 0;
    int64_t first = 0;
};

struct HeadSpec {
    HeadKind kind = HeadKind::language_model;
    std::vector<HeadStep> steps;
    std::vector<std::string> labels;  // of the classes, from id2label; may be empty
};

}  // namespace weft
