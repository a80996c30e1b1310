#include "app/target_name.h"

namespace weft {

std::string target_name(const ExplainedTarget& target) {
    const std::string measure = target.is_probability ? "probability of " : "logit of ";
    const std::string row = "row " + std::to_string(target.position);
    const std::string name = target.text.empty() ? std::to_string(target.index) : "'" + target.text + "'";
    if (target.kind == "token") return measure + name + (target.position < 0 ? "" : " at " + row);
    if (target.kind == "class") return measure + "class " + name;
    if (target.kind == "norm") return "norm of the mean of all states";
    if (target.kind == "position_norm") return "norm of the state of " + row;
    if (target.kind == "similarity") return "cosine similarity with " + name;
    return target.kind;
}

std::string target_unit(const ExplainedTarget& target) {
    if (target.kind == "similarity") return "cosine";
    if (target.kind == "norm" || target.kind == "position_norm") return "norm";
    return target.is_probability ? "probability" : "logit";
}

TargetChoice target_of(const Prediction& prediction) {
    TargetChoice choice;
    choice.kind = TargetChoice::Kind::logit;
    choice.name = std::to_string(prediction.id);
    return choice;
}

bool explains_logits(const AttentionFrame& frame, const std::string& architecture) {
    if (frame.target) return frame.target->kind == "token" || frame.target->kind == "class";
    return !frame.predictions.empty() || architecture.find("For") != std::string::npos ||
           architecture.find("LMHead") != std::string::npos;
}

TargetChoice target_at(int64_t position, bool has_logits) {
    TargetChoice choice;
    choice.kind = has_logits ? TargetChoice::Kind::logit : TargetChoice::Kind::position_norm;
    choice.position = position;
    return choice;
}

}  // namespace weft
