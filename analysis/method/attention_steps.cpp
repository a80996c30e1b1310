#include "analysis/method/entropy.h"
#include "analysis/method/frame_steps.h"
#include "analysis/method/rollout.h"

namespace weft {

namespace {

bool add_rollout(AttentionFrame& frame, const RolloutOptions& options, const std::function<bool()>& stop) {
    for (AttentionBlock& block : frame.blocks) {
        if (block.kind == AttentionKind::cross) continue;
        FrameTensor tensor = rollout(block, options, stop);
        if (!tensor.values || tensor.values->empty()) return false;
        block.quantities["rollout"] = std::move(tensor);
    }
    return true;
}

bool add_entropy(AttentionFrame& frame, const std::function<bool()>& stop) {
    for (AttentionBlock& block : frame.blocks) {
        EntropyResult tensors = entropy(block, stop);
        if (!tensors.entropy.values || tensors.entropy.values->empty()) return false;
        block.quantities["entropy"] = std::move(tensors.entropy);
        block.quantities["entropy.normalised"] = std::move(tensors.normalised);
    }
    return true;
}

}  // namespace

std::vector<FrameStep> attention_steps(const AnalysisRequest& request) {
    const AnalysisOptions& options = request.options;
    std::vector<FrameStep> steps;
    const auto add = [&](const char* name, bool is_cheap,
                         std::function<bool(AttentionFrame&, const StepContext&)> run) {
        if (options.wants(name)) steps.push_back({name, is_cheap, std::move(run)});
    };
    add("rollout", true, [of = options.method.rollout](AttentionFrame& frame, const StepContext& context) {
        return add_rollout(frame, of, context.stop);
    });
    add("entropy", true,
        [](AttentionFrame& frame, const StepContext& context) { return add_entropy(frame, context.stop); });
    return steps;
}

}  // namespace weft
