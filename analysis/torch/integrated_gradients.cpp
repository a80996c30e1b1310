#include "analysis/torch/integrated_gradients.h"

#include <algorithm>
#include <numeric>

#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/method/adaptive_path.h"
#include "analysis/method/path_integral.h"
#include "analysis/spelling.h"
#include "analysis/torch/finite.h"
#include "analysis/torch/gradient_steps.h"

namespace weft::torch_part {

namespace {

constexpr int64_t refined_steps[] = {8, 16, 32};

using Floats = std::vector<float>;

// What is integrated over for one stack: of a text words [N, width], of an image what its patches become.
struct Path {
    size_t stack = 0;
    Floats from, to;
    double y_from = 0, y_to = 0;
};

// Each stack's token that stands for nothing; empty: the zero vector.
std::optional<int32_t> baseline_id(const Explainer& explainer, size_t stack, const std::string& name) {
    if (name == "zero" || name.empty()) return {};
    const Tokenizer& tokenizer = *explainer.tokenizer();
    const TokenizerRoles& roles = tokenizer.roles();
    std::string text = name;
    for (const auto& [role, id] : {std::pair{"pad", roles.pad}, {"mask", roles.mask}, {"unk", roles.unk}}) {
        if (name != role) continue;
        if (!id)
            throw UsageError("--baseline \"" + name + "\": the tokenizer has no such token",
                             "Give \"zero\", or a token of the vocabulary.");
        text = tokenizer.token_text(*id);
    }
    std::vector<std::string> names;
    for (int32_t id = 0; id < static_cast<int32_t>(explainer.vocabulary(stack)); ++id) {
        names.emplace_back(stack == 0 ? tokenizer.token_text(id) : tokenizer.target_token_text(id));
        if (names.back() == text) return id;
    }
    const std::string nearest = nearest_spelling(name, names);
    throw UsageError("--baseline \"" + name + "\": the vocabulary has no such token",
                     nearest.empty()
                         ? "Give \"zero\", \"pad\", \"mask\", \"unk\" or a token of the vocabulary."
                         : "Did you mean \"" + nearest + "\"?");
}

Floats baseline_words(const Explainer& explainer, size_t stack, const std::string& name,
                      const Floats& words) {
    const size_t width = static_cast<size_t>(explainer.word_width(stack));
    Floats stands_for_nothing(width, 0.0f);
    if (const std::optional<int32_t> id = baseline_id(explainer, stack, name))
        stands_for_nothing = explainer.words_of_ids(stack, {&*id, 1});
    Floats from = words;
    const std::vector<uint8_t>& special = explainer.input().special[stack];
    for (size_t i = 0; i < special.size(); ++i)
        if (!special[i])
            std::ranges::copy(stands_for_nothing, from.begin() + static_cast<int64_t>(i * width));
    return from;
}

size_t states_size(const Explainer& explainer, size_t stack, int64_t copies) {
    return static_cast<size_t>(copies * explainer.rows(stack) * explainer.spec(stack).hidden);
}

Floats states_of_words(const Explainer& explainer, size_t stack, std::span<const float> words,
                       int64_t copies) {
    Floats states(states_size(explainer, stack, copies));
    explainer.states_of_words(stack, words.data(), copies, states.data());
    return states;
}

bool is_image(const Explainer& explainer) {
    return explainer.patches() != nullptr;
}

Path path_of(const Explainer& explainer, size_t stack, const std::string& baseline) {
    Path path;
    path.stack = stack;
    const ExplainedInput& input = explainer.input();
    if (!is_image(explainer)) {
        path.to = explainer.words_of_ids(stack, input.ids[stack]);
        path.from = baseline_words(explainer, stack, baseline, path.to);
        return path;
    }
    if (baseline != "zero" && !baseline.empty())
        throw UsageError("--baseline \"" + baseline + "\": an image has no tokens", "Use \"zero\".");
    // The embedding is affine in the pixels: a line between images is a line between what they become.
    path.to = explainer.states_of_pixels(input.pixels);
    path.from = explainer.states_of_pixels(Floats(input.pixels.size(), 0.0f));
    return path;
}

bool value_of(Explainer& explainer, const Path& path, const Explainer::Stop& stop, double& y) {
    const Floats states =
        is_image(explainer) ? path.from : states_of_words(explainer, path.stack, path.from, 1);
    ChangedPass pass;
    pass.stack = path.stack;
    pass.states = states.data();
    return explainer.values(pass, &y, stop);
}

// At points of the path [copies, N, width] the gradients, and the values of y if they are wanted.
PointValues function_of(Explainer& explainer, size_t stack, const Explainer::Stop& stop) {
    return [&explainer, stack, &stop, states = Floats(), by_states = Floats()](
               std::span<const float> points, int64_t copies, std::span<float> gradients,
               std::span<double> values) mutable {
        ChangedPass pass;
        pass.stack = stack;
        pass.copies = copies;
        pass.is_split = true;
        pass.states = points.data();
        WantedGradient wanted;
        wanted.y = values.empty() ? nullptr : values.data();
        wanted.state_gradient = gradients.data();
        if (is_image(explainer)) return explainer.gradient(pass, wanted, stop);
        states.resize(states_size(explainer, stack, copies));
        by_states.resize(states.size());
        explainer.states_of_words(stack, points.data(), copies, states.data());
        pass.states = states.data();
        wanted.state_gradient = by_states.data();
        if (!explainer.gradient(pass, wanted, stop)) return false;
        explainer.word_gradient(stack, points.data(), copies, by_states.data(), gradients.data());
        return true;
    };
}

void put(AttentionBlock& block, const std::string& name, std::vector<int64_t> shape,
         const std::vector<double>& values) {
    auto floats = std::make_shared<Floats>(values.begin(), values.end());
    check_finite(*floats, "\"" + name + std::string(stack_suffix(block.kind)) + "\"");
    block.quantities[name] = FrameTensor{std::move(shape), std::move(floats)};
}

// Sums of pixels [channels, height, width] over each patch, behind zeros for the prefix.
std::vector<double> patch_sums(const Explainer& explainer, const std::vector<double>& pixels) {
    const PatchEmbedding& patches = *explainer.patches();
    const PatchSpec& spec = patches.spec();
    const PixelSize& size = explainer.input().size;
    const int64_t rows = patches.rows(size), columns = patches.columns(size);
    std::vector<double> sums(static_cast<size_t>(explainer.rows(0)), 0.0);
    for (int64_t c = 0; c < size.channels; ++c)
        for (int64_t y = 0; y < rows * spec.patch_height; ++y)
            for (int64_t x = 0; x < columns * spec.patch_width; ++x) {
                const int64_t patch = y / spec.patch_height * columns + x / spec.patch_width;
                sums[static_cast<size_t>(spec.prefix() + patch)] +=
                    pixels[static_cast<size_t>((c * size.height + y) * size.width + x)];
            }
    return sums;
}

double write_pixels(const Explainer& explainer, const std::vector<double>& mean_gradient,
                    AttentionBlock& block) {
    const ExplainedInput& input = explainer.input();
    const Floats gradient = explainer.pixel_gradient(Floats(mean_gradient.begin(), mean_gradient.end()));
    std::vector<double> pixels(gradient.size());
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = double{input.pixels[i]} * gradient[i];
    put(block, "integrated_gradients.pixels", {input.size.channels, input.size.height, input.size.width},
        pixels);
    put(block, "integrated_gradients", {explainer.rows(0)}, patch_sums(explainer, pixels));
    return std::accumulate(pixels.begin(), pixels.end(), 0.0);
}

double write_words(const Explainer& explainer, size_t stack, const std::vector<double>& embedding,
                   AttentionBlock& block) {
    const int64_t rows = explainer.rows(stack), width = explainer.word_width(stack);
    std::vector<double> tokens;
    for (int64_t i = 0; i < rows; ++i)
        tokens.push_back(
            std::accumulate(embedding.begin() + i * width, embedding.begin() + (i + 1) * width, 0.0));
    put(block, "integrated_gradients.embedding", {rows, width}, embedding);
    put(block, "integrated_gradients", {rows}, tokens);
    return std::accumulate(tokens.begin(), tokens.end(), 0.0);
}

// Puts what the mean gradient makes of a path into the frame.
void write(const Explainer& explainer, const Path& path, const std::vector<double>& mean_gradient,
           AttentionFrame& frame) {
    AttentionBlock& block = frame.blocks[block_of(path.stack, false)];
    const double sum = is_image(explainer)
                           ? write_pixels(explainer, mean_gradient, block)
                           : write_words(explainer, path.stack,
                                         attributions({path.from, path.to, {}, 1, {}}, mean_gradient), block);
    frame.deltas["integrated_gradients" + std::string(stack_suffix(block.kind))] = {
        sum - (path.y_to - path.y_from)};
}

// By one rule after the other, of which the last is what was asked for.
bool integrate(Explainer& explainer, const std::vector<Path>& paths, const AnalysisOptions& options,
               AttentionFrame& frame, const StepContext& context) {
    const MethodOptions& method = options.method;
    std::vector<Quadrature> rules;
    if (options.refine)
        for (const int64_t steps : refined_steps)
            if (steps < method.ig_steps) rules.push_back(quadrature(method.ig_rule, steps));
    rules.push_back(quadrature(method.ig_rule, method.ig_steps));
    double all_nodes = 0, nodes_done = 0;
    for (const Quadrature& rule : rules) all_nodes += static_cast<double>(rule.nodes.size() * paths.size());
    for (size_t r = 0; r < rules.size(); ++r) {
        for (const Path& path : paths) {
            PathIntegral integral{path.from, path.to, rules[r], explainer.copies_at_once(path.stack), {}};
            const double nodes = static_cast<double>(rules[r].nodes.size());
            integral.progress = [&](float part) {
                context.progress(static_cast<float>((nodes_done + part * nodes) / all_nodes));
            };
            const PointValues function = function_of(explainer, path.stack, context.stop);
            const std::vector<double> mean = mean_gradient(
                integral, [&](std::span<const float> points, int64_t copies, std::span<float> gradients) {
                    return function(points, copies, gradients, {});
                });
            if (mean.empty()) return false;
            nodes_done += nodes;
            write(explainer, path, mean, frame);
        }
        if (r + 1 < rules.size()) context.post_partial();
    }
    return true;
}

bool integrate_adaptively(Explainer& explainer, std::vector<Path>& paths, const AnalysisOptions& options,
                          AttentionFrame& frame, const StepContext& context) {
    if (options.method.ig_steps < 4)
        throw UsageError(
            "--ig-steps " + std::to_string(options.method.ig_steps) + ": the adaptive rule begins with 4",
            "Give at least 4, or another --ig-rule.");
    for (size_t p = 0; p < paths.size(); ++p) {
        Path& path = paths[p];
        const auto put = [&](const AdaptiveMean& mean) {
            path.y_from = mean.value_from;
            write(explainer, path, mean.gradient, frame);
            const std::string suffix(stack_suffix(frame.blocks[block_of(path.stack, false)].kind));
            frame.nodes["integrated_gradients" + suffix] = mean.nodes;
        };
        AdaptivePath adaptive;
        adaptive.from = path.from;
        adaptive.to = path.to;
        adaptive.value_to = path.y_to;
        adaptive.tolerance = options.method.ig_tolerance;
        adaptive.most_nodes = options.method.ig_steps;
        adaptive.copies = explainer.copies_at_once(path.stack);
        adaptive.progress = [&](float part) {
            context.progress((static_cast<float>(p) + part) / static_cast<float>(paths.size()));
        };
        // With two stacks the second one's numbers come after the first one's last.
        if (options.refine && p + 1 == paths.size())
            adaptive.round = [&](const AdaptiveMean& mean) {
                put(mean);
                context.post_partial();
            };
        const AdaptiveMean mean = adaptive_mean(adaptive, function_of(explainer, path.stack, context.stop));
        if (mean.gradient.empty()) return false;
        put(mean);
    }
    return true;
}

}  // namespace

bool add_integrated_gradients(Explainer& explainer, const AnalysisOptions& options, AttentionFrame& frame,
                              const StepContext& context) {
    const bool is_adaptive = options.method.ig_rule == QuadratureRule::adaptive;
    std::vector<Path> paths;
    for (size_t stack = 0; stack < explainer.stacks(); ++stack) {
        paths.push_back(path_of(explainer, stack, options.method.baseline));
        paths.back().y_to = explainer.target().value;
        // The adaptive rule begins there.
        if (!is_adaptive && !value_of(explainer, paths.back(), context.stop, paths.back().y_from))
            return false;
    }
    return is_adaptive ? integrate_adaptively(explainer, paths, options, frame, context)
                       : integrate(explainer, paths, options, frame, context);
}

}  // namespace weft::torch_part
