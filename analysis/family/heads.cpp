#include "analysis/family/heads.h"

namespace weft {

HeadStep linear_step(std::string name, int64_t outputs, bool has_bias) {
    HeadStep step;
    step.names = {std::move(name)};
    step.outputs = outputs;
    step.has_bias = has_bias;
    return step;
}

HeadStep activation_step(Activation activation) {
    HeadStep step;
    step.kind = HeadStep::Kind::activation;
    step.activation = activation;
    return step;
}

HeadStep norm_step(std::string name, const NormSpec& norm) {
    HeadStep step;
    step.kind = HeadStep::Kind::norm;
    step.names = {std::move(name)};
    step.norm = norm;
    return step;
}

HeadStep row_step(HeadStep::Kind kind) {
    HeadStep step;
    step.kind = kind;
    return step;
}

HeadStep value_step(HeadStep::Kind kind, double value) {
    HeadStep step;
    step.kind = kind;
    step.value = value;
    return step;
}

HeadStep vocabulary_step(std::vector<std::string> names, std::vector<std::string> bias_names) {
    HeadStep step;
    step.names = std::move(names);
    step.has_bias = !bias_names.empty();
    step.bias_names = std::move(bias_names);
    step.may_be_tied = true;
    return step;
}

int64_t class_count(const ConfigReader& reader) {
    const size_t labels = reader.labels().size();
    return reader.size("num_labels", labels > 0 ? static_cast<int64_t>(labels) : 2);
}

bool is_for(const ModelConfig& config, std::string_view suffix) {
    return config.architecture.ends_with(suffix);
}

}  // namespace weft
