#include "analysis/trace_image.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <span>

#include "analysis/error.h"
#include "analysis/image/decode.h"
#include "analysis/trace.h"
#include "tests/analysis/test_attention.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

TokenStack patches(uint32_t rows, uint32_t columns, std::vector<std::string> before = {"[CLS]"}) {
    TokenStack stack;
    for (const std::string& text : before) stack.tokens.push_back({-1, text, 0, 0, false});
    for (uint32_t r = 0; r < rows; ++r)
        for (uint32_t c = 0; c < columns; ++c)
            stack.tokens.push_back({-1, std::to_string(r) + "," + std::to_string(c), 0, 0, false});
    return stack;
}

template <class Read>
std::string refusal(const Read& read) {
    try {
        read();
    } catch (const Error& error) {
        CHECK_FALSE(error.hint().empty());
        return error.what();
    }
    return "no error";
}

std::string grid_refusal(const std::string& grid, TokenStack stack) {
    return refusal([&] { read_patch_grid(grid, "t", stack); });
}

std::string image_refusal(const std::string& name, const std::string& trace) {
    TokenStack stack = patches(2, 3);
    read_patch_grid("2x3", "t", stack);
    return refusal([&] { read_trace_image(name, trace, "t", stack); });
}

}  // namespace

TEST_CASE("the last tokens are the patches, those before them are special") {
    TokenStack stack = patches(2, 3, {"[CLS]", "[DIST]"});
    read_patch_grid("2x3", "t", stack);
    REQUIRE(stack.grid);
    CHECK(stack.grid->first_token == 2);
    CHECK(stack.tokens[1].special);
    CHECK_FALSE(stack.tokens[2].special);
    TokenStack none = patches(1, 1);
    read_patch_grid("", "t", none);
    CHECK_FALSE(none.grid);
}

TEST_CASE("a patch grid that does not fit is refused with its value") {
    for (const char* grid : {"3x3", "0x6", "6x0", "x", "2x", "x3", "2x3x1", "2 x 3", "-2x-3", "2*3", "abc",
                             "99999999999x99999999999", "65536x65536"})
        CHECK_THAT(grid_refusal(grid, patches(2, 3)), Contains(grid) && Contains("patch_grid"));
    CHECK_THAT(grid_refusal("3x2", patches(2, 3)), Contains("3x2") && Contains("\"0,2\""));
    CHECK_THAT(grid_refusal("1x3", patches(2, 3)), Contains("token 1 is \"0,0\""));
}

TEST_CASE("an image lies beside its trace, or it is refused with its name") {
    TemporaryFolder folder;
    const std::string trace = folder.file("a/t.safetensors");
    fs::create_directories(folder.file("a/deep"));
    const auto write = [&](const std::string& name, const std::string& bytes) {
        std::ofstream(folder.file(name), std::ios::binary) << bytes;
    };
    write("outside.png", "\x89PNG\r\n\x1a\n____");
    write("a/text.png", "no image, but long enough");
    write("a/empty.png", "");
    fs::create_symlink(folder.file("outside.png"), folder.file("a/link.png"));
    CHECK_THAT(image_refusal("../outside.png", trace), Contains("leaves the trace's folder"));
    CHECK_THAT(image_refusal("link.png", trace), Contains("leaves the trace's folder"));
    CHECK_THAT(image_refusal("deep/../../outside.png", trace), Contains("leaves the trace's folder"));
    CHECK_THAT(image_refusal(folder.file("outside.png"), trace), Contains("beside the trace"));
    CHECK_THAT(image_refusal(std::string("a\0b", 3), trace), Contains("beside the trace"));
    CHECK_THAT(image_refusal("missing.png", trace), Contains("missing.png") && Contains("not there"));
    CHECK_THAT(image_refusal("deep", trace), Contains("no file"));
    CHECK_THAT(image_refusal(".", trace), Contains("trace's folder"));
    CHECK_THAT(image_refusal("text.png", trace), Contains("text.png"));
    CHECK_THAT(image_refusal("empty.png", trace), Contains("empty.png"));
    TokenStack text = words({"a", "b"});
    CHECK_THAT(refusal([&] { read_trace_image("x.png", trace, "t", text); }), Contains("patch_grid"));
}

TEST_CASE("an image beside its trace comes upright with the frame, and its patches are all of it") {
    TemporaryFolder folder;
    fs::create_directories(folder.file("pictures"));
    fs::copy_file(WEFT_SOURCE_DIR "/tests/analysis/image/references/exif_8.jpg",
                  folder.file("pictures/turned.jpg"));
    AttentionFrame frame;
    frame.stacks.push_back(patches(2, 3));
    read_patch_grid("2x3", "t", frame.stacks[0]);
    frame.stacks[0].image_name = "pictures/turned.jpg";
    frame.blocks.push_back(uniform_attention(1, 1, 7, 7));
    write_trace(folder.file("t.safetensors"), frame);
    const FramePtr read = read_trace(folder.file("t.safetensors"));
    const PatchGrid& grid = read->stacks[0].grid.value();
    const DecodedImage decoded = decode_image(folder.file("pictures/turned.jpg"));
    CHECK(grid.image_width == decoded.width);
    CHECK(grid.image_height == decoded.height);
    REQUIRE(grid.image_rgba);
    CHECK(*grid.image_rgba == decoded.rgba);
    CHECK(grid.patches_in_image.width == decoded.width);
    CHECK(grid.patches_in_image.height == decoded.height);

    std::ifstream file(folder.file("t.safetensors"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto span = std::as_bytes(std::span(bytes));
    CHECK(parse_trace_at(span, folder.file("t.safetensors"))->stacks[0].grid->image_rgba);
    CHECK_FALSE(parse_trace(span, "bytes")->stacks[0].grid->image_rgba);  // lies nowhere: the name alone
    CHECK(parse_trace(span, "bytes")->stacks[0].image_name == "pictures/turned.jpg");
}

TEST_CASE("a trace of an image is written and read with its grid") {
    TemporaryFolder folder;
    AttentionFrame frame;
    frame.stacks.push_back(patches(2, 3));
    read_patch_grid("2x3", "t", frame.stacks[0]);
    frame.blocks.push_back(uniform_attention(2, 2, 7, 7));
    write_trace(folder.file("t.safetensors"), frame);
    const FramePtr read = read_trace(folder.file("t.safetensors"));
    REQUIRE(read->stacks[0].grid);
    CHECK(read->stacks[0].grid->rows == 2);
    CHECK(read->stacks[0].grid->columns == 3);
    CHECK(read->stacks[0].tokens[0].special);
}
