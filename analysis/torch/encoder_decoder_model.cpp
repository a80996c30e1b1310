#include "analysis/torch/encoder_decoder_model.h"

#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "analysis/method/head_ablations.h"
#include "analysis/sampling.h"
#include "analysis/torch/contribution.h"
#include "analysis/torch/guarded.h"
#include "analysis/torch/predictions.h"
#include "analysis/torch/query_key.h"

namespace weft::torch_part {

namespace {

constexpr double growth_interval_ms = 100;  // a picture of a growing text is laid out anew each time

size_t square(int64_t heads, int64_t rows, int64_t columns) {
    return static_cast<size_t>(heads * rows * columns);
}

}  // namespace

EncoderDecoderModel::EncoderDecoderModel(ModelSummary summary, Provenance provenance, Tokenizer tokenizer,
                                         ModelConfig config, GenerationConfig generation,
                                         std::shared_ptr<const ModelWeights> weights,
                                         const std::string& device, EncoderDecoderParts parts)
    : summary_(std::move(summary)),
      provenance_(std::move(provenance)),
      tokenizer_(std::move(tokenizer)),
      config_(std::move(config)),
      generation_(std::move(generation)),
      parts_(std::move(parts)),
      lens_(weights, parts_.head.get(), device),
      explainer_({std::move(weights), device, &config_, parts_.head.get(), nullptr, &tokenizer_}),
      pool_(static_cast<size_t>(2 * (encoder_spec().layers + 2 * decoder_spec().layers))) {}

bool EncoderDecoderModel::analyze(const AnalysisRequest& request, const Stop& superseded, const Post& post) {
    const Stop stop = [&] { return superseded && superseded(); };
    try {
        return guarded(provenance_.device, [&] { return analyze_unguarded(request, stop, post); });
    } catch (...) {
        source_ = {};  // what broke off may be half of this text and half of another
        rows_ = {};
        throw;
    }
}

bool EncoderDecoderModel::analyze_unguarded(const AnalysisRequest& request, const Stop& stop,
                                            const Post& post) {
    const Stopwatch since_text;
    if (!request.image.empty())
        throw UsageError("--image \"" + request.image + "\": the model \"" + summary_.name + "\" reads text",
                         "Use --text, or a vision model.");
    check_ablations(request.options.ablations,
                    {{AttentionKind::encoder, encoder_spec().layers, encoder_spec().attention.heads},
                     {AttentionKind::decoder, decoder_spec().layers, decoder_spec().attention.heads},
                     {AttentionKind::cross, decoder_spec().layers, decoder_spec().attention.heads}});
    if (!request.has_target && !parts_.head)
        throw Error("the model \"" + summary_.name + "\" has no language-model head to generate with",
                    "Give the decoder's text with --target-text.");
    Target target;
    if (!encode(request, stop)) return false;
    begin_rows(request);
    const bool done = request.has_target ? decode_given(request, stop, target)
                                         : decode_generated(request, stop, since_text, post, target);
    if (!done) return false;
    AttentionFrame frame = frame_of(request, target);
    frame.timings_ms["text_to_attention"] = since_text.elapsed_ms();
    if (request.options.ablations.empty())
        unablated_ = {ids_of(frame.stacks[0]), ids_of(frame.stacks[1]), frame.blocks[0].layer_weights,
                      frame.blocks[1].layer_weights, frame.blocks[2].layer_weights};
    std::vector<FrameStep> steps = head_steps(request, target);
    std::ranges::move(contribution_steps(request), std::back_inserter(steps));
    std::ranges::move(difference_steps(request), std::back_inserter(steps));
    ExplainedInput input;
    for (const TokenStack& stack : frame.stacks) {
        input.ids.push_back(ids_of(stack));
        input.special.push_back(special_of(stack));
    }
    input.predicted = static_cast<int64_t>(input.ids.back().size()) - 1;
    append_gradient_steps(request, explainer_, input, steps);
    append_query_key_step(request, explainer_, input, steps);
    append_ablation_steps(request, explainer_, std::move(input), steps);
    std::shared_ptr<std::vector<float>> states;  // of the decoder
    if (request.options.wants("logit_lens")) {
        states = std::make_shared<std::vector<float>>(
            static_cast<size_t>((decoder_spec().layers + 1) * rows_.count() * decoder_spec().hidden));
        rows_.copy_hidden(states->data());
    }
    append_lens_step(request, lens_, states, rows_.count() - 1, steps);
    return run_steps(frame, request, std::move(steps), stop, post);
}

bool EncoderDecoderModel::fits_source(const AnalysisRequest& request) const {
    const AnalysisRequest& before = source_.request;
    return source_.is_there && request.text == before.text && request.has_pair == before.has_pair &&
           request.pair == before.pair && request.options.truncate == before.options.truncate &&
           ablations_of_stack(request.options.ablations, 0) == source_.ablations &&
           (source_.contribution.values || source_.keeps_values || !request.options.wants("contribution")) &&
           (source_.hidden || !request.options.hidden_states);
}

bool EncoderDecoderModel::encode(const AnalysisRequest& request, const Stop& stop) {
    if (fits_source(request)) return true;
    source_ = {};
    rows_ = {};
    const StackSpec& spec = encoder_spec();
    Source source;
    source.request = request;
    source.text = tokenizer_.tokenize(
        request.text, request.has_pair ? std::optional<std::string_view>(request.pair) : std::nullopt,
        {static_cast<uint32_t>(config_.max_tokens), request.options.truncate});
    source.ablations = ablations_of_stack(request.options.ablations, 0);
    const std::vector<int32_t> ids = ids_of(source.text.stack);
    const int64_t count = static_cast<int64_t>(ids.size()), state = count * spec.hidden;
    source.block.kind = AttentionKind::encoder;
    source.block.layers = static_cast<uint32_t>(spec.layers);
    source.block.heads = static_cast<uint32_t>(spec.attention.heads);
    source.block.queries = source.block.keys = static_cast<uint32_t>(count);
    std::shared_ptr<std::vector<float>> hidden;
    if (request.options.hidden_states)
        hidden = std::make_shared<std::vector<float>>(static_cast<size_t>((spec.layers + 1) * state));
    source.keeps_values = request.options.wants("contribution");
    parts_.encoder->set_ablations(source.ablations);
    parts_.encoder->keep_values(source.keeps_values);
    std::optional<EncoderPass> pass = run_encoder(ids, hidden ? hidden->data() : nullptr, stop);
    if (!pass) return false;
    if (hidden) check_finite(*hidden, "\"hidden_states.encoder\"");
    source.block.layer_weights = std::move(pass->layers);
    source.block.max_row_sum_error = pass->max_row_sum_error;
    source.output = std::move(pass->output);
    parts_.decoder->set_source(source.output.data(), count);
    source.hidden = std::move(hidden);
    source.is_there = true;
    source_ = std::move(source);
    return true;
}

// `hidden` [L + 1, N, D], or null where nobody asked for it.
std::optional<EncoderDecoderModel::EncoderPass> EncoderDecoderModel::run_encoder(
    const std::vector<int32_t>& ids, float* hidden, const Stop& stop) {
    const StackSpec& spec = encoder_spec();
    const int64_t count = static_cast<int64_t>(ids.size()), state = count * spec.hidden;
    const auto keep_hidden = [&](int64_t entry) {
        if (hidden) parts_.encoder->copy_hidden(hidden + entry * state);
    };
    EncoderPass pass;
    parts_.encoder->embed(ids, {}, 0);
    keep_hidden(0);
    const StopWithinLayers within(*parts_.encoder, stop);
    for (int64_t layer = 0; layer < spec.layers; ++layer) {
        const auto weights = pool_.take(square(spec.attention.heads, count, count));
        const double error = parts_.encoder->run_layer(layer, {weights->data(), nullptr}, true).self;
        if (parts_.encoder->is_stopped() || stop()) return std::nullopt;
        if (!std::isfinite(error))
            throw_not_finite("\"attention.encoder\" of layer " + std::to_string(layer));
        pass.max_row_sum_error = std::max(pass.max_row_sum_error, error);
        pass.layers.push_back(weights);
        keep_hidden(layer + 1);
    }
    pass.output.resize(static_cast<size_t>(state));
    parts_.encoder->copy_output(pass.output.data());
    return pass;
}

// The rows of the pass before stay if they hold all that is asked for now.
void EncoderDecoderModel::begin_rows(const AnalysisRequest& request) {
    const bool wants_hidden = wants_states(request.options);
    const bool wants_outputs =
        !request.has_target || (parts_.head && (request.options.logits || request.options.predictions > 0));
    std::vector<HeadAblation> ablations = ablations_of_stack(request.options.ablations, 1);
    if (rows_.count() > 0 && (rows_.has_hidden() || !wants_hidden) &&
        (rows_.has_outputs() || !wants_outputs) && ablations == rows_ablations_ && !rows_are_over_)
        return;
    const StackSpec& spec = decoder_spec();
    if (std::exchange(rows_are_over_, false))
        parts_.decoder->set_source(source_.output.data(), source_.block.keys);
    parts_.decoder->set_ablations(ablations);
    rows_ablations_ = std::move(ablations);
    rows_ = DecoderRows({spec.layers, spec.attention.heads, spec.hidden}, source_.block.keys, wants_hidden,
                        wants_outputs);
}

// The start token and what was written behind it.
TokenStack EncoderDecoderModel::written(const std::vector<int32_t>& ids) const {
    TokenStack stack = tokenizer_.written(std::span(ids).subspan(1));
    Token start;
    start.id = ids.front();
    start.text = std::string(tokenizer_.target_token_text(start.id));
    start.special = true;
    start.separator = tokenizer_.is_separator(start.id);
    stack.tokens.insert(stack.tokens.begin(), std::move(start));
    return stack;
}

bool EncoderDecoderModel::decode_given(const AnalysisRequest& request, const Stop& stop, Target& target) {
    // One token in front, one less at the end: as many as the text has.
    TokenizedText text = tokenizer_.tokenize_target(
        request.target_text, {static_cast<uint32_t>(config_.max_target_tokens), request.options.truncate});
    target.stack = std::move(text.stack);
    target.truncation = text.truncation;
    std::vector<Token>& tokens = target.stack.tokens;
    tokens.insert(tokens.begin(), written({static_cast<int32_t>(generation_.start_id)}).tokens.front());
    tokens.pop_back();
    target.stack.segments.clear();
    for (const Token& token : target.stack.tokens)
        if (token.id >= config_.stacks[1].embedding.vocabulary)
            throw Error("the token \"" + token.text + "\" of the decoder's text has id " +
                            std::to_string(token.id) + ", but the decoder has " +
                            std::to_string(config_.stacks[1].embedding.vocabulary) + " tokens",
                        "Tokenizer files and weights must come from the same model.");
    return extend_rows(ids_of(target.stack), stop);
}

bool EncoderDecoderModel::extend_rows(const std::vector<int32_t>& ids, const Stop& stop) {
    if (has_mean(rows_ablations_)) rows_.cut(0);
    return rows_.extend(*parts_.decoder, ids, stop);
}

// How many tokens the decoder's text may have at most, the last predicted one counted.
int64_t EncoderDecoderModel::longest_target(const GenerationOptions& options) const {
    const int64_t asked = 1 + options.max_new_tokens;
    return options.follows_config && generation_.max_length > 1 ? std::min(asked, generation_.max_length)
                                                                : asked;
}

std::vector<float> EncoderDecoderModel::last_row_logits() const {
    const int64_t hidden = decoder_spec().hidden;
    const std::span<const float> last = rows_.outputs().last(static_cast<size_t>(hidden));
    HeadForward::Result result = parts_.head->run(last.data(), 1, hidden, 0);
    check_finite(result.values, "\"logits\"");
    return std::move(result.values);
}

bool EncoderDecoderModel::decode_generated(const AnalysisRequest& request, const Stop& stop,
                                           const Stopwatch& since_text, const Post& post, Target& target) {
    const GenerationOptions& options = request.generation;
    check_generation(options);
    target.generation.emplace();
    target.generation->follows_config = options.follows_config;
    if (options.follows_config) target.generation->ignored_settings = generation_.ignored;
    std::vector<int32_t> ids = {static_cast<int32_t>(generation_.start_id)};
    const int64_t longest = longest_target(options);
    double posted_ms = 0;
    for (;;) {
        const int64_t count = static_cast<int64_t>(ids.size());
        if (!extend_rows(ids, stop)) return false;
        target.last_logits = last_row_logits();
        std::vector<float> logits = target.last_logits;
        if (options.follows_config) apply_generation_config(generation_, ids, longest, logits);
        const int32_t next = next_token(logits, options, count);
        target.generation->next_id = next;
        using End = Generation::End;
        if (generation_.ends(next))
            target.generation->end = End::end_token;
        else if (count + 1 >= longest)
            target.generation->end = End::token_limit;
        else if (config_.max_target_tokens > 0 && count >= config_.max_target_tokens)
            target.generation->end = End::model_limit;
        const bool is_done = target.generation->end != End::running;
        const bool shows = options.posts_growth && since_text.elapsed_ms() - posted_ms > growth_interval_ms;
        if (is_done || shows) target.stack = written(ids);
        if (is_done) return true;
        if (shows) {
            posted_ms = since_text.elapsed_ms();
            post(std::make_shared<const AttentionFrame>(frame_of(request, target)));
        }
        ids.push_back(next);
    }
}

AttentionBlock EncoderDecoderModel::decoder_block(AttentionKind kind) {
    const bool is_cross = kind == AttentionKind::cross;
    const StackSpec& spec = decoder_spec();
    AttentionBlock block;
    block.kind = kind;
    block.query_stack = 1;
    block.key_stack = is_cross ? 0 : 1;
    block.layers = static_cast<uint32_t>(spec.layers);
    block.heads = static_cast<uint32_t>(spec.attention.heads);
    block.queries = static_cast<uint32_t>(rows_.count());
    block.keys = is_cross ? source_.block.keys : block.queries;
    block.causal = !is_cross;
    const RowErrors errors = rows_.largest_errors();
    block.max_row_sum_error = is_cross ? errors.cross : errors.self;
    for (int64_t layer = 0; layer < spec.layers; ++layer) {
        const auto weights = pool_.take(square(spec.attention.heads, block.queries, block.keys));
        is_cross ? rows_.copy_cross(layer, weights->data()) : rows_.copy_self(layer, weights->data());
        block.layer_weights.push_back(weights);
    }
    return block;
}

AttentionFrame EncoderDecoderModel::frame_of(const AnalysisRequest& request, const Target& target) {
    AttentionFrame frame;
    frame.revision = request.revision;
    frame.provenance = provenance_;
    frame.provenance.title += ablations_title(request.options.ablations);
    frame.stacks = {source_.text.stack, target.stack};
    frame.truncation = source_.text.truncation;
    frame.target_truncation = target.truncation;
    frame.generation = target.generation;
    frame.blocks = {source_.block, decoder_block(AttentionKind::decoder),
                    decoder_block(AttentionKind::cross)};
    for (const AttentionBlock& block : frame.blocks)
        frame.max_row_sum_error = std::max(frame.max_row_sum_error, block.max_row_sum_error);
    if (request.options.hidden_states) {
        const StackSpec &encoder = encoder_spec(), &decoder = decoder_spec();
        const int64_t rows = rows_.count();
        auto states = std::make_shared<std::vector<float>>(
            static_cast<size_t>((decoder.layers + 1) * rows * decoder.hidden));
        rows_.copy_hidden(states->data());
        check_finite(*states, "\"hidden_states.decoder\"");
        frame.hidden_states = {
            FrameTensor{{encoder.layers + 1, source_.block.keys, encoder.hidden}, source_.hidden},
            FrameTensor{{decoder.layers + 1, rows, decoder.hidden}, std::move(states)}};
    }
    return frame;
}

std::vector<FrameStep> EncoderDecoderModel::contribution_steps(const AnalysisRequest& request) {
    if (!request.options.wants("contribution")) return {};
    return {
        {"contribution", true,
         [this, ablations = request.options.ablations](AttentionFrame& frame, const StepContext& context) {
             if (!source_.contribution.values)
                 source_.contribution =
                     contribution(*parts_.encoder, frame.blocks[0], ablations, context.stop);
             if (!source_.contribution.values) return false;
             frame.blocks[0].quantities["contribution"] = source_.contribution;
             for (const size_t block : {1, 2})
                 if (!add_contribution(*parts_.decoder, frame.blocks[block], ablations, context.stop))
                     return false;
             return true;
         }}};
}

std::vector<FrameStep> EncoderDecoderModel::difference_steps(const AnalysisRequest& request) {
    if (!request.options.wants("difference")) return {};
    return {
        {"difference", true, [this, &request](AttentionFrame& frame, const StepContext& context) {
             const bool is_ablated = !request.options.ablations.empty();
             if (is_ablated && !run_unablated(frame, request, context.stop)) return false;
             const AttentionLayers* layers[] = {&unablated_.encoder, &unablated_.decoder, &unablated_.cross};
             std::vector<FrameTensor> changes;
             for (size_t i = 0; i < frame.blocks.size(); ++i) {
                 changes.push_back(attention_difference(
                     frame.blocks[i], is_ablated ? *layers[i] : AttentionLayers(), context.stop));
                 if (!changes.back().values) return false;
             }
             for (size_t i = 0; i < frame.blocks.size(); ++i)
                 frame.blocks[i].quantities["difference"] = std::move(changes[i]);
             return true;
         }}};
}

// The decoder's text is that of the ablated pass, also where the model would have gone on otherwise.
bool EncoderDecoderModel::run_unablated(const AttentionFrame& frame, const AnalysisRequest& request,
                                        const Stop& stop) {
    const std::vector<int32_t> source = ids_of(frame.stacks[0]), target = ids_of(frame.stacks[1]);
    if (unablated_.source == source && unablated_.target == target) return true;
    unablated_ = {};
    Unablated made{source, target, source_.block.layer_weights, {}, {}};
    std::vector<float> output = source_.output;
    if (!ablations_of_stack(request.options.ablations, 0).empty()) {
        source_.keeps_values = false;
        parts_.encoder->set_ablations({});
        std::optional<EncoderPass> pass = run_encoder(source, nullptr, stop);
        if (!pass) return false;
        made.encoder = std::move(pass->layers);
        output = std::move(pass->output);
    }
    const StackSpec& spec = decoder_spec();
    const int64_t keys = static_cast<int64_t>(source.size());
    rows_are_over_ = true;
    parts_.decoder->set_ablations({});
    parts_.decoder->set_source(output.data(), keys);
    DecoderRows rows({spec.layers, spec.attention.heads, spec.hidden}, keys, false, false);
    if (!rows.extend(*parts_.decoder, target, stop)) return false;
    for (int64_t layer = 0; layer < spec.layers; ++layer) {
        const int64_t count = rows.count();
        const auto self = pool_.take(square(spec.attention.heads, count, count));
        const auto cross = pool_.take(square(spec.attention.heads, count, keys));
        rows.copy_self(layer, self->data());
        rows.copy_cross(layer, cross->data());
        made.decoder.push_back(self);
        made.cross.push_back(cross);
    }
    unablated_ = std::move(made);
    return true;
}

std::vector<FrameStep> EncoderDecoderModel::head_steps(const AnalysisRequest& request,
                                                       const Target& target) const {
    const AnalysisOptions& options = request.options;
    if (!parts_.head || (!options.logits && options.predictions == 0)) return {};
    return {{"logits", true, [this, &options, &target](AttentionFrame& frame, const StepContext&) {
                 const int64_t rows = rows_.count(), vocabulary = config_.stacks[1].embedding.vocabulary;
                 std::vector<float> last = target.last_logits;
                 if (options.logits) {
                     HeadForward::Result all =
                         parts_.head->run(rows_.outputs().data(), rows, decoder_spec().hidden, rows - 1);
                     check_finite(all.values, "\"logits\"");
                     last.assign(all.values.end() - vocabulary, all.values.end());
                     frame.logits = FrameTensor{
                         all.shape, std::make_shared<const std::vector<float>>(std::move(all.values))};
                 } else if (last.empty()) {
                     last = last_row_logits();
                 }
                 frame.predictions = most_probable(last, options.predictions, [&](int32_t id) {
                     return std::string(tokenizer_.target_token_text(id));
                 });
                 return true;
             }}};
}

}  // namespace weft::torch_part
