#include "analysis/torch/ablation_steps.h"

#include <algorithm>
#include <numeric>

#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/method/curves.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/gradient_reductions.h"
#include "analysis/torch/gradient_steps.h"
#include "analysis/torch/integrated_gradients.h"

namespace weft::torch_part {

namespace {

// How far a step is, in passes.
class PassCount {
  public:
    PassCount(const StepContext& context, int64_t all) : context_(context), all_(all) {}
    void add(int64_t passes) {
        done_ += passes;
        context_.progress(
            std::min(1.0f, static_cast<float>(done_) / static_cast<float>(std::max<int64_t>(all_, 1))));
    }

  private:
    const StepContext& context_;
    int64_t done_ = 0, all_ = 0;
};

void put(AttentionBlock& block, const std::string& name, std::vector<int64_t> shape,
         const std::vector<double>& values) {
    auto floats = std::make_shared<std::vector<float>>(values.begin(), values.end());
    check_finite(*floats, "\"" + name + std::string(stack_suffix(block.kind)) + "\"");
    block.quantities[name] = FrameTensor{std::move(shape), std::move(floats)};
}

size_t stack_of(AttentionKind kind) {
    return kind == AttentionKind::decoder || kind == AttentionKind::cross ? 1 : 0;
}

// --- Heads

// One copy for each of `heads` of a layer, in one pass or some; y [heads.size()].
bool values_without_heads(Explainer& explainer, const AttentionBlock& block, int64_t layer, bool to_mean,
                          double* y, PassCount& count, const Explainer::Stop& stop) {
    const int64_t heads = block.heads, together = explainer.copies_at_once(stack_of(block.kind));
    for (int64_t first = 0; first < heads; first += together) {
        ChangedPass pass;
        pass.stack = stack_of(block.kind);
        pass.copies = std::min(together, heads - first);
        pass.first_layer = layer;
        LayerChange change{layer, block.kind == AttentionKind::cross, {}, {}};
        const size_t numbers = static_cast<size_t>(pass.copies * heads);
        if (to_mean)
            change.means.assign(numbers, 0);
        else
            change.gates.assign(numbers, 1.0f);
        for (int64_t copy = 0; copy < pass.copies; ++copy) {
            const size_t at = static_cast<size_t>(copy * heads + first + copy);
            if (to_mean)
                change.means[at] = 1;
            else
                change.gates[at] = 0;
        }
        pass.changes = {std::move(change)};
        if (!explainer.values(pass, y + first, stop)) return false;
        count.add(pass.copies);
    }
    return true;
}

// y while heads leave in `order`, [order.size() + 1]; all of it is one pass after the other.
bool pruning_curve(Explainer& explainer, const AttentionBlock& block, const std::vector<int64_t>& order,
                   std::vector<double>& curve, PassCount& count, const Explainer::Stop& stop) {
    const int64_t heads = block.heads, points = static_cast<int64_t>(order.size()) + 1;
    const int64_t together = explainer.copies_at_once(stack_of(block.kind));
    curve.assign(static_cast<size_t>(points), 0.0);
    for (int64_t first = 0; first < points; first += together) {
        ChangedPass pass;
        pass.stack = stack_of(block.kind);
        pass.copies = std::min(together, points - first);
        for (int64_t layer = 0; layer < block.layers; ++layer) {
            LayerChange change{layer, block.kind == AttentionKind::cross, {}, {}};
            change.gates.assign(static_cast<size_t>(pass.copies * heads), 1.0f);
            for (int64_t copy = 0; copy < pass.copies; ++copy)
                for (int64_t left = 0; left < first + copy; ++left) {
                    const int64_t head = order[static_cast<size_t>(left)];
                    if (head / heads == layer)
                        change.gates[static_cast<size_t>(copy * heads + head % heads)] = 0;
                }
            pass.changes.push_back(std::move(change));
        }
        if (!explainer.values(pass, curve.data() + first, stop)) return false;
        count.add(pass.copies);
    }
    return true;
}

// The mean of the curves of random orders.
template <typename Curve>
bool random_curve(const std::vector<int64_t>& order, int64_t orders, const Curve& curve_of,
                  std::vector<double>& mean) {
    mean.assign(order.size() + 1, 0.0);
    for (int64_t seed = 0; seed < orders; ++seed) {
        std::vector<double> curve;
        if (!curve_of(shuffled(order, static_cast<uint64_t>(seed)), curve)) return false;
        for (size_t i = 0; i < curve.size(); ++i) mean[i] += curve[i] / static_cast<double>(orders);
    }
    return true;
}

// What the gradients' step has left in the frame, else computed here.
bool head_importance(Explainer& explainer, const AttentionFrame& frame, const Explainer::Stop& stop,
                     std::vector<std::vector<float>>& importance) {
    std::vector<AttentionBlock> blocks = frame.blocks;
    const auto has = [](const AttentionBlock& block) { return block.quantities.contains("head_importance"); };
    if (!std::ranges::all_of(blocks, has)) {
        GradientReductions reductions(blocks, {"head_importance"}, explainer.target_row());
        const auto reduce = [&](size_t stack, const LayerGradient& layer) {
            reductions.reduce(block_of(stack, layer.is_cross), layer,
                              explainer.ablation(stack, layer.layer, layer.is_cross));
        };
        std::map<std::string, double> timings_ms;
        if (!explainer.gradient(ChangedPass(), {.visit = reduce}, stop) ||
            !reductions.finish(blocks, timings_ms, stop))
            return false;
    }
    for (const AttentionBlock& block : blocks)
        importance.push_back(*block.quantities.at("head_importance").values);
    return true;
}

bool add_head_ablation(Explainer& explainer, AttentionFrame& frame, const StepContext& context) {
    int64_t all = 0;
    for (const AttentionBlock& block : frame.blocks) {
        const int64_t heads = int64_t{block.layers} * block.heads;
        all += 2 * heads + (1 + random_head_orders) * (heads + 1);
    }
    PassCount count(context, all);
    for (AttentionBlock& block : frame.blocks)
        for (const bool to_mean : {false, true}) {
            std::vector<double> y(static_cast<size_t>(block.layers) * block.heads);
            for (int64_t layer = 0; layer < block.layers; ++layer)
                if (!values_without_heads(explainer, block, layer, to_mean, y.data() + layer * block.heads,
                                          count, context.stop))
                    return false;
            put(block, to_mean ? "ablation.mean" : "ablation.zero", {block.layers, block.heads}, y);
        }
    std::vector<std::vector<float>> importance;
    if (!head_importance(explainer, frame, context.stop, importance)) return false;
    for (size_t b = 0; b < frame.blocks.size(); ++b) {
        AttentionBlock& block = frame.blocks[b];
        const std::vector<int64_t> order = ascending(importance[b]);
        const auto curve_of = [&](const std::vector<int64_t>& of, std::vector<double>& curve) {
            return pruning_curve(explainer, block, of, curve, count, context.stop);
        };
        std::vector<double> ours, random;
        std::vector<int64_t> by_index(order.size());
        std::iota(by_index.begin(), by_index.end(), 0);
        if (!curve_of(order, ours) || !random_curve(by_index, random_head_orders, curve_of, random))
            return false;
        const int64_t points = static_cast<int64_t>(ours.size());
        put(block, "ablation.pruning", {points}, ours);
        put(block, "ablation.pruning.random", {points}, random);
    }
    return true;
}

// --- Tokens

int32_t replacement_id(const Explainer& explainer, size_t stack) {
    const Tokenizer& tokenizer = *explainer.tokenizer();
    const TokenizerRoles& roles = tokenizer.roles();
    for (const std::optional<int32_t>& role : {roles.mask, roles.pad, roles.unk}) {
        if (!role) continue;
        if (stack == 0) {
            if (*role < explainer.vocabulary(stack)) return *role;
            continue;
        }
        const std::string_view text = tokenizer.token_text(*role);  // the decoder may have its own vocabulary
        for (int32_t id = 0; id < static_cast<int32_t>(explainer.vocabulary(stack)); ++id)
            if (tokenizer.target_token_text(id) == text) return id;
    }
    throw Error("the tokenizer has no mask, pad or unk token to put in a token's place",
                "Name one in tokenizer_config.json, as \"pad_token\".");
}

// Sets of positions whose tokens are replaced at the same time.
using Replaced = std::vector<std::vector<int64_t>>;

class TokenPasses {
  public:
    TokenPasses(Explainer& explainer, size_t stack, PassCount& count, const Explainer::Stop& stop)
        : explainer_(explainer), stack_(stack), count_(count), stop_(stop) {
        const ExplainedInput& input = explainer.input();
        if (explainer.patches()) {
            // The embedding is linear in each patch's own pixels.
            entry_ = explainer.states_of_pixels(input.pixels);
            without_ = explainer.states_of_pixels(std::vector<float>(input.pixels.size(), 0.0f));
        } else {
            replacement_ = replacement_id(explainer, stack);
        }
    }

    // y [replaced.size()].
    bool values(const Replaced& replaced, double* y) const {
        const size_t together = static_cast<size_t>(explainer_.copies_at_once(stack_));
        for (size_t first = 0; first < replaced.size(); first += together) {
            const std::span<const std::vector<int64_t>> some(replaced.data() + first,
                                                             std::min(together, replaced.size() - first));
            const std::vector<float> states = explainer_.patches() ? of_patches(some) : of_ids(some);
            ChangedPass pass;
            pass.stack = stack_;
            pass.copies = static_cast<int64_t>(some.size());
            pass.states = states.data();
            if (!explainer_.values(pass, y + first, stop_)) return false;
            count_.add(pass.copies);
        }
        return true;
    }

    // y while tokens leave in `order`, [order.size() + 1].
    bool deletion(const std::vector<int64_t>& order, std::vector<double>& curve) const {
        Replaced replaced;
        for (size_t gone = 0; gone <= order.size(); ++gone)
            replaced.emplace_back(order.begin(), order.begin() + static_cast<int64_t>(gone));
        curve.resize(replaced.size());
        return values(replaced, curve.data());
    }
    // y while they enter: the way back of those that leave in the opposite order.
    bool insertion(std::vector<int64_t> order, std::vector<double>& curve) const {
        std::ranges::reverse(order);
        const bool done = deletion(order, curve);
        std::ranges::reverse(curve);
        return done;
    }

  private:
    std::vector<float> of_ids(std::span<const std::vector<int64_t>> replaced) const {
        const std::vector<int32_t>& unchanged = explainer_.input().ids[stack_];
        std::vector<int32_t> ids;
        for (const std::vector<int64_t>& positions : replaced) {
            const size_t at = ids.size();
            ids.insert(ids.end(), unchanged.begin(), unchanged.end());
            for (const int64_t position : positions) ids[at + static_cast<size_t>(position)] = replacement_;
        }
        return explainer_.states_of_ids(stack_, ids, static_cast<int64_t>(replaced.size()));
    }
    std::vector<float> of_patches(std::span<const std::vector<int64_t>> replaced) const {
        const int64_t hidden = explainer_.spec(stack_).hidden;
        std::vector<float> states;
        for (const std::vector<int64_t>& positions : replaced) {
            const auto at = static_cast<int64_t>(states.size());
            states.insert(states.end(), entry_.begin(), entry_.end());
            for (const int64_t position : positions)
                std::copy_n(without_.begin() + position * hidden, hidden,
                            states.begin() + at + position * hidden);
        }
        return states;
    }

    Explainer& explainer_;
    size_t stack_;
    PassCount& count_;
    const Explainer::Stop& stop_;
    int32_t replacement_ = -1;
    std::vector<float> entry_, without_;  // of an image [N, D]
};

std::vector<int64_t> not_special(const Explainer& explainer, size_t stack) {
    std::vector<int64_t> positions;
    const std::vector<uint8_t>& special = explainer.input().special[stack];
    for (size_t i = 0; i < special.size(); ++i)
        if (!special[i]) positions.push_back(static_cast<int64_t>(i));
    return positions;
}

int64_t all_not_special(const Explainer& explainer) {
    size_t all = 0;
    for (size_t stack = 0; stack < explainer.stacks(); ++stack) all += not_special(explainer, stack).size();
    return static_cast<int64_t>(all);
}

bool add_token_ablation(Explainer& explainer, AttentionFrame& frame, const StepContext& context) {
    PassCount count(context, all_not_special(explainer));
    for (size_t stack = 0; stack < explainer.stacks(); ++stack) {
        const std::vector<int64_t> positions = not_special(explainer, stack);
        std::vector<double> all(static_cast<size_t>(explainer.rows(stack)), explainer.target().value);
        if (!positions.empty()) {
            const TokenPasses passes(explainer, stack, count, context.stop);
            Replaced replaced;
            for (const int64_t position : positions) replaced.push_back({position});
            std::vector<double> y(positions.size());
            if (!passes.values(replaced, y.data())) return false;
            for (size_t i = 0; i < y.size(); ++i) all[static_cast<size_t>(positions[i])] = y[i];
        }
        put(frame.blocks[block_of(stack, false)], "token_ablation", {explainer.rows(stack)}, all);
    }
    return true;
}

bool attributions(Explainer& explainer, const AnalysisOptions& options, const AttentionFrame& frame,
                  const StepContext& context, std::vector<std::vector<float>>& all) {
    AttentionFrame with = frame;
    const auto has = [&](size_t stack) {
        return with.blocks[block_of(stack, false)].quantities.contains("integrated_gradients");
    };
    bool has_all = true;
    for (size_t stack = 0; stack < explainer.stacks(); ++stack) has_all = has_all && has(stack);
    AnalysisOptions at_once = options;
    at_once.refine = false;
    const StepContext quiet{context.stop, [](float) {}, [] {}};
    if (!has_all && !add_integrated_gradients(explainer, at_once, with, quiet)) return false;
    for (size_t stack = 0; stack < explainer.stacks(); ++stack)
        all.push_back(*with.blocks[block_of(stack, false)].quantities.at("integrated_gradients").values);
    return true;
}

bool add_token_curves(Explainer& explainer, const AnalysisOptions& options, AttentionFrame& frame,
                      const StepContext& context) {
    std::vector<std::vector<float>> attribution;
    if (!attributions(explainer, options, frame, context, attribution)) return false;
    const bool deletes = options.wants("deletion"), inserts = options.wants("insertion");
    const int64_t curves = random_token_orders + (deletes ? 1 : 0) + (inserts ? 1 : 0);
    PassCount count(context,
                    curves * (all_not_special(explainer) + static_cast<int64_t>(explainer.stacks())));
    for (size_t stack = 0; stack < explainer.stacks(); ++stack) {
        AttentionBlock& block = frame.blocks[block_of(stack, false)];
        const std::vector<int64_t> order = descending(attribution[stack], explainer.input().special[stack]);
        if (order.empty()) {  // nothing can leave
            for (const char* name : {"deletion", "insertion"}) {
                if (!options.wants(name)) continue;
                const double y = explainer.target().value;
                put(block, name, {1}, {y});
                put(block, std::string(name) + ".random", {1}, {y});
                put(block, std::string(name) + ".area", {2}, {y, y});
            }
            continue;
        }
        const TokenPasses passes(explainer, stack, count, context.stop);
        std::vector<double> deletion, insertion, random;
        const auto random_deletion = [&](const std::vector<int64_t>& of, std::vector<double>& curve) {
            return passes.deletion(of, curve);
        };
        if (deletes && !passes.deletion(order, deletion)) return false;
        if (inserts && !passes.insertion(order, insertion)) return false;
        if (!random_curve(not_special(explainer, stack), random_token_orders, random_deletion, random))
            return false;
        const auto put_curve = [&](const std::string& name, const std::vector<double>& curve) {
            const int64_t points = static_cast<int64_t>(curve.size());
            put(block, name, {points}, curve);
            put(block, name + ".random", {points}, random);
            put(block, name + ".area", {2}, {curve_area(curve), curve_area(random)});
        };
        if (deletes) put_curve("deletion", deletion);
        // Random orders backwards are random orders.
        std::ranges::reverse(random);
        if (inserts) put_curve("insertion", insertion);
    }
    return true;
}

}  // namespace

void append_ablation_steps(const AnalysisRequest& request, LazyExplainer& explainer, ExplainedInput input,
                           std::vector<FrameStep>& steps) {
    const AnalysisOptions options = request.options;
    const auto of = std::make_shared<const ExplainedInput>(std::move(input));
    const auto add = [&](const std::string& name, std::set<std::string> methods, auto run) {
        steps.push_back({name, false,
                         [=, &explainer](AttentionFrame& frame, const StepContext& context) {
                             Explainer* begun = begin_explained(explainer, *of, options, frame, context.stop);
                             return begun && run(*begun, frame, context);
                         },
                         std::move(methods)});
    };
    if (options.wants("ablation"))
        add("ablation", {}, [](Explainer& begun, AttentionFrame& frame, const StepContext& context) {
            return add_head_ablation(begun, frame, context);
        });
    if (options.wants("token_ablation"))
        add("token_ablation", {}, [](Explainer& begun, AttentionFrame& frame, const StepContext& context) {
            return add_token_ablation(begun, frame, context);
        });
    std::set<std::string> curves;
    for (const char* name : {"deletion", "insertion"})
        if (options.wants(name)) curves.insert(name);
    if (!curves.empty())
        add(curves.size() == 1 ? *curves.begin() : "curves", curves,
            [options](Explainer& begun, AttentionFrame& frame, const StepContext& context) {
                return add_token_curves(begun, options, frame, context);
            });
}

}  // namespace weft::torch_part
