#include "tests/parity/method_case.h"

namespace weft::test {

using nlohmann::json;

namespace {

const std::filesystem::path parity_folder = std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity";

TargetChoice target_of(const json& value) {
    using Kind = TargetChoice::Kind;
    TargetChoice target;
    const std::string kind = value.at(0);
    for (const auto& [name, of] : {std::pair{"logit", Kind::logit},
                                   {"norm", Kind::norm},
                                   {"position_norm", Kind::position_norm},
                                   {"similarity", Kind::similarity}})
        if (kind == name) target.kind = of;
    target.name = value.at(1);
    if (!value.at(2).is_null()) target.position = value.at(2).get<int64_t>();
    return target;
}

HeadAblation ablation_of(const json& value) {
    HeadAblation ablation;
    const std::string kind = value.at("kind");
    for (const auto& [name, of] : {std::pair{"self", AttentionKind::self},
                                   {"encoder", AttentionKind::encoder},
                                   {"decoder", AttentionKind::decoder},
                                   {"cross", AttentionKind::cross}})
        if (kind == name) ablation.kind = of;
    ablation.layer = value.at("layer");
    ablation.head = value.at("head");
    ablation.to_mean = value.at("to_mean");
    return ablation;
}

AnalysisOptions options_of(const json& value) {
    AnalysisOptions options;
    options.methods = {"gradient_flow",
                       "gradient_attention",
                       "grad_cam",
                       "relevance",
                       "head_importance",
                       "integrated_gradients",
                       "attention_integrated_gradients"};
    MethodOptions& method = options.method;
    if (value.contains("target")) method.target = target_of(value.at("target"));
    if (value.value("space", "") == "probability") method.target_space = TargetSpace::probability;
    const std::string rule = value.value("rule", "gauss_legendre");
    const auto& names = quadrature_names();
    method.ig_rule = static_cast<QuadratureRule>(std::ranges::find(names, rule) - names.begin());
    method.ig_steps = value.value("steps", 50);
    method.attention_ig_steps = value.value("attention_steps", 20);
    if (value.contains("baseline")) method.baseline = "w" + std::to_string(value.at("baseline").get<int>());
    for (const json& ablated : value.value("ablations", json::array()))
        options.ablations.push_back(ablation_of(ablated));
    std::ranges::sort(options.ablations);
    return options;
}

}  // namespace

MethodCase method_case(const std::string& name) {
    const auto path = parity_folder / "method_references" / (name + ".safetensors");
    MethodCase of{name, {}, {Safetensors::open(path.string())}, {}, {}, {}, {}};
    const auto& metadata = of.reference.file.metadata();
    of.checkpoint = parity_folder / "checkpoints" / metadata.at("checkpoint");
    of.target = json::parse(metadata.at("target"));
    of.deltas = json::parse(metadata.at("deltas"));
    const json options = json::parse(metadata.at("options"));
    of.options = options_of(options);
    const FamilyReference inputs{Safetensors::open((of.checkpoint / "reference.safetensors").string())};
    ExplainedText& text = of.text;
    if (const SafetensorsTensor* pixels = inputs.file.find("pixel_values")) {
        text.pixels = inputs.floats("pixel_values");
        text.pixel_shape = pixels->shape;
        return of;
    }
    text.ids = {of.reference.ids("ids")};
    if (of.reference.file.find("target_ids")) text.ids.push_back(of.reference.ids("target_ids"));
    if (!options.contains("ids")) {
        const std::vector<int32_t> segments = inputs.ids("segments");
        text.segments.assign(segments.begin(), segments.end());
    }
    text.special = options.at("special").get<std::vector<std::vector<uint8_t>>>();
    const int64_t last = static_cast<int64_t>(text.ids.back().size()) - 1;
    const ModelKind kind = load_model_config(of.checkpoint.string()).kind;
    text.predicted = options.value("predicted", kind == ModelKind::encoder ? 0 : last);
    text.other_ids = options.value("other_ids", std::vector<int32_t>());
    return of;
}

std::vector<MethodCase> method_cases() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(parity_folder / "method_references"))
        if (entry.path().extension() == ".safetensors") names.push_back(entry.path().stem().string());
    std::ranges::sort(names);
    std::vector<MethodCase> cases;
    for (const std::string& name : names) cases.push_back(method_case(name));
    return cases;
}

}  // namespace weft::test
