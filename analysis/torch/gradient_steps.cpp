#include "analysis/torch/gradient_steps.h"

#include <algorithm>
#include <iterator>

#include "analysis/torch/attention_integrated_gradients.h"
#include "analysis/torch/gradient_reductions.h"
#include "analysis/torch/integrated_gradients.h"

namespace weft::torch_part {

namespace {

bool add_shared_pass(Explainer& explainer, const std::set<std::string>& methods, AttentionFrame& frame,
                     const StepContext& context) {
    GradientReductions reductions(frame.blocks, methods, explainer.target_row());
    float layers = 0, seen = 0;
    for (const AttentionBlock& block : frame.blocks) layers += static_cast<float>(block.layers);
    const auto reduce = [&](size_t stack, const LayerGradient& layer) {
        reductions.reduce(block_of(stack, layer.is_cross), layer,
                          explainer.ablation(stack, layer.layer, layer.is_cross));
        context.progress(++seen / layers);
    };
    return explainer.gradient(ChangedPass(), {.visit = reduce}, context.stop) &&
           reductions.finish(frame.blocks, frame.timings_ms, context.stop);
}

}  // namespace

size_t block_of(size_t stack, bool is_cross) {
    return stack + (is_cross ? 1 : 0);
}

bool explains_at_once(const AnalysisOptions& options) {
    constexpr const char* others[] = {"integrated_gradients",
                                      "attention_integrated_gradients",
                                      "ablation",
                                      "token_ablation",
                                      "deletion",
                                      "insertion"};
    const auto is_wanted = [&](const std::string& name) { return options.wants(name); };
    return options.pause_ms <= 0 &&
           (std::ranges::any_of(shared_pass_methods(), is_wanted) || std::ranges::any_of(others, is_wanted));
}

Explainer* begin_explained(LazyExplainer& explainer, const ExplainedInput& input,
                           const AnalysisOptions& options, AttentionFrame& frame,
                           const std::function<bool()>& stop) {
    Explainer& begun = explainer.get();
    if (!begun.begin(input, options, stop)) return nullptr;
    frame.target = begun.target();
    return &begun;
}

void append_gradient_steps(const AnalysisRequest& request, LazyExplainer& explainer, ExplainedInput input,
                           std::vector<FrameStep>& steps) {
    const AnalysisOptions options = request.options;
    const auto of = std::make_shared<const ExplainedInput>(std::move(input));
    std::set<std::string> shared;
    std::ranges::set_intersection(options.methods, shared_pass_methods(),
                                  std::inserter(shared, shared.begin()));
    const auto add = [&](const std::string& name, auto run) {
        steps.push_back({name, false, [=, &explainer](AttentionFrame& frame, const StepContext& context) {
                             Explainer* begun = begin_explained(explainer, *of, options, frame, context.stop);
                             return begun && run(*begun, frame, context);
                         }});
    };
    if (!shared.empty()) {
        add("gradients", [shared](Explainer& begun, AttentionFrame& frame, const StepContext& context) {
            return add_shared_pass(begun, shared, frame, context);
        });
        steps.back().methods = shared;  // each is kept, and fails, by its own name
    }
    if (options.wants("integrated_gradients"))
        add("integrated_gradients",
            [options](Explainer& begun, AttentionFrame& frame, const StepContext& context) {
                return add_integrated_gradients(begun, options, frame, context);
            });
    if (options.wants("attention_integrated_gradients"))
        add("attention_integrated_gradients",
            [options](Explainer& begun, AttentionFrame& frame, const StepContext& context) {
                return add_attention_integrated_gradients(begun, options, frame, context);
            });
}

}  // namespace weft::torch_part
