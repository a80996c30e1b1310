#include "scenes/image_names.h"

namespace weft {

const std::string& token_name(const ImageStackPlan& plan, int token) {
    return plan.frame->stacks.front().tokens.at(static_cast<size_t>(token)).text;
}

std::string patch_name(const ImageStackPlan& plan, int patch) {
    const auto columns = static_cast<int>(plan.grid->columns);
    return "row " + std::to_string(patch / columns) + ", column " + std::to_string(patch % columns);
}

std::string query_name(const ImageStackPlan& plan) {
    if (!plan.query) return "all tokens on average";
    const int patch = plan.patch_of(*plan.query);
    return patch < 0 ? token_name(plan, *plan.query) : "patch (" + patch_name(plan, patch) + ")";
}

std::string place_name(const ImageStackPlan& plan) {
    const std::string layer = "layer " + std::to_string(plan.layer);
    if (plan.heads.empty()) return layer;
    if (plan.heads.size() == 1) return layer + ", head " + std::to_string(plan.heads.front());
    return layer + ", mean of " + std::to_string(plan.heads.size()) + " heads";
}

std::string key_pane_name(const ImageStackPlan& plan) {
    const bool is_input = plan.kind == ImageNumbers::input_to_layer ||
                          plan.kind == ImageNumbers::input_to_end || plan.kind == ImageNumbers::input;
    return is_input ? "patches of the image" : "keys of layer " + std::to_string(plan.layer);
}

std::string query_pane_name(const ImageStackPlan& plan) {
    switch (plan.kind) {
        case ImageNumbers::input_to_layer:
            return "after layer " + std::to_string(plan.layer);
        case ImageNumbers::input_to_end:
        case ImageNumbers::input:
            return "after the last layer";
        default:
            return "queries of layer " + std::to_string(plan.layer);
    }
}

}  // namespace weft
