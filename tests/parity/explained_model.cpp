#include "tests/parity/explained_model.h"

#include <nlohmann/json.hpp>

#include "analysis/checkpoint/checkpoint.h"
#include "analysis/error.h"
#include "analysis/torch/ablation_steps.h"
#include "analysis/torch/gradient_steps.h"
#include "analysis/torch/stack_forward.h"
#include "analysis/torch/stack_loader.h"
#include "tests/analysis/test_files.h"

namespace weft::test {

using namespace torch_part;
using nlohmann::json;

namespace {

std::string words_json(int64_t vocabulary) {
    json words = json::object();
    for (int64_t id = 0; id < vocabulary; ++id) words["w" + std::to_string(id)] = id;
    return json{{"added_tokens", json::array()},
                {"normalizer", nullptr},
                {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
                {"post_processor", nullptr},
                {"model", {{"type", "WordPiece"}, {"unk_token", "w3"}, {"vocab", words}}}}
        .dump();
}

// Its mask is "w6".
Tokenizer words_tokenizer(int64_t vocabulary) {
    const TemporaryFolder folder;
    write_file(folder.file("tokenizer.json"), words_json(vocabulary));
    write_file(folder.file("tokenizer_config.json"), json{{"mask_token", "w6"}}.dump());
    return Tokenizer::load(folder.path().string());
}

}  // namespace

struct ExplainedModel::Parts {
    ModelConfig config;
    std::shared_ptr<const ModelWeights> weights;
    std::unique_ptr<Tokenizer> tokenizer;
    std::unique_ptr<HeadForward> head;
    std::unique_ptr<PatchEmbedding> patches;
    std::unique_ptr<LazyExplainer> explainer;
};

ExplainedModel::ExplainedModel(const std::filesystem::path& checkpoint, bool by_kernels, int64_t copies)
    : parts_(std::make_unique<Parts>()) {
    parts_->config = load_model_config(checkpoint.string());
    parts_->weights = load_model_weights(parts_->config, Checkpoint::open(checkpoint.string()));
    const ModelConfig& config = parts_->config;
    if (config.head) parts_->head = std::make_unique<HeadForward>(parts_->weights, *config.head, "cpu");
    if (config.kind == ModelKind::vision)
        parts_->patches = std::make_unique<PatchEmbedding>(parts_->weights, 0, "cpu");
    else
        parts_->tokenizer =
            std::make_unique<Tokenizer>(words_tokenizer(config.stacks.front().embedding.vocabulary));
    parts_->explainer = std::make_unique<LazyExplainer>(
        ExplainerParts{parts_->weights, "cpu", &parts_->config, parts_->head.get(), parts_->patches.get(),
                       parts_->tokenizer.get(), copies, by_kernels});
}

ExplainedModel::~ExplainedModel() = default;

const ModelConfig& ExplainedModel::config() const {
    return parts_->config;
}

bool ExplainedModel::has_kernels() const {
    return std::ranges::all_of(parts_->weights->stacks, kernels_fit);
}

std::unique_ptr<AttentionFrame> ExplainedModel::frame(const ExplainedText& text,
                                                      const AnalysisOptions& options,
                                                      const StepContext& context,
                                                      const GivenQuantities& given) {
    ExplainedInput input;
    input.ids = text.ids;
    input.segments = text.segments;
    input.special = text.special;
    input.predicted = text.predicted;
    input.other_ids = text.other_ids;
    if (!text.segments.empty()) input.other_segments.assign(text.other_ids.size(), 0);
    std::vector<uint32_t> rows;
    for (const auto& ids : text.ids) rows.push_back(static_cast<uint32_t>(ids.size()));
    if (parts_->patches) {
        input.pixels = text.pixels;
        input.size = {text.pixel_shape[0], text.pixel_shape[1], text.pixel_shape[2]};
        const PatchSpec& patches = parts_->patches->spec();
        rows = {static_cast<uint32_t>(patches.prefix() + parts_->patches->rows(input.size) *
                                                             parts_->patches->columns(input.size))};
        if (input.special.empty()) input.special = {std::vector<uint8_t>(rows[0], 0)};
    }
    auto frame = std::make_unique<AttentionFrame>();
    const auto add = [&](AttentionKind kind, uint32_t query, uint32_t key) {
        const StackSpec& spec = parts_->config.stacks[query].spec;
        AttentionBlock block;
        block.kind = kind;
        block.query_stack = query;
        block.key_stack = key;
        block.layers = static_cast<uint32_t>(spec.layers);
        block.heads = static_cast<uint32_t>(spec.attention.heads);
        block.queries = rows[query];
        block.keys = rows[key];
        block.causal = spec.is_causal && kind != AttentionKind::cross;
        frame->blocks.push_back(block);
    };
    if (rows.size() == 1) {
        add(AttentionKind::self, 0, 0);
    } else {
        add(AttentionKind::encoder, 0, 0);
        add(AttentionKind::decoder, 1, 1);
        add(AttentionKind::cross, 1, 0);
    }
    for (AttentionBlock& block : frame->blocks)
        if (const auto of = given.find(block.kind); of != given.end())
            for (const auto& [name, values] : of->second)
                block.quantities[name] = {{static_cast<int64_t>(values.size())},
                                          std::make_shared<const std::vector<float>>(values)};
    StepContext with{context.stop ? context.stop : [] { return false; },
                     context.progress ? context.progress : [](float) {},
                     context.post_partial ? context.post_partial : [] {}};
    AnalysisRequest request;
    request.options = options;
    std::vector<FrameStep> steps;
    append_gradient_steps(request, *parts_->explainer, input, steps);
    append_ablation_steps(request, *parts_->explainer, std::move(input), steps);
    for (const FrameStep& step : steps)
        if (!step.run(*frame, with)) return nullptr;
    return frame;
}

double ExplainedModel::target_value() const {
    return parts_->explainer->get().target().value;
}

size_t ExplainedModel::stacks() const {
    return parts_->config.stacks.size();
}

std::vector<float> ExplainedModel::words(size_t stack) const {
    const Explainer& explainer = parts_->explainer->get();
    return explainer.words_of_ids(stack, explainer.input().ids[stack]);
}

std::vector<float> ExplainedModel::states_of_words(size_t stack, const std::vector<float>& words) const {
    const Explainer& explainer = parts_->explainer->get();
    std::vector<float> states(static_cast<size_t>(explainer.rows(stack) * explainer.spec(stack).hidden));
    explainer.states_of_words(stack, words.data(), 1, states.data());
    return states;
}

std::vector<float> ExplainedModel::layer_states(size_t stack) const {
    const std::span<const float> states = parts_->explainer->get().layer_states(stack);
    return {states.begin(), states.end()};
}

double ExplainedModel::value(size_t stack, int64_t first_layer, const std::vector<float>* states,
                             const std::vector<LayerChange>& changes) {
    ChangedPass pass;
    pass.stack = stack;
    pass.first_layer = first_layer;
    pass.states = states ? states->data() : nullptr;
    pass.changes = changes;
    double y = 0;
    WEFT_ASSERT(parts_->explainer->get().values(pass, &y, {}), "nothing stops it");
    return y;
}

std::vector<float> ExplainedModel::word_gradient(size_t stack, const std::vector<float>& words) {
    Explainer& explainer = parts_->explainer->get();
    const std::vector<float> states = states_of_words(stack, words);
    std::vector<float> by_states(states.size()), gradient(words.size());
    ChangedPass pass;
    pass.stack = stack;
    pass.states = states.data();
    WEFT_ASSERT(explainer.gradient(pass, {.state_gradient = by_states.data()}, {}), "nothing stops it");
    explainer.word_gradient(stack, words.data(), 1, by_states.data(), gradient.data());
    return gradient;
}

}  // namespace weft::test
