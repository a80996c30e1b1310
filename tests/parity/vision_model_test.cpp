// What a vision model does around its numbers: the image's way in, tokens and grid, order of frames, errors.
#include <catch2/catch.hpp>

#include <cmath>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/error.h"
#include "analysis/image/processed_image.h"
#include "analysis/model.h"
#include "tests/analysis/image/image_testing.h"
#include "tests/analysis/test_files.h"
#include "tests/parity/family_case.h"

using namespace weft;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

const char* const preprocessor_text = R"({"image_processor_type": "ViTImageProcessor",
    "size": {"height": 12, "width": 12}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]})";

// A copy of one of the recorded tiny models, with a preprocessor and an image of generated pixels beside it.
struct TinyVision {
    test::TemporaryFolder folder;

    explicit TinyVision(const std::string& name, const std::string& preprocessor = preprocessor_text) {
        const fs::path from = fs::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints" / name;
        for (const char* file : {"config.json", "model.safetensors"})
            fs::copy_file(from / file, folder.path() / file);
        if (!preprocessor.empty()) test::write_file(folder.path() / "preprocessor_config.json", preprocessor);
        test::write_file(image(), test::png_file(40, 30));
    }
    std::string image() const { return folder.file("image.png"); }
    std::unique_ptr<Model> load() const { return Model::load(folder.path().string(), "cpu"); }
    void change_config(const std::string& from, const std::string& to) const {
        std::string text = test::read_file(folder.file("config.json"));
        const size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        test::write_file(folder.file("config.json"), text.replace(at, from.size(), to));
    }
};

AnalysisRequest request_of(const std::string& image) {
    AnalysisRequest request;
    request.image = image;
    request.revision = 3;
    return request;
}

std::vector<FramePtr> frames_of(Model& model, const AnalysisRequest& request) {
    std::vector<FramePtr> frames;
    const bool done = model.analyze(request, {}, [&](const FramePtr& frame) { frames.push_back(frame); });
    REQUIRE(done);
    return frames;
}

std::string refused(const TinyVision& tiny, const AnalysisRequest& request) {
    return test::refusal_of([&] { frames_of(*tiny.load(), request); });
}

}  // namespace

TEST_CASE("An image becomes tokens with a grid in the pixels of the original, and frames in order") {
    const TinyVision tiny("vit_image_classification");
    const std::unique_ptr<Model> model = tiny.load();
    CHECK(model->summary().reads_image);
    AnalysisRequest request = request_of(tiny.image());
    request.options.hidden_states = request.options.logits = request.options.pixel_values = true;
    request.options.predictions = 2;
    const std::vector<FramePtr> frames = frames_of(*model, request);
    REQUIRE(frames.size() == 4);
    for (size_t i = 0; i < frames.size(); ++i) {
        CHECK(frames[i]->part == i);
        CHECK(frames[i]->revision == 3);
        CHECK(frames[i]->complete == (i + 1 == frames.size()));
    }
    const AttentionFrame& frame = *frames.back();
    const TokenStack& stack = frame.stacks.at(0);
    REQUIRE(stack.tokens.size() == 10);
    CHECK(stack.tokens[0].text == "[CLS]");
    CHECK(stack.tokens[0].special);
    CHECK(stack.tokens[1].text == "0,0");
    CHECK_FALSE(stack.tokens[1].special);
    CHECK(stack.tokens[6].text == "1,2");
    for (const Token& token : stack.tokens) CHECK(token.id == -1);
    REQUIRE(stack.grid);
    CHECK(stack.grid->rows == 3);
    CHECK(stack.grid->columns == 3);
    CHECK(stack.grid->first_token == 1);
    CHECK(stack.grid->image_width == 40);
    CHECK(stack.grid->image_height == 30);
    REQUIRE(stack.grid->image_rgba);
    CHECK(stack.grid->image_rgba->size() == 40 * 30 * 4);
    CHECK(stack.grid->patches_in_image.width == 40);
    CHECK(stack.grid->patches_in_image.height == 30);

    CHECK(frame.blocks.at(0).queries == 10);
    CHECK(frame.max_row_sum_error < 1e-5);
    CHECK(frame.hidden_states.at(0).shape == std::vector<int64_t>{2, 10, 32});
    REQUIRE(frame.logits);
    CHECK(frame.logits->shape == std::vector<int64_t>{3});
    REQUIRE(frame.predictions.size() == 2);
    CHECK(frame.predictions[0].text.starts_with("LABEL_"));
    CHECK(frame.predictions[0].probability >= frame.predictions[1].probability);
    REQUIRE(frame.pixel_values);
    const ProcessedImage expected =
        load_image_for(tiny.image(), parse_preprocessor(preprocessor_text, "test", "vit"));
    CHECK(frame.pixel_values->shape == std::vector<int64_t>{3, 12, 12});
    CHECK(*frame.pixel_values->values == expected.pixel_values);
    CHECK(frame.timings_ms.count("image_to_pixels") == 1);
    CHECK(frame.timings_ms.count("text_to_attention") == 1);
    CHECK(frame.provenance.title == frame.provenance.model);

    request.options = {};
    request.options.methods.clear();
    const std::vector<FramePtr> plain = frames_of(*model, request);
    REQUIRE(plain.size() == 1);
    CHECK_FALSE(plain[0]->pixel_values);
    CHECK(*plain[0]->blocks[0].layer_weights[0] == *frame.blocks[0].layer_weights[0]);
}

TEST_CASE("Tokens without a patch are named and special") {
    const auto texts = [](const char* name) {
        const TinyVision tiny(name);
        const FramePtr frame = frames_of(*tiny.load(), request_of(tiny.image()))[0];
        std::string list;
        for (const Token& token : frame->stacks[0].tokens)
            if (token.special) list += token.text;
        const PatchGrid& grid = *frame->stacks[0].grid;
        CHECK(grid.first_token + grid.rows * grid.columns == frame->stacks[0].tokens.size());
        CHECK(frame->stacks[0].tokens[grid.first_token].text == "0,0");
        return list;
    };
    CHECK(texts("deit") == "[CLS][DIST]");
    CHECK(texts("dinov2") == "[CLS]");
    CHECK(texts("dinov2_registers_interpolated") == "[CLS][REG0][REG1]");
    CHECK(texts("clip") == "[CLS]");
}

TEST_CASE(
    "An image of another size has its positions interpolated, pixels without a whole patch are dropped") {
    const TinyVision tiny("dinov2", R"({"image_processor_type": "BitImageProcessor",
        "size": {"shortest_edge": 9}, "do_center_crop": false})");
    const FramePtr frame = frames_of(*tiny.load(), request_of(tiny.image()))[0];
    const PatchGrid& grid = *frame->stacks[0].grid;
    CHECK(grid.rows == 2);     // of 9 pixels
    CHECK(grid.columns == 3);  // of 12
    CHECK(grid.patches_in_image.height == Approx(30.0 * 8 / 9));
    CHECK(grid.patches_in_image.width == Approx(40.0));
}

TEST_CASE("Without a preprocessor's file the family's own settings hold at the model's size, and are named") {
    const TinyVision tiny("vit", "");
    AnalysisRequest request = request_of(tiny.image());
    request.options.pixel_values = true;
    const FramePtr frame = frames_of(*tiny.load(), request)[0];
    CHECK(frame->pixel_values->shape == std::vector<int64_t>{3, 12, 12});
    CHECK_THAT(frame->provenance.title, Contains("ViTImageProcessor"));
    CHECK_THAT(frame->provenance.note, Contains("preprocessor_config.json") && Contains("ViTImageProcessor"));
    const TinyVision clip("clip", "");
    const FramePtr cropped = frames_of(*clip.load(), [&] {
        AnalysisRequest of_clip = request_of(clip.image());
        of_clip.options.pixel_values = true;
        return of_clip;
    }())[0];
    CHECK(cropped->pixel_values->shape == std::vector<int64_t>{3, 12, 12});
    CHECK(cropped->stacks[0].grid->patches_in_image.width == Approx(30));
    const TinyVision deit("deit", "");
    CHECK(frames_of(*deit.load(), request_of(deit.image()))[0]->stacks[0].tokens.size() == 11);
    const TinyVision grey("vit_settings", "");
    CHECK_THAT(refused(grey, request_of(grey.image())),
               Contains("preprocessor_config.json") && Contains("1 channels"));
}

TEST_CASE("A newer request ends the work after the image and after each layer") {
    const TinyVision tiny("vit");
    const std::unique_ptr<Model> model = tiny.load();
    for (int stop_at = 1; stop_at <= 3; ++stop_at) {
        int asked = 0, posted = 0;
        CHECK_FALSE(model->analyze(
            request_of(tiny.image()), [&] { return ++asked == stop_at; },
            [&](const FramePtr&) { ++posted; }));
        CHECK(asked == stop_at);
        CHECK(posted == 0);
    }
}

TEST_CASE("What a vision model cannot read is refused with file, value and what to do") {
    const TinyVision tiny("vit");
    AnalysisRequest text = request_of("");
    text.text = "warp";
    CHECK_THAT(refused(tiny, text), Contains("reads an image") && Contains("--image FILE"));
    CHECK_THROWS_AS(frames_of(*tiny.load(), text), UsageError);
    text.image = tiny.image();
    CHECK_THAT(refused(tiny, text), Contains("reads an image"));
    CHECK_THAT(refused(tiny, request_of("")), Contains("there is none"));
    CHECK_THAT(refused(tiny, request_of("/nowhere/cat.png")), Contains("/nowhere/cat.png"));
    CHECK_THAT(refused(tiny, request_of(tiny.folder.file("config.json"))), Contains("config.json"));

    const TinyVision small("vit", R"({"image_processor_type": "ViTImageProcessor", "do_resize": false})");
    test::write_file(small.image(), test::png_file(3, 30));
    CHECK_THAT(refused(small, request_of(small.image())),
               Contains("image.png") && Contains("3x30") && Contains("smaller than one patch of 4x4"));
    const TinyVision huge("vit", R"({"image_processor_type": "ViTImageProcessor",
        "size": {"height": 2048, "width": 2048}})");
    CHECK_THAT(refused(huge, request_of(huge.image())),
               Contains("image.png") && Contains("262145 tokens") && Contains("of memory"));
    const TinyVision grey("vit", R"({"image_processor_type": "ViTImageProcessor", "image_mean": [0.5],
        "image_std": [0.5]})");
    CHECK_THAT(refused(grey, request_of(grey.image())), Contains("1 colour channels") && Contains("takes 3"));
    const TinyVision colour("vit_settings");
    CHECK_THAT(refused(colour, request_of(colour.image())),
               Contains("3 colour channels") && Contains("takes 1"));
    // transformers divides by the patch as one number.
    const TinyVision oblong("vit_settings", R"({"image_processor_type": "ViTImageProcessor",
        "size": {"height": 12, "width": 12}, "image_mean": [0.5], "image_std": [0.5]})");
    CHECK_THAT(refused(oblong, request_of(oblong.image())),
               Contains("12x12") && Contains("12x8") && Contains("not square"));
    const TinyVision no_square("dinov2_other_table", R"({"image_processor_type": "BitImageProcessor",
        "do_center_crop": false, "size": {"shortest_edge": 12}, "image_mean": [0.5], "image_std": [0.5]})");
    CHECK_THAT(refused(no_square, request_of(no_square.image())), Contains("8 patches are no square"));
}

TEST_CASE("A damaged vision model is refused by the tensor or setting") {
    const auto refusal = [](const TinyVision& tiny) { return test::refusal_of([&] { tiny.load(); }); };
    const TinyVision patch("vit");
    patch.change_config("\"patch_size\": 4", "\"patch_size\": 3");
    CHECK_THAT(refusal(patch), Contains("projection.weight") && Contains("[32, 3, 4, 4]"));
    const TinyVision size("vit");
    size.change_config("\"image_size\": 12", "\"image_size\": 16");
    CHECK_THAT(refusal(size), Contains("position_embeddings") && Contains("[1, 17, 32]"));
    const TinyVision channels("clip_vision");
    channels.change_config("\"num_channels\": 3", "\"num_channels\": 4");
    CHECK_THAT(refusal(channels), Contains("patch_embedding.weight"));
    const TinyVision registers("dinov2_registers");
    registers.change_config("\"num_register_tokens\": 4", "\"num_register_tokens\": 5");
    CHECK_THAT(refusal(registers), Contains("register_tokens"));
    const TinyVision gate("dinov2_swiglu");
    gate.change_config("\"use_swiglu_ffn\": true", "\"use_swiglu_ffn\": false");
    CHECK_THAT(refusal(gate), Contains("mlp.fc1"));
    const TinyVision bias("vit_image_classification");
    bias.change_config("\"qkv_bias\": false", "\"qkv_bias\": true");
    CHECK_THAT(refusal(bias), Contains("query.bias"));
    const TinyVision broken("vit", "{\"image_processor_type\": \"SiglipImageProcessor\"}");
    CHECK_THAT(refusal(broken), Contains("SiglipImageProcessor") && Contains("preprocessor_config.json"));
}

TEST_CASE("A really trained ViT finds digits as its reference does", "[conformance]") {
    const auto data = test::conformance_data("models/vit-mnist-3class");
    if (!data) return;
    const Safetensors reference = Safetensors::open((*data / "reference.safetensors").string());
    const auto floats = [&](const std::string& name, size_t image) {
        const SafetensorsTensor* tensor = reference.find(name);
        REQUIRE(tensor != nullptr);
        const std::vector<float> all = to_float32(*tensor, name);
        const size_t size = all.size() / 12;
        return std::vector<float>(all.begin() + static_cast<std::ptrdiff_t>(image * size),
                                  all.begin() + static_cast<std::ptrdiff_t>((image + 1) * size));
    };
    const SafetensorsTensor* images = reference.find("images");
    REQUIRE(images != nullptr);
    const std::unique_ptr<Model> model = Model::load(data->string(), "cpu");
    const test::TemporaryFolder folder;
    double attention_error = 0, hidden_error = 0, logits_error = 0;
    for (size_t image = 0; image < 12; ++image) {
        std::string rows;
        for (size_t y = 0; y < 28; ++y)
            rows += '\0' + std::string(
                               reinterpret_cast<const char*>(images->data.data()) + image * 784 + y * 28, 28);
        test::write_file(folder.path() / "digit.png", test::png_signature + test::png_header(28, 28, 8, 0) +
                                                          test::png_chunk("IDAT", test::zlib_stored(rows)) +
                                                          test::png_chunk("IEND", ""));
        AnalysisRequest request = request_of(folder.file("digit.png"));
        request.options.hidden_states = request.options.logits = true;
        request.options.predictions = 1;
        const FramePtr frame = frames_of(*model, request).back();
        const auto compare = [](const float* got, const std::vector<float>& expected, double scale) {
            return test::largest_distance({got, got + expected.size()}, expected) / scale;
        };
        for (size_t l = 0; l < 4; ++l)
            attention_error =
                std::max(attention_error, compare(frame->blocks[0].layer_weights[l]->data(),
                                                  floats("attentions." + std::to_string(l), image), 1));
        for (size_t l = 0; l < 5; ++l) {
            const std::vector<float> expected = floats("hidden_states." + std::to_string(l), image);
            hidden_error =
                std::max(hidden_error, compare(frame->hidden_states[0].values->data() + l * expected.size(),
                                               expected, test::largest_of(expected)));
        }
        const std::vector<float> logits = floats("logits", image);
        logits_error =
            std::max(logits_error, compare(frame->logits->values->data(), logits, test::largest_of(logits)));
        CHECK(frame->predictions[0].id == std::max_element(logits.begin(), logits.end()) - logits.begin());
    }
    std::printf("vit-mnist-3class: attention %.1e, hidden states %.1e, logits %.1e\n", attention_error,
                hidden_error, logits_error);
    CHECK(attention_error < 1e-5);
    CHECK(hidden_error < 1e-4);
    CHECK(logits_error < 1e-4);
}
