#include "analysis/torch/bert_model.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>

#include "analysis/entropy.h"
#include "analysis/error.h"

namespace weft::torch_part {

namespace {

class Stopwatch {
  public:
    double elapsed_ms() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void check_segments(const TokenStack& stack, const BertShape& shape) {
    for (const uint8_t segment : stack.segments)
        if (segment >= shape.types)
            throw Error("the text has segment \"" + std::to_string(segment) + "\", but the model knows " +
                            std::to_string(shape.types) + " of them",
                        "Leave out --pair.");
}

Error not_finite(const std::string& what) {
    return Error(
        what + " is not finite: it has infinity or NaN in it",
        "The weights are damaged or not meant for float32. Copy the model folder again from its source.");
}

}  // namespace

BertModel::BertModel(ModelSummary summary, Provenance provenance, Tokenizer tokenizer, BertShape shape,
                     std::unique_ptr<BertForward> forward)
    : summary_(std::move(summary)),
      provenance_(std::move(provenance)),
      tokenizer_(std::move(tokenizer)),
      shape_(shape),
      forward_(std::move(forward)),
      pool_(static_cast<size_t>(2 * shape.layers)) {}

bool BertModel::analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                        const std::function<void(FramePtr)>& post) {
    try {
        return analyze_unguarded(request, superseded, post);
    } catch (const c10::Error& error) {
        throw Error(std::string("LibTorch failed: ") + error.what_without_backtrace(),
                    provenance_.device == "cpu" ? "" : "Try --device cpu.");
    } catch (const std::bad_alloc&) {
        throw Error("there is not enough memory to analyse this text", "Use a shorter text.");
    }
}

bool BertModel::analyze_unguarded(const AnalysisRequest& request, const std::function<bool()>& superseded,
                                  const std::function<void(FramePtr)>& post) {
    const auto stop = [&] { return superseded && superseded(); };
    const Stopwatch since_text;
    TokenizedText input = tokenizer_.tokenize(
        request.text, request.has_pair ? std::optional<std::string_view>(request.pair) : std::nullopt,
        {static_cast<uint32_t>(summary_.max_tokens), request.options.truncate});
    check_segments(input.stack, shape_);
    const int64_t count = static_cast<int64_t>(input.stack.tokens.size());
    std::vector<int32_t> ids(count);
    std::transform(input.stack.tokens.begin(), input.stack.tokens.end(), ids.begin(),
                   [](const Token& token) { return token.id; });

    AttentionFrame frame;
    AttentionBlock block;
    block.layers = static_cast<uint32_t>(shape_.layers);
    block.heads = static_cast<uint32_t>(shape_.heads);
    block.queries = block.keys = static_cast<uint32_t>(count);
    std::shared_ptr<std::vector<float>> hidden;
    const size_t state_size = static_cast<size_t>(count * shape_.hidden);
    const auto keep_hidden = [&](int64_t entry) {
        if (hidden) forward_->copy_hidden(hidden->data() + entry * state_size);
    };
    if (request.options.hidden_states)
        hidden = std::make_shared<std::vector<float>>((shape_.layers + 1) * state_size);

    forward_->embed(ids, input.stack.segments);
    keep_hidden(0);
    for (int64_t layer = 0; layer < shape_.layers; ++layer) {
        const std::shared_ptr<std::vector<float>> weights = pool_.take(shape_.heads * count * count);
        // What the last layer makes of its attention is nobody's attention any more.
        const double error = forward_->run_layer(layer, weights->data(), hidden || layer + 1 < shape_.layers);
        if (!std::isfinite(error)) throw not_finite("\"attention\" of layer " + std::to_string(layer));
        block.max_row_sum_error = std::max(block.max_row_sum_error, error);
        block.layer_weights.push_back(weights);
        keep_hidden(layer + 1);
        if (stop()) return false;
    }
    frame.timings_ms["text_to_attention"] = since_text.elapsed_ms();

    if (hidden) {
        if (!std::all_of(hidden->begin(), hidden->end(), [](float value) { return std::isfinite(value); }))
            throw not_finite("\"hidden_states\"");
        frame.hidden_states = FrameTensor{{shape_.layers + 1, count, shape_.hidden}, hidden};
    }
    frame.revision = request.revision;
    frame.provenance = provenance_;
    frame.stacks.push_back(std::move(input.stack));
    frame.truncation = input.truncation;
    frame.max_row_sum_error = block.max_row_sum_error;
    frame.blocks.push_back(std::move(block));
    const bool rollout_wanted = request.options.rollout, entropy_wanted = request.options.entropy;
    frame.complete = !rollout_wanted && !entropy_wanted;
    post(std::make_shared<const AttentionFrame>(frame));

    AttentionBlock& result = frame.blocks.front();
    if (rollout_wanted) {
        const Stopwatch watch;
        FrameTensor tensor = rollout(result, request.options.rollout_options, stop);
        if (!tensor.values || tensor.values->empty() || stop()) return false;
        result.quantities["rollout"] = std::move(tensor);
        frame.timings_ms["rollout"] = watch.elapsed_ms();
        ++frame.part;
        frame.complete = !entropy_wanted;
        post(std::make_shared<const AttentionFrame>(frame));
    }
    if (entropy_wanted) {
        const Stopwatch watch;
        EntropyResult tensors = entropy(result, stop);
        if (!tensors.entropy.values || tensors.entropy.values->empty() || stop()) return false;
        result.quantities["entropy"] = std::move(tensors.entropy);
        result.quantities["entropy.normalised"] = std::move(tensors.normalised);
        frame.timings_ms["entropy"] = watch.elapsed_ms();
        ++frame.part;
        frame.complete = true;
        post(std::make_shared<const AttentionFrame>(frame));
    }
    return true;
}

}  // namespace weft::torch_part
