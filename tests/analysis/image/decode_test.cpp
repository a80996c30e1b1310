#include "analysis/image/decode.h"

#include <catch2/catch.hpp>
#include <charconv>
#include <sstream>

#include "tests/analysis/image/image_testing.h"

using namespace weft;
using namespace weft::test;

namespace {

// PngSuite's row of ref_results.csv: what stb_image makes of the file.
struct StbResult {
    std::string folder, name;
    int components = 0;
    uint32_t hash = 0;
};

std::vector<StbResult> read_stb_results(const std::filesystem::path& csv) {
    std::vector<StbResult> results;
    std::istringstream lines(read_file(csv));
    std::string line;
    std::getline(lines, line);  // names
    while (std::getline(lines, line)) {
        std::vector<std::string> cells;
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        const std::filesystem::path path = cells.at(0);
        StbResult result{path.parent_path().filename().string(), path.filename().string(),
                         std::stoi(cells.at(3)), 0};
        result.hash = static_cast<uint32_t>(std::stoul(cells.at(5), nullptr, 16));
        results.push_back(result);
    }
    return results;
}

// The pixels with as many components as stb_image hands out for the file.
std::vector<uint8_t> with_components(const DecodedImage& image, int components) {
    std::vector<uint8_t> bytes;
    for (size_t i = 0; i < image.rgba.size(); i += 4) {
        const int colours = components < 3 ? 1 : 3;
        for (int c = 0; c < colours; ++c) bytes.push_back(image.rgba[i + c]);
        if (components % 2 == 0) bytes.push_back(image.rgba[i + 3]);
    }
    return bytes;
}

bool is_legal(const std::string& folder) {
    return folder == "primary" || folder == "16bit" || folder == "unused";
}

// 16 bits of grey without an alpha channel: Pillow cuts off at 255, stb_image takes the high byte.
bool is_grey16(const std::string& name) {
    return name.size() == 12 && name.substr(4, 4) == "0g16";
}

}  // namespace

TEST_CASE("every kind of image decodes to the very pixels that transformers' load_image gives") {
    int files = 0;
    for (const auto& [name, expected] : image_references()["decoded"].items()) {
        INFO(name);
        const DecodedImage image = decode_image(reference_path(name));
        CHECK(image.width == expected["width"]);
        CHECK(image.height == expected["height"]);
        const std::vector<uint8_t> rgb = rgb_of(image);
        CHECK(std::vector<int>(rgb.begin(), rgb.begin() + 3) == expected["corner"].get<std::vector<int>>());
        CHECK(fnv(rgb.data(), rgb.size()) == expected["fnv"]);
        ++files;
    }
    REQUIRE(files >= 28);
}

TEST_CASE("an image stored in any of the eight orientations comes out upright") {
    // The same picture was stored eight times, red growing to the right and green downwards; only the tag
    // differs.
    const DecodedImage stored = decode_image(reference_path("exif_1.jpg"));
    const auto stored_pixel = [&](uint32_t x, uint32_t y) {
        return &stored.rgba[4 * (y * stored.width + x)];
    };
    for (int orientation = 2; orientation <= 8; ++orientation) {
        INFO(orientation);
        const DecodedImage image =
            decode_image(reference_path("exif_" + std::to_string(orientation) + ".jpg"));
        REQUIRE(image.width == (orientation >= 5 ? stored.height : stored.width));
        const uint32_t right = stored.width - 1, bottom = stored.height - 1;
        // Where the stored image's first pixel belongs, from EXIF's own definition ("row 0 is the visual ...
        // side").
        const std::pair<uint32_t, uint32_t> first[] = {{0, 0}, {right, 0},  {right, bottom}, {0, bottom},
                                                       {0, 0}, {bottom, 0}, {bottom, right}, {0, right}};
        const auto [x, y] = first[orientation - 1];
        CHECK(std::memcmp(&image.rgba[4 * (y * image.width + x)], stored_pixel(0, 0), 4) == 0);
        // And its last pixel of the first row.
        const std::pair<uint32_t, uint32_t> end[] = {{right, 0},      {0, 0},     {0, bottom},
                                                     {right, bottom}, {0, right}, {bottom, right},
                                                     {bottom, 0},     {0, 0}};
        const auto [end_x, end_y] = end[orientation - 1];
        CHECK(std::memcmp(&image.rgba[4 * (end_y * image.width + end_x)], stored_pixel(right, 0), 4) == 0);
    }
}

TEST_CASE("alpha stays with the decoded image and does not touch its colours") {
    const DecodedImage with = decode_image(reference_path("alpha.png"));
    const DecodedImage without = decode_image(reference_path("animated.png"));  // the same colours, opaque
    CHECK(rgb_of(with) == rgb_of(without));
    CHECK(with.rgba[3] == 255);
    CHECK(with.rgba[4 * 19 + 3] == 0);
    CHECK(without.rgba[4 * 19 + 3] == 255);
}

TEST_CASE("the type is told from the content, whatever the name says") {
    const TemporaryFolder folder;
    for (const char* const name : {"exif_1.jpg", "lossy.webp", "alpha.png"}) {
        write_file(folder.path() / "image.gif", read_file(reference_path(name)));
        CHECK(decode_image(folder.file("image.gif")).rgba == decode_image(reference_path(name)).rgba);
    }
}

TEST_CASE("all legal files of PngSuite decode exactly, by stb_image's hashes and by Pillow's") {
    const auto data = conformance_data("pngsuite");
    if (!data) return;
    int by_stb = 0, by_pillow = 0;
    for (const StbResult& result : read_stb_results(*data / "ref_results.csv")) {
        if (!is_legal(result.folder)) continue;
        INFO(result.folder << "/" << result.name);
        const DecodedImage image = decode_image((*data / result.folder / result.name).string());
        if (!is_grey16(result.name)) {
            const std::vector<uint8_t> bytes = with_components(image, result.components);
            CHECK(fnv(bytes.data(), bytes.size()) == result.hash);
            ++by_stb;
        }
        const std::vector<uint8_t> rgb = rgb_of(image);
        CHECK(fnv(rgb.data(), rgb.size()) ==
              image_references()["pngsuite"].at(result.folder + "/" + result.name));
        ++by_pillow;
    }
    std::printf("PngSuite: %d files by stb_image's hash, %d by Pillow's\n", by_stb, by_pillow);
    CHECK(by_stb >= 140);
    CHECK(by_pillow >= 150);
}

TEST_CASE("real photos decode to Pillow's very pixels, and the truncated one is refused") {
    const auto data = conformance_data("images");
    if (!data) return;
    int files = 0;
    for (const auto& [name, expected] : image_references()["photos"].items()) {
        INFO(name);
        const std::vector<uint8_t> rgb = rgb_of(decode_image((*data / name).string()));
        CHECK(fnv(rgb.data(), rgb.size()) == expected);
        ++files;
    }
    CHECK(files == 9);
    CHECK_THAT(refusal_of([&] { decode_image((*data / "truncated.jpg").string()); }),
               Catch::Contains("truncated.jpg") && Catch::Contains("Premature end"));
}

TEST_CASE("the illegal files of PngSuite and Apple's variant are refused with file and reason") {
    const auto data = conformance_data("pngsuite");
    if (!data) return;
    int files = 0;
    for (const char* const part : {"corrupt", "iphone"})
        for (const auto& entry : std::filesystem::directory_iterator(*data / part)) {
            const std::string refusal = refusal_of([&] { decode_image(entry.path().string()); });
            INFO(refusal);
            CHECK_THAT(refusal, Catch::Contains(entry.path().filename().string()) &&
                                    Catch::Contains("is not a readable PNG image: "));
            ++files;
        }
    CHECK(files == 21);
}
