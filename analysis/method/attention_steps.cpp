#include "analysis/method/attention_distance.h"
#include "analysis/method/entropy.h"
#include "analysis/method/frame_steps.h"
#include "analysis/method/head_distance.h"
#include "analysis/method/patterns.h"
#include "analysis/method/rollout.h"
#include "analysis/method/scaling.h"

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

// A function of one block's attention, under the method's name; false where it was stopped.
using OfBlock = std::function<std::map<std::string, FrameTensor>(const AttentionBlock&, const TokenStack&)>;

bool add_to_blocks(AttentionFrame& frame, bool with_cross, const OfBlock& of_block) {
    std::vector<std::map<std::string, FrameTensor>> found;
    for (const AttentionBlock& block : frame.blocks) {
        found.emplace_back();
        if (block.kind == AttentionKind::cross && !with_cross) continue;
        found.back() = of_block(block, frame.stacks[block.query_stack]);
        for (const auto& [name, tensor] : found.back())
            if (!tensor.values) return false;
    }
    for (size_t b = 0; b < found.size(); ++b)
        for (auto& [name, tensor] : found[b]) frame.blocks[b].quantities[name] = std::move(tensor);
    return true;
}

bool add_patterns(AttentionFrame& frame, const std::function<bool()>& stop) {
    return add_to_blocks(frame, false, [&](const AttentionBlock& block, const TokenStack& stack) {
        PatternResult result = patterns(block, stack, stop);
        return std::map<std::string, FrameTensor>{{"patterns", std::move(result.patterns)},
                                                  {"patterns.uniform", std::move(result.uniform)}};
    });
}

bool add_attention_distance(AttentionFrame& frame, const std::function<bool()>& stop) {
    return add_to_blocks(frame, false, [&](const AttentionBlock& block, const TokenStack& stack) {
        return std::map<std::string, FrameTensor>{
            {"attention_distance", attention_distance(block, stack, stop)}};
    });
}

// With every key: between the heads of each layer, which tells whether they attend alike.
bool add_head_distance_within(AttentionFrame& frame, const std::function<bool()>& stop) {
    return add_to_blocks(frame, true, [&](const AttentionBlock& block, const TokenStack&) {
        return std::map<std::string, FrameTensor>{
            {"head_distance.within", head_distance_within(block, stop)}};
    });
}

bool add_head_distance(AttentionFrame& frame, const std::function<bool()>& stop) {
    return add_to_blocks(frame, true, [&](const AttentionBlock& block, const TokenStack&) {
        std::map<std::string, FrameTensor> tensors;
        FrameTensor& distances = tensors["head_distance"] = head_distance(block, stop);
        if (distances.values) tensors["head_distance.layout"] = scale_to_plane(distances);
        return tensors;
    });
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
    add("patterns", true,
        [](AttentionFrame& frame, const StepContext& context) { return add_patterns(frame, context.stop); });
    add("attention_distance", true, [](AttentionFrame& frame, const StepContext& context) {
        return add_attention_distance(frame, context.stop);
    });
    if (options.wants("head_distance"))
        steps.push_back({"head_distance.within", true, [](AttentionFrame& frame, const StepContext& context) {
                             return add_head_distance_within(frame, context.stop);
                         }});
    add("head_distance", false, [](AttentionFrame& frame, const StepContext& context) {
        return add_head_distance(frame, context.stop);
    });
    return steps;
}

}  // namespace weft
