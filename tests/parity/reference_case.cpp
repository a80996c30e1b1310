// LibTorch leaks a CHECK of its own.
#include "analysis/torch/head_forward.h"
#include "analysis/torch/logit_lens.h"
#include "analysis/torch/patch_embedding.h"
#undef CHECK
#include "analysis/family/positions.h"
#include "analysis/frame_tensors.h"
#include "analysis/method/head_ablations.h"
#include "tests/parity/reference_case.h"

namespace weft::test {

using namespace torch_part;

namespace {

std::filesystem::path parity_folder() {
    return std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity";
}

void run_layers(StackForward& forward, const StackSpec& spec, int64_t source_rows, std::vector<float>& self,
                std::vector<float>* cross, std::vector<float>& hidden) {
    const int64_t rows = forward.rows(), heads = spec.attention.heads;
    const int64_t square = heads * rows * rows, oblong = heads * rows * source_rows;
    self.resize(static_cast<size_t>(spec.layers * square));
    if (cross) cross->resize(static_cast<size_t>(spec.layers * oblong));
    hidden.resize(static_cast<size_t>((spec.layers + 1) * rows * spec.hidden));
    forward.copy_hidden(hidden.data());
    for (int64_t l = 0; l < spec.layers; ++l) {
        const RowErrors errors = forward.run_layer(
            l, {self.data() + l * square, cross ? cross->data() + l * oblong : nullptr}, true);
        REQUIRE(std::max(errors.self, errors.cross) < 1e-5);
        forward.copy_hidden(hidden.data() + (l + 1) * rows * spec.hidden);
    }
}

std::vector<float> output_of(const StackForward& forward, const StackSpec& spec) {
    std::vector<float> output(static_cast<size_t>(forward.rows() * spec.hidden));
    forward.copy_output(output.data());
    return output;
}

}  // namespace

ReferenceCase::ReferenceCase(const std::string& case_name)
    : name(case_name),
      config(load_model_config((parity_folder() / "checkpoints" / name).string())),
      weights(load_model_weights(config, Checkpoint::open(config.folder))),
      inputs{Safetensors::open(config.folder + "/reference.safetensors")},
      reference{
          Safetensors::open((parity_folder() / "references/passes" / (name + ".safetensors")).string())} {}

std::vector<AttentionKind> ReferenceCase::kinds() const {
    if (config.kind == ModelKind::encoder_decoder)
        return {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross};
    return {AttentionKind::self};
}

bool ReferenceCase::fits_kernels() const {
    return std::ranges::all_of(weights->stacks, kernels_fit);
}

size_t ReferenceCase::stack_of(AttentionKind kind) const {
    return kind == AttentionKind::decoder || kind == AttentionKind::cross ? 1 : 0;
}

std::vector<HeadAblation> ReferenceCase::ablations() const {
    std::vector<HeadAblation> all;
    for (const AttentionKind kind : kinds()) {
        const std::vector<int32_t> rows = reference.ids(named("ablated", kind));
        REQUIRE(rows.size() >= 3);
        for (size_t i = 0; i < rows.size(); i += 3)
            all.push_back({kind, rows[i], rows[i + 1], rows[i + 2] != 0});
    }
    std::ranges::sort(all);
    return all;
}

std::vector<std::string> reference_case_names() {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(parity_folder() / "references/passes"))
        names.push_back(file.path().stem().string());
    std::ranges::sort(names);
    REQUIRE(names.size() > 10);
    return names;
}

std::string named(const std::string& name, AttentionKind kind) {
    return name + std::string(stack_suffix(kind));
}

std::vector<std::pair<std::string, MakeForward>> paths_of(
    const ReferenceCase& of, const std::shared_ptr<const ModelWeights>& weights) {
    std::vector<std::pair<std::string, MakeForward>> paths = {
        {"plain", [weights](size_t stack) { return make_plain_forward(weights, stack, "cpu"); }}};
    if (of.fits_kernels())
        paths.emplace_back("kernels",
                           [weights](size_t stack) { return make_kernel_forward(weights, stack); });
    return paths;
}

CasePass run_case(const ReferenceCase& of, const MakeForward& make,
                  const std::vector<HeadAblation>& ablations) {
    CasePass pass;
    const std::vector<StackDescription>& stacks = of.config.stacks;
    for (size_t stack = 0; stack < stacks.size(); ++stack) {
        pass.forwards.push_back(make(stack));
        pass.forwards.back()->set_ablations(ablations_of_stack(ablations, stack));
    }
    StackForward& first = *pass.forwards.front();
    if (of.config.kind == ModelKind::vision) {
        const SafetensorsTensor* pixels = of.inputs.file.find("pixel_values");
        REQUIRE(pixels != nullptr);
        const PatchEmbedding embedding(of.weights, 0, "cpu");
        embedding.enter(first, of.inputs.floats("pixel_values").data(),
                        {pixels->shape[0], pixels->shape[1], pixels->shape[2]});
    } else {
        const std::vector<int32_t> wide = of.inputs.ids("segments");
        first.embed(of.inputs.ids("ids"), std::vector<uint8_t>(wide.begin(), wide.end()), 0);
    }
    run_layers(first, stacks[0].spec, 0, pass.attention[of.kinds().front()], nullptr, pass.hidden);
    pass.output = output_of(first, stacks[0].spec);
    if (stacks.size() > 1) {
        StackForward& second = *pass.forwards[1];
        const int64_t source_rows = first.rows();
        second.set_source(pass.output.data(), source_rows);
        second.embed(of.inputs.ids("target_ids"), {}, 0);
        run_layers(second, stacks[1].spec, source_rows, pass.attention[AttentionKind::decoder],
                   &pass.attention[AttentionKind::cross], pass.hidden);
        pass.output = output_of(second, stacks[1].spec);
    }
    const int64_t hidden = stacks.back().spec.hidden;
    pass.rows = static_cast<int64_t>(pass.output.size()) / hidden;
    pass.last =
        last_token_row(of.inputs.ids(stacks.size() > 1 ? "target_ids" : "ids"), of.config.generation.pad_id);
    if (!of.config.head) return pass;
    const HeadForward head(of.weights, *of.config.head, "cpu");
    pass.output = head.run(pass.output.data(), pass.rows, hidden, pass.last).values;
    return pass;
}

std::map<std::string, FrameTensor> logit_lens_of(const ReferenceCase& of, const CasePass& pass) {
    const HeadForward head(of.weights, *of.config.head, "cpu");
    AttentionBlock block;
    const StepContext context{[] { return false; }, [](float) {}, [] {}};
    REQUIRE(LogitLens(of.weights, &head, "cpu").add(pass.hidden, pass.rows, pass.last, block, context));
    return block.quantities;
}

}  // namespace weft::test
