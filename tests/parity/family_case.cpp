// LibTorch leaks a CHECK of its own.
#include "analysis/torch/head_forward.h"
#include "analysis/torch/patch_embedding.h"
#undef CHECK
#include "analysis/family/positions.h"
#include "tests/parity/family_case.h"

namespace weft::test {

namespace {

using namespace torch_part;

struct Pass {
    std::vector<float> attention, cross, hidden, output;  // [L, H, N, N], [L, H, N, S], [L + 1, N, D], [N, D]
};

// All layers of a stack whose pass has begun, with `source_rows` of a source (0: none).
Pass run_layers(StackForward& forward, const StackSpec& spec, int64_t source_rows) {
    const int64_t rows = forward.rows(), heads = spec.attention.heads, state = rows * spec.hidden;
    const int64_t square = heads * rows * rows, oblong = heads * rows * source_rows;
    Pass pass;
    pass.attention.resize(static_cast<size_t>(spec.layers * square));
    pass.cross.resize(static_cast<size_t>(spec.layers * oblong));
    pass.hidden.resize(static_cast<size_t>((spec.layers + 1) * state));
    pass.output.resize(static_cast<size_t>(state));
    forward.copy_hidden(pass.hidden.data());
    for (int64_t l = 0; l < spec.layers; ++l) {
        const RowErrors errors = forward.run_layer(
            l,
            {pass.attention.data() + l * square, source_rows > 0 ? pass.cross.data() + l * oblong : nullptr},
            true);
        CHECK(errors.self < 1e-5);
        CHECK(errors.cross < 1e-5);
        forward.copy_hidden(pass.hidden.data() + (l + 1) * state);
    }
    forward.copy_output(pass.output.data());
    return pass;
}

using MakeForward = std::function<std::unique_ptr<StackForward>(size_t stack)>;

void compare(const Pass& pass, const std::string& suffix, const FamilyReference& reference,
             FamilyErrors& errors) {
    errors.attention =
        std::max(errors.attention, largest_distance(pass.attention, reference.floats("attention" + suffix)));
    const std::vector<float> hidden = reference.floats("hidden_states" + suffix);
    errors.hidden = std::max(errors.hidden, largest_distance(pass.hidden, hidden) / largest_of(hidden));
}

void compare_logits(const ModelConfig& config, const std::shared_ptr<const ModelWeights>& weights,
                    const Pass& last, const FamilyReference& reference, FamilyErrors& errors) {
    REQUIRE(config.head.has_value() == (reference.file.find("logits") != nullptr));
    if (!config.head) return;
    const int64_t hidden = config.stacks.back().spec.hidden;
    const int64_t rows = static_cast<int64_t>(last.output.size()) / hidden;
    const HeadForward head(weights, *config.head, "cpu");
    const HeadForward::Result result =
        head.run(last.output.data(), rows, hidden,
                 last_token_row(reference.ids(config.stacks.size() > 1 ? "target_ids" : "ids"),
                                config.generation.pad_id));
    const std::vector<float> expected = reference.floats("logits");
    errors.logits =
        std::max(errors.logits.value_or(0), largest_distance(result.values, expected) / largest_of(expected));
}

void check_image(const ModelConfig& config, const std::shared_ptr<const ModelWeights>& weights,
                 const MakeForward& make, const FamilyReference& reference, FamilyErrors& errors) {
    const SafetensorsTensor* pixels = reference.file.find("pixel_values");
    REQUIRE((pixels && pixels->shape.size() == 3));
    const PixelSize size{pixels->shape[0], pixels->shape[1], pixels->shape[2]};
    const PatchEmbedding embedding(weights, 0, "cpu");
    embedding.check(size, "reference");
    const std::unique_ptr<StackForward> forward = make(0);
    embedding.enter(*forward, reference.floats("pixel_values").data(), size);
    const Pass pass = run_layers(*forward, config.stack(), 0);
    compare(pass, "", reference, errors);
    compare_logits(config, weights, pass, reference, errors);
}

void check_one_stack(const ModelConfig& config, const std::shared_ptr<const ModelWeights>& weights,
                     const MakeForward& make, const FamilyReference& reference, FamilyErrors& errors) {
    const std::unique_ptr<StackForward> forward = make(0);
    const std::vector<int32_t> ids = reference.ids("ids"), wide = reference.ids("segments");
    const std::vector<uint8_t> segments(wide.begin(), wide.end());
    forward->embed(ids, segments, 0);
    const Pass pass = run_layers(*forward, config.stack(), 0);
    compare(pass, "", reference, errors);
    compare_logits(config, weights, pass, reference, errors);
    if (!config.stack().is_causal) return;
    // Token by token behind a prefix, with the keys and values of the tokens before.
    const int64_t count = static_cast<int64_t>(ids.size()), heads = config.stack().attention.heads;
    if (config.stack().attention.rotary.scaling == RotarySpec::Scaling::dynamic) return;
    const std::vector<int32_t> prefix(ids.begin(), ids.begin() + count / 2);
    forward->embed(prefix, {}, 0);
    std::vector<float> attention(static_cast<size_t>(heads * count * count));
    for (int64_t l = 0; l < config.stack().layers; ++l)
        forward->run_layer(l, {attention.data(), nullptr}, true);
    for (int64_t kept = count / 2; kept < count; ++kept) {
        const std::vector<int32_t> longer(ids.begin(), ids.begin() + kept + 1);
        forward->embed(longer, {}, kept);
        const int64_t keys = kept + 1;
        for (int64_t l = 0; l < config.stack().layers; ++l) {
            forward->run_layer(l, {attention.data(), nullptr}, true);
            for (int64_t h = 0; h < heads; ++h)
                for (int64_t j = 0; j < keys; ++j) {
                    const float whole = pass.attention[((l * heads + h) * count + kept) * count + j];
                    const float alone = attention[(h * keys + kept) * keys + j];
                    errors.attention = std::max(errors.attention, std::abs(double{whole} - alone));
                }
        }
    }
}

void check_two_stacks(const ModelConfig& config, const std::shared_ptr<const ModelWeights>& weights,
                      const MakeForward& make, const FamilyReference& reference, FamilyErrors& errors) {
    const std::unique_ptr<StackForward> encoder = make(0), decoder = make(1);
    const std::vector<int32_t> ids = reference.ids("ids"), target = reference.ids("target_ids");
    encoder->embed(ids, {}, 0);
    const Pass source = run_layers(*encoder, config.stacks[0].spec, 0);
    compare(source, ".encoder", reference, errors);
    decoder->set_source(source.output.data(), static_cast<int64_t>(ids.size()));
    decoder->embed(target, {}, 0);
    const Pass pass = run_layers(*decoder, config.stacks[1].spec, static_cast<int64_t>(ids.size()));
    compare(pass, ".decoder", reference, errors);
    errors.attention =
        std::max(errors.attention, largest_distance(pass.cross, reference.floats("attention.cross")));
    compare_logits(config, weights, pass, reference, errors);
}

}  // namespace

FamilyErrors check_family_case(const std::filesystem::path& folder) {
    const ModelConfig config = load_model_config(folder.string());
    const auto weights = load_model_weights(config, Checkpoint::open(folder.string()));
    const FamilyReference reference{Safetensors::open((folder / "reference.safetensors").string())};
    FamilyErrors errors;
    errors.by_kernels = std::ranges::all_of(weights->stacks, kernels_fit);
    const auto check = [&](const MakeForward& make) {
        if (config.kind == ModelKind::encoder_decoder)
            check_two_stacks(config, weights, make, reference, errors);
        else if (config.kind == ModelKind::vision)
            check_image(config, weights, make, reference, errors);
        else
            check_one_stack(config, weights, make, reference, errors);
    };
    check([&](size_t stack) { return make_plain_forward(weights, stack, "cpu"); });
    if (errors.by_kernels) check([&](size_t stack) { return make_kernel_forward(weights, stack); });
    return errors;
}

}  // namespace weft::test
