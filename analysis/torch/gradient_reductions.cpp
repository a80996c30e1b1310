#include "analysis/torch/gradient_reductions.h"

#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "analysis/frame_tensors.h"
#include "analysis/method/frame_steps.h"
#include "analysis/torch/finite.h"

namespace weft::torch_part {

namespace {

using Floats = std::vector<float>;

std::shared_ptr<Floats> zeros(int64_t count) {
    return std::make_shared<Floats>(static_cast<size_t>(count), 0.0f);
}

float gate_of(const LayerChange& ablation, int64_t head) {
    return ablation.gates.empty() ? 1.0f : ablation.gates[static_cast<size_t>(head)];
}

bool is_mean(const LayerChange& ablation, int64_t head) {
    return !ablation.means.empty() && ablation.means[static_cast<size_t>(head)];
}

void reduce_flow(const LayerGradient& layer, float* flow) {
    std::vector<float> norms(static_cast<size_t>(layer.keys));
    for (int64_t h = 0; h < layer.heads; ++h) {
        for (int64_t j = 0; j < layer.keys; ++j) {
            const HeadRows& of = layer.value_gradient;
            const float* gradient = of.data + h * of.head_stride + j * of.row_stride;
            double sum = 0;
            for (int64_t d = 0; d < layer.head_width; ++d) sum += double{gradient[d]} * gradient[d];
            norms[static_cast<size_t>(j)] = static_cast<float>(std::sqrt(sum));
        }
        for (int64_t i = 0; i < layer.queries; ++i) {
            const int64_t row = (h * layer.queries + i) * layer.keys;
            for (int64_t j = 0; j < layer.keys; ++j)
                flow[row + j] = layer.attention[row + j] * norms[static_cast<size_t>(j)];
        }
    }
}

void reduce_attention(const LayerGradient& layer, const LayerChange& ablation, float* product) {
    const int64_t square = layer.queries * layer.keys;
    for (int64_t h = 0; h < layer.heads; ++h) {
        const float gate = gate_of(ablation, h);
        for (int64_t at = h * square; at < (h + 1) * square; ++at)
            product[at] = layer.attention[at] * (gate * layer.attention_gradient[at]);
    }
}

void reduce_grad_cam(const LayerGradient& layer, const LayerChange& ablation, int64_t row, Floats& map) {
    const int64_t square = layer.queries * layer.keys;
    std::vector<double> sum(map.size(), 0.0);
    for (int64_t h = 0; h < layer.heads; ++h) {
        double weight = 0;
        for (int64_t at = h * square; at < (h + 1) * square; ++at) weight += layer.attention_gradient[at];
        weight *= gate_of(ablation, h) / static_cast<double>(square);
        const float* attention = layer.attention + h * square + row * layer.keys;
        for (size_t j = 0; j < sum.size(); ++j) sum[j] += weight * attention[j];
    }
    for (size_t j = 0; j < sum.size(); ++j)
        map[j] = static_cast<float>(std::max(0.0, sum[j] / static_cast<double>(layer.heads)));
}

Floats positive_mean(const LayerGradient& layer, const LayerChange& ablation) {
    const int64_t square = layer.queries * layer.keys;
    std::vector<double> row(static_cast<size_t>(layer.keys));
    Floats mean(static_cast<size_t>(square));
    for (int64_t i = 0; i < layer.queries; ++i) {
        std::ranges::fill(row, 0.0);
        for (int64_t h = 0; h < layer.heads; ++h) {
            const float gate = gate_of(ablation, h);
            const int64_t at = h * square + i * layer.keys;
            const float *attention = layer.attention + at, *gradient = layer.attention_gradient + at;
            for (int64_t j = 0; j < layer.keys; ++j)
                row[static_cast<size_t>(j)] += std::max(0.0f, gate * gradient[j] * attention[j]);
        }
        for (int64_t j = 0; j < layer.keys; ++j)
            mean[static_cast<size_t>(i * layer.keys + j)] =
                static_cast<float>(row[static_cast<size_t>(j)] / static_cast<double>(layer.heads));
    }
    return mean;
}

// dy/dctx of a head whose context became its mean over rows: the same for each row.
std::vector<double> mean_gradient(const LayerGradient& layer, int64_t head) {
    const HeadRows& of = layer.context_gradient;
    std::vector<double> mean(static_cast<size_t>(layer.head_width), 0.0);
    for (int64_t i = 0; i < layer.queries; ++i)
        for (int64_t d = 0; d < layer.head_width; ++d)
            mean[static_cast<size_t>(d)] += of.data[head * of.head_stride + i * of.row_stride + d];
    for (double& value : mean) value /= static_cast<double>(layer.queries);
    return mean;
}

void reduce_importance(const LayerGradient& layer, const LayerChange& ablation, float* importance,
                       float* per_token) {
    for (int64_t h = 0; h < layer.heads; ++h) {
        std::vector<double> mean;
        if (is_mean(ablation, h)) mean = mean_gradient(layer, h);
        double sum = 0, absolute = 0;
        for (int64_t i = 0; i < layer.queries; ++i) {
            const HeadRows &of = layer.context, &by = layer.context_gradient;
            const float* context = of.data + h * of.head_stride + i * of.row_stride;
            const float* gradient = by.data + h * by.head_stride + i * by.row_stride;
            double product = 0;
            for (int64_t d = 0; d < layer.head_width; ++d)
                product += context[d] * (mean.empty() ? double{gradient[d]} : mean[static_cast<size_t>(d)]);
            sum += product;
            absolute += std::abs(product);
        }
        const double gate = gate_of(ablation, h);
        importance[h] = static_cast<float>(std::abs(gate * sum));
        per_token[h] = static_cast<float>(gate * absolute / static_cast<double>(layer.queries));
    }
}

Floats to_floats(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

void put(AttentionBlock& block, const std::string& name, std::vector<int64_t> shape,
         std::shared_ptr<const Floats> values) {
    check_finite(*values, "\"" + name + std::string(stack_suffix(block.kind)) + "\"");
    block.quantities[name] = FrameTensor{std::move(shape), std::move(values)};
}

}  // namespace

const std::set<std::string>& shared_pass_methods() {
    static const std::set<std::string> methods = {"gradient_flow", "gradient_attention", "grad_cam",
                                                  "relevance", "head_importance"};
    return methods;
}

template <class Work>
void GradientReductions::timed(const std::string& method, const Work& work) {
    if (!methods_.contains(method)) return;
    const Stopwatch watch;
    work();
    timings_ms_[method] += watch.elapsed_ms();
}

GradientReductions::GradientReductions(const std::vector<AttentionBlock>& blocks,
                                       std::set<std::string> methods, int64_t target_row)
    : methods_(std::move(methods)) {
    for (const AttentionBlock& from : blocks) {
        Block to{from.layers, from.heads, from.queries, from.keys, 0, {}, {}, {}, {}, {}, {}};
        // Encoders and images are read at their first row, decoders where y is.
        const bool is_decoder = from.causal || from.kind == AttentionKind::cross;
        to.row = is_decoder ? target_row : 0;
        const int64_t heads = to.layers * to.heads, weights = heads * to.queries * to.keys;
        timed("gradient_flow", [&] { to.flow = zeros(weights); });
        timed("gradient_attention", [&] { to.attention = zeros(weights); });
        timed("grad_cam", [&] { to.grad_cam = zeros(to.keys); });
        timed("relevance", [&] { to.positive.resize(static_cast<size_t>(to.layers)); });
        timed("head_importance", [&] {
            to.importance = zeros(heads);
            to.per_token = zeros(heads);
        });
        blocks_.push_back(std::move(to));
    }
}

void GradientReductions::reduce(size_t block, const LayerGradient& layer, const LayerChange& ablation) {
    Block& to = blocks_[block];
    WEFT_ASSERT(layer.heads == to.heads && layer.queries == to.queries && layer.keys == to.keys &&
                    layer.layer < to.layers,
                std::to_string(layer.layer));
    const int64_t heads = layer.layer * to.heads, weights = heads * to.queries * to.keys;
    timed("gradient_flow", [&] { reduce_flow(layer, to.flow->data() + weights); });
    timed("gradient_attention", [&] { reduce_attention(layer, ablation, to.attention->data() + weights); });
    if (layer.layer + 1 == to.layers)
        timed("grad_cam", [&] { reduce_grad_cam(layer, ablation, to.row, *to.grad_cam); });
    timed("relevance",
          [&] { to.positive[static_cast<size_t>(layer.layer)] = positive_mean(layer, ablation); });
    timed("head_importance", [&] {
        reduce_importance(layer, ablation, to.importance->data() + heads, to.per_token->data() + heads);
    });
}

bool GradientReductions::finish_relevance(std::vector<AttentionBlock>& blocks,
                                          const std::function<bool()>& stop) {
    const Block& first = blocks_.front();
    const std::vector<double> source = self_relevance(first.positive, first.queries, stop);
    if (source.empty()) return false;
    const auto write = [&](size_t block, const std::vector<double>& values) {
        put(blocks[block], "relevance", {blocks_[block].queries, blocks_[block].keys},
            std::make_shared<const Floats>(to_floats(values)));
    };
    write(0, source);
    if (blocks_.size() < 3) return true;
    const CrossRelevance both = cross_relevance(blocks_[1].positive, blocks_[2].positive, blocks_[2].queries,
                                                source, blocks_[2].keys, stop);
    if (both.target.empty()) return false;
    write(1, both.target);
    write(2, both.cross);
    return true;
}

bool GradientReductions::finish(std::vector<AttentionBlock>& blocks,
                                std::map<std::string, double>& timings_ms,
                                const std::function<bool()>& stop) {
    bool done = true;
    timed("relevance", [&] { done = finish_relevance(blocks, stop); });
    if (!done) return false;
    for (size_t b = 0; b < blocks_.size(); ++b) {
        const Block& of = blocks_[b];
        const std::vector<int64_t> weights = {of.layers, of.heads, of.queries, of.keys};
        const std::vector<int64_t> heads = {of.layers, of.heads};
        timed("gradient_flow", [&] { put(blocks[b], "gradient_flow", weights, of.flow); });
        timed("gradient_attention", [&] { put(blocks[b], "gradient_attention", weights, of.attention); });
        timed("grad_cam", [&] { put(blocks[b], "grad_cam", {of.keys}, of.grad_cam); });
        timed("head_importance", [&] {
            put(blocks[b], "head_importance", heads, of.importance);
            put(blocks[b], "head_importance.per_token", heads, of.per_token);
        });
    }
    for (const auto& [name, ms] : timings_ms_) timings_ms[name] = ms;
    return true;
}

}  // namespace weft::torch_part
