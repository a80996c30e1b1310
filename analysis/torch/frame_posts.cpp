#include "analysis/torch/frame_posts.h"

#include <algorithm>
#include <cmath>

#include "analysis/entropy.h"
#include "analysis/error.h"

namespace weft::torch_part {

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

void throw_not_finite(const std::string& what) {
    throw Error(
        what + " is not finite: it has infinity or NaN in it",
        "The weights are damaged or not meant for float32. Copy the model folder again from its source.");
}

void check_finite(const std::vector<float>& values, const std::string& what) {
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
        throw_not_finite(what);
}

bool post_frames(AttentionFrame& frame, const AnalysisRequest& request, const std::vector<FrameStep>& steps,
                 const std::function<bool()>& superseded, const std::function<void(FramePtr)>& post) {
    const auto stop = [&] { return superseded && superseded(); };
    std::vector<FrameStep> all = steps;
    if (request.options.rollout)
        all.push_back({"rollout", [&](AttentionFrame& of) {
                           return add_rollout(of, request.options.rollout_options, stop);
                       }});
    if (request.options.entropy)
        all.push_back({"entropy", [&](AttentionFrame& of) { return add_entropy(of, stop); }});
    frame.part = 0;
    frame.complete = all.empty();
    post(std::make_shared<const AttentionFrame>(frame));
    for (size_t i = 0; i < all.size(); ++i) {
        const Stopwatch watch;
        if (!all[i].run(frame) || stop()) return false;
        frame.timings_ms[all[i].name] = watch.elapsed_ms();
        ++frame.part;
        frame.complete = i + 1 == all.size();
        post(std::make_shared<const AttentionFrame>(frame));
    }
    return true;
}

}  // namespace weft::torch_part
