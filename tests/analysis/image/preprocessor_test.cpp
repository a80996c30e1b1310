#include "analysis/image/preprocessor.h"

#include <catch2/catch.hpp>

#include "tests/analysis/image/image_testing.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;

namespace {

Preprocessor parse(const std::string& text, const std::string& model_type = "") {
    return parse_preprocessor(text, "preprocessor_config.json", model_type);
}

std::string refusal(const std::string& text, const std::string& model_type = "") {
    return refusal_of([&] { parse(text, model_type); });
}

std::string vit(const std::string& members) {
    return R"({"image_processor_type":"ViTImageProcessor",)" + members + "}";
}

}  // namespace

TEST_CASE("each processor has its own defaults where the file is silent") {
    const Preprocessor vit = parse("{}", "vit"), deit = parse("{}", "deit"), dinov2 = parse("{}", "dinov2"),
                       clip = parse("{}", "clip_vision_model");
    CHECK(vit.type == "ViTImageProcessor");
    CHECK(vit.resample == Resample::bilinear);
    CHECK(vit.size.height == 224);
    CHECK(!vit.do_center_crop);
    CHECK(deit.resample == Resample::bicubic);
    CHECK(deit.size.width == 256);
    CHECK(deit.crop_size.width == 224);
    CHECK(dinov2.type == "BitImageProcessor");
    CHECK(dinov2.shortest_edge == 224);
    CHECK(dinov2.image_mean[0] == 0.48145466f);
    CHECK(clip.type == "CLIPImageProcessor");
    CHECK(clip.do_center_crop);
    CHECK(clip.rescale_factor == 1.0 / 255);
}

TEST_CASE("the type in the file wins over the model's, in its old and new spellings") {
    CHECK(parse(R"({"image_processor_type":"DeiTImageProcessorFast"})", "vit").type == "DeiTImageProcessor");
    CHECK(parse(R"({"feature_extractor_type":"CLIPFeatureExtractor"})", "vit").type == "CLIPImageProcessor");
    CHECK(parse(R"({"image_processor_type":"ViTFeatureExtractor"})").type == "ViTImageProcessor");
    CHECK(parse(R"({"image_processor_type":"BitImageProcessorPil"})").type == "BitImageProcessor");
}

TEST_CASE("one entry of mean and deviation makes a preprocessor of grey images") {
    const Preprocessor grey = parse(vit(R"("image_mean":[0.1307],"image_std":[0.3081])"));
    CHECK(grey.channels == 1);
    CHECK(grey.image_mean == std::vector<float>{0.1307f});
    CHECK(parse(vit(R"("image_mean":0.25)")).image_mean == std::vector<float>{0.25f, 0.25f, 0.25f});
    CHECK(parse(vit(R"("image_mean":[0.1])")).image_std == std::vector<float>{0.5f});
}

TEST_CASE("settings that are wrong or would change the numbers are refused by name") {
    CHECK_THAT(refusal(R"({"image_processor_type":"SiglipImageProcessor"})"),
               Contains("SiglipImageProcessor") && Contains("ViTImageProcessor"));
    CHECK_THAT(refusal("{}", "swin"), Contains("\"swin\"") && Contains("image_processor_type"));
    CHECK_THAT(refusal(vit(R"("resample":4)")), Contains("\"resample\" is 4 (box)"));
    CHECK_THAT(refusal(vit(R"("resample":5)")), Contains("Hamming"));
    CHECK_THAT(refusal(vit(R"("resample":6)")), Contains("\"resample\" is 6"));
    CHECK_THAT(refusal(vit(R"("resample":"bicubic")")), Contains("\"resample\" is \"bicubic\""));
    CHECK_THAT(refusal(vit(R"("do_pad":true)")),
               Contains("\"do_pad\" is true") && Contains("not implemented"));
    CHECK_THAT(refusal(vit(R"("do_flip_channel_order":true)")), Contains("do_flip_channel_order"));
    CHECK_THAT(refusal(vit(R"("use_square_size":true)")), Contains("use_square_size"));
    CHECK(refusal(vit(R"("do_pad":false,"do_reduce_labels":null)")) == "no error");
    CHECK_THAT(refusal(vit(R"("size":{"longest_edge":224})")),
               Contains("\"size\" is {\"longest_edge\":224}"));
    CHECK_THAT(refusal(vit(R"("size":{"max_height":9,"max_width":9})")), Contains("max_height"));
    CHECK_THAT(refusal(vit(R"("size":{"height":9})")), Contains("\"size\" is {\"height\":9}"));
    CHECK_THAT(refusal(vit(R"("size":{"height":9,"width":9,"depth":9})")), Contains("depth"));
    CHECK_THAT(refusal(vit(R"("size":{"shortest_edge":9,"width":9})")), Contains("shortest_edge"));
    CHECK_THAT(refusal(vit(R"("size":0)")), Contains("\"size\" is 0"));
    CHECK_THAT(refusal(vit(R"("size":224.0)")), Contains("\"size\" is 224.0"));
    CHECK_THAT(refusal(vit(R"("size":1000000)")), Contains("\"size\" is 1000000"));
    CHECK_THAT(refusal(vit(R"("size":[1,2,3])")), Contains("\"size\" is [1,2,3]"));
    CHECK_THAT(refusal(vit(R"("size":"224")")), Contains("\"size\" is \"224\""));
    CHECK_THAT(refusal(vit(R"("size":null)")), Contains("\"size\" is null") && Contains("do_resize"));
    CHECK_THAT(refusal(vit(R"("image_std":null)")), Contains("\"image_std\" is null"));
    CHECK_THAT(refusal(vit(R"("rescale_factor":null)")), Contains("\"rescale_factor\" is null"));
    CHECK_THAT(refusal(vit(R"("do_center_crop":true)")), Contains("\"do_center_crop\" is true without"));
    CHECK_THAT(refusal(vit(R"("crop_size":{"shortest_edge":9})")), Contains("\"crop_size\" is"));
    CHECK_THAT(refusal(vit(R"("image_mean":[0.5,0.5])")), Contains("\"image_mean\" is [0.5,0.5]"));
    CHECK_THAT(refusal(vit(R"("image_mean":[0.5,null,0.5])")), Contains("\"image_mean\" holds null"));
    CHECK_THAT(refusal(vit(R"("image_mean":[0.1],"image_std":[0.1,0.2,0.3])")),
               Contains("different numbers of channels"));
    CHECK_THAT(refusal(vit(R"("image_std":[0.5,0,0.5])")), Contains("divides by zero"));
    CHECK_THAT(refusal(vit(R"("image_std":"0.5")")), Contains("\"image_std\" is \"0.5\""));
    CHECK_THAT(refusal(vit(R"("do_resize":1)")), Contains("\"do_resize\" is 1"));
    CHECK_THAT(refusal(vit(R"("rescale_factor":"1/255")")), Contains("\"rescale_factor\" is \"1/255\""));
    CHECK_THAT(refusal("[]"), Contains("expected an object"));
    CHECK_THAT(refusal("{"), Contains("not valid JSON") && Contains("published with the model"));
}

TEST_CASE("a preprocessor is read from the model's folder, a nested one first") {
    const TemporaryFolder folder;
    CHECK_THAT(refusal_of([&] { load_preprocessor(folder.path().string(), "vit"); }),
               Contains("preprocessor_config.json") && Contains("No such file"));
    write_file(folder.path() / "preprocessor_config.json", vit(R"("size":30)"));
    CHECK(load_preprocessor(folder.path().string(), "vit").size.width == 30);
    write_file(folder.path() / "processor_config.json", R"({"processor_class":"CLIPProcessor"})");
    CHECK(load_preprocessor(folder.path().string(), "vit").size.width == 30);
    write_file(folder.path() / "processor_config.json",
               R"({"image_processor":{"image_processor_type":"CLIPImageProcessor","size":40}})");
    CHECK(load_preprocessor(folder.path().string(), "clip").shortest_edge == 40);
}

TEST_CASE("the real grey ViT's preprocessor can be read") {
    const auto data = conformance_data("models");
    if (!data) return;
    const Preprocessor preprocessor = load_preprocessor((*data / "vit-mnist-3class").string(), "vit");
    CHECK(preprocessor.channels == 1);
    CHECK(!preprocessor.do_resize);
    CHECK(output_size(preprocessor, {28, 28}).height == 28);
}
