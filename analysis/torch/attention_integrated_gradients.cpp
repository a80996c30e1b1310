#include "analysis/torch/attention_integrated_gradients.h"

#include <algorithm>

#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/method/quadrature.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/gradient_steps.h"

namespace weft::torch_part {

namespace {

// One attention of one layer, whose weights are the path's end.
struct Place {
    size_t stack = 0;
    int64_t layer = 0;
    bool is_cross = false;
    int64_t heads = 0, weights = 0;  // of [Q, K]
};

// `copies` of the text with the weights of all heads times one factor each.
ChangedPass scaled(const Place& place, std::span<const double> factors) {
    LayerChange change;
    change.layer = place.layer;
    change.is_cross = place.is_cross;
    for (const double factor : factors)
        change.gates.insert(change.gates.end(), static_cast<size_t>(place.heads), static_cast<float>(factor));
    ChangedPass pass;
    pass.stack = place.stack;
    pass.copies = static_cast<int64_t>(factors.size());
    pass.first_layer = place.layer;
    pass.changes = {std::move(change)};
    return pass;
}

// Writes A_l * sum_k w_k dy/dA_l(a_k A_l) [H, Q, K]; what it misses into `delta`.
bool integrate(Explainer& explainer, const Place& place, const Quadrature& rule, const Explainer::Stop& stop,
               float* result, double& delta) {
    const LayerChange ablation = explainer.ablation(place.stack, place.layer, place.is_cross);
    const int64_t steps = static_cast<int64_t>(rule.nodes.size());
    const int64_t together = explainer.copies_at_once(place.stack);
    std::vector<double> sum(static_cast<size_t>(place.heads * place.weights), 0.0);
    std::vector<float> attention;
    for (int64_t first = 0; first < steps; first += together) {
        const int64_t copies = std::min(together, steps - first);
        int64_t next = 0;
        const auto add = [&](size_t stack, const LayerGradient& layer) {
            if (stack != place.stack || layer.layer != place.layer || layer.is_cross != place.is_cross)
                return;
            WEFT_ASSERT(layer.copy == next, std::to_string(layer.copy));  // the sum's order
            ++next;
            if (attention.empty()) attention.assign(layer.attention, layer.attention + sum.size());
            for (int64_t h = 0; h < place.heads; ++h) {
                const double gate = ablation.gates.empty() ? 1 : ablation.gates[static_cast<size_t>(h)];
                const double weight = gate * rule.weights[static_cast<size_t>(first + layer.copy)];
                for (int64_t at = h * place.weights; at < (h + 1) * place.weights; ++at)
                    sum[static_cast<size_t>(at)] += weight * layer.attention_gradient[at];
            }
        };
        const std::span<const double> nodes(rule.nodes.data() + first, static_cast<size_t>(copies));
        if (!explainer.gradient(scaled(place, nodes), {.visit = add}, stop)) return false;
        WEFT_ASSERT(next == copies, std::to_string(next));
    }
    double total = 0;
    for (size_t at = 0; at < sum.size(); ++at) {
        const double attribution = attention[at] * sum[at];
        total += attribution;
        result[at] = static_cast<float>(attribution);
    }
    double nothing = 0;
    const double zero[] = {0.0};
    if (!explainer.values(scaled(place, zero), &nothing, stop)) return false;
    delta = total - (explainer.target().value - nothing);
    return true;
}

}  // namespace

bool add_attention_integrated_gradients(Explainer& explainer, const AnalysisOptions& options,
                                        AttentionFrame& frame, const StepContext& context) {
    const std::string name = "attention_integrated_gradients";
    const Quadrature rule = quadrature(QuadratureRule::gauss_legendre, options.method.attention_ig_steps);
    float layers = 0, done = 0;
    for (const AttentionBlock& block : frame.blocks) layers += static_cast<float>(block.layers);
    for (size_t b = 0; b < frame.blocks.size(); ++b) {
        AttentionBlock& block = frame.blocks[b];
        Place place;
        place.is_cross = block.kind == AttentionKind::cross;
        place.stack = block.query_stack;
        place.heads = block.heads;
        place.weights = int64_t{block.queries} * block.keys;
        const int64_t of_layer = place.heads * place.weights;
        auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(block.layers * of_layer));
        std::vector<double> deltas(block.layers);
        for (place.layer = 0; place.layer < block.layers; ++place.layer) {
            if (!integrate(explainer, place, rule, context.stop, values->data() + place.layer * of_layer,
                           deltas[static_cast<size_t>(place.layer)]))
                return false;
            context.progress(++done / layers);
        }
        const std::string suffix(stack_suffix(block.kind));
        check_finite(*values, "\"" + name + suffix + "\"");
        block.quantities[name] =
            FrameTensor{{block.layers, block.heads, block.queries, block.keys}, std::move(values)};
        frame.deltas[name + suffix] = std::move(deltas);
    }
    return true;
}

}  // namespace weft::torch_part
