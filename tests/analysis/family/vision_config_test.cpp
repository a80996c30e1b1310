#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/family/model_config.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

ModelConfig parse(const json& file) {
    return parse_model_config(file.dump(), "config.json", "/models/tiny/");
}

std::string refusal(const std::string& type, const json& changes) {
    json file = {{"model_type", type}};
    file.update(changes);
    try {
        parse(file);
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
}

}  // namespace

TEST_CASE("vision configs that say nothing are base models") {
    const ModelConfig vit = parse({{"model_type", "vit"}});
    CHECK(vit.kind == ModelKind::vision);
    CHECK(vit.stack().layers == 12);
    CHECK(vit.stack().hidden == 768);
    CHECK(vit.stack().intermediate == 3072);
    CHECK(vit.stack().norm.epsilon == 1e-12);
    const PatchSpec& patches = *vit.stacks[0].patches;
    CHECK(patches.table_rows() == 14);
    CHECK(patches.prefix() == 1);
    CHECK(parse({{"model_type", "deit"}}).stacks[0].patches->prefix() == 2);
    const ModelConfig dino = parse({{"model_type", "dinov2"}});
    CHECK(dino.stacks[0].patches->table_columns() == 16);
    CHECK(dino.stack().has_layer_scale);
    CHECK(dino.stack().norm.epsilon == 1e-6);
    CHECK(parse({{"model_type", "dinov2_with_registers"}}).stacks[0].patches->prefix() == 5);
    const ModelConfig clip = parse({{"model_type", "clip"}});
    CHECK(clip.stacks[0].patches->table_rows() == 7);
    CHECK(clip.stack().activation == Activation::quick_gelu);
    CHECK(clip.stack().has_entry_norm);
    CHECK_FALSE(clip.stack().has_final_norm);
}

TEST_CASE("sizes of image and patch are one number or height and width") {
    const ModelConfig config =
        parse({{"model_type", "vit"}, {"image_size", {32, 48}}, {"patch_size", {8, 16}}});
    const PatchSpec& patches = *config.stacks[0].patches;
    CHECK(patches.table_rows() == 4);
    CHECK(patches.table_columns() == 3);
    CHECK_FALSE(patches.interpolates);
    CHECK_THAT(refusal("vit", {{"image_size", {1, 2, 3}}}), Contains("image_size") && Contains("[1,2,3]"));
    CHECK_THAT(refusal("vit", {{"image_size", json::array()}}), Contains("image_size"));
    CHECK_THAT(refusal("vit", {{"patch_size", 0}}), Contains("patch_size") && Contains("0"));
    CHECK_THAT(refusal("vit", {{"patch_size", "16"}}), Contains("patch_size") && Contains("16"));
    CHECK_THAT(refusal("vit", {{"patch_size", 256}}), Contains("256") && Contains("smaller than one patch"));
    CHECK_THAT(refusal("vit", {{"patch_size", {16, 300}}}), Contains("16x300"));
    CHECK_THAT(refusal("vit", {{"image_size", 100000}}), Contains("100000"));
    CHECK_THAT(refusal("dinov2", {{"image_size", 16384}, {"patch_size", 2}}), Contains("16384"));
    CHECK_THAT(refusal("vit", {{"num_channels", 0}}), Contains("num_channels"));
    CHECK_THAT(refusal("clip", {{"vision_config", {{"image_size", {224, 224}}}}}), Contains("image_size"));
    CHECK_THAT(refusal("clip_vision_model", {{"patch_size", {32, 32}}}), Contains("patch_size"));
}

TEST_CASE("DINOv2's feed-forward part has the width of its ratio, gated or not") {
    json file = {{"model_type", "dinov2"}, {"hidden_size", 1536}, {"num_attention_heads", 24}};
    CHECK(parse(file).stack().intermediate == 6144);
    file["use_swiglu_ffn"] = true;
    CHECK(parse(file).stack().intermediate == 4096);
    CHECK(parse(file).stack().is_gated);
    CHECK(parse(file).stack().activation == Activation::silu);
    CHECK_THAT(refusal("dinov2", {{"mlp_ratio", "4"}}), Contains("mlp_ratio"));
    CHECK_THAT(refusal("dinov2", {{"mlp_ratio", 0}}), Contains("mlp_ratio"));
    CHECK_THAT(refusal("dinov2_with_registers", {{"num_register_tokens", 0}}),
               Contains("num_register_tokens"));
}

TEST_CASE("the heads of vision models and what is none of theirs") {
    const auto steps = [](const char* type, const char* architecture) {
        return parse({{"model_type", type}, {"architectures", {architecture}}}).head->steps;
    };
    CHECK(steps("vit", "ViTForImageClassification")[0].kind == HeadStep::Kind::first_row);
    CHECK(steps("deit", "DeiTForImageClassificationWithTeacher")[1].is_mean_of_names);
    CHECK(steps("dinov2", "Dinov2ForImageClassification")[0].first == 1);
    CHECK(steps("dinov2_with_registers", "Dinov2WithRegistersForImageClassification")[0].first == 5);
    CHECK(steps("clip", "CLIPForImageClassification")[0].kind == HeadStep::Kind::mean_rows);
    CHECK_FALSE(parse({{"model_type", "clip"}, {"architectures", {"CLIPModel"}}}).head);
    CHECK_THAT(refusal("vit", {{"architectures", {"ViTForMaskedImageModeling"}}}),
               Contains("ViTForMaskedImageModeling") && Contains("ViTForImageClassification"));
    CHECK_THAT(refusal("clip", {{"architectures", {"CLIPTextModel"}}}), Contains("CLIPTextModel"));
    CHECK_THAT(refusal("dinov3_vit", json::object()), Contains("dinov3_vit") && Contains("dinov2"));
    CHECK_THAT(refusal("vit", {{"hidden_size", 100}}), Contains("100") && Contains("num_attention_heads"));
    CHECK_THAT(refusal("vit", {{"hidden_act", "mish"}}), Contains("mish"));
}

TEST_CASE("of a CLIP's two notes about its vision tower the older counts, with its defaults") {
    const json tower = {{"hidden_size", 64}, {"num_attention_heads", 4}, {"patch_size", 16}};
    CHECK(parse({{"model_type", "clip"}, {"vision_config", tower}}).stack().hidden == 64);
    const ModelConfig both = parse(
        {{"model_type", "clip"}, {"vision_config", tower}, {"vision_config_dict", {{"hidden_size", 96}}}});
    CHECK(both.stack().hidden == 96);
    CHECK(both.stacks[0].patches->patch_width == 32);
    CHECK_THAT(refusal("clip", {{"vision_config", 3}}), Contains("vision_config"));
}
