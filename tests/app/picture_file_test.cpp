#include "app/picture_file.h"

#include <png.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/error.h"
#include "tests/app/temporary_folder.h"

using namespace weft;
namespace fs = std::filesystem;

namespace {

// A dark ground with thin bright strokes, some of them blended: what a picture of the program is like.
CapturedImage strokes(uint32_t width, uint32_t height) {
    CapturedImage image;
    image.width = width;
    image.height = height;
    image.rgba.assign(size_t(width) * height * 4, 255);
    for (size_t i = 0; i < image.rgba.size(); i += 4) {
        image.rgba[i] = 11, image.rgba[i + 1] = 14, image.rgba[i + 2] = 20;
    }
    for (uint32_t line = 0; line < 60; ++line) {
        for (uint32_t x = 0; x < width; ++x) {
            const uint32_t y = (line * 37 + x * (line % 23) / 16) % height;
            uint8_t* pixel = &image.rgba[(size_t(y) * width + x) * 4];
            for (int c = 0; c < 3; ++c) pixel[c] = uint8_t((pixel[c] + line * (50 + c * 31)) & 255);
        }
    }
    return image;
}

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a PNG holds the same pixels as the picture") {
    const TemporaryFolder folder;
    const CapturedImage image = strokes(131, 67);
    write_picture(folder / "a.png", image);
    png_image read{};
    read.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&read, (folder / "a.png").c_str()));
    CHECK(read.width == 131);
    CHECK(read.height == 67);
    CHECK(read.format == PNG_FORMAT_RGB);
    read.format = PNG_FORMAT_RGBA;
    std::vector<uint8_t> rgba(PNG_IMAGE_SIZE(read));
    REQUIRE(png_image_finish_read(&read, nullptr, rgba.data(), 0, nullptr));
    CHECK(rgba == image.rgba);
}

TEST_CASE("the same picture gives the same bytes, without a date") {
    const TemporaryFolder folder;
    write_picture(folder / "a.png", strokes(64, 64));
    sleep(1);
    write_picture(folder / "b.png", strokes(64, 64));
    CHECK(bytes_of(folder / "a.png") == bytes_of(folder / "b.png"));
    CHECK(bytes_of(folder / "a.png").find("tIME") == std::string::npos);
}

TEST_CASE("what can't be written is said and leaves nothing behind") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(write_picture(folder / "no/a.png", strokes(16, 16)), Error);
    CHECK_THROWS_AS(check_picture_path(folder / "no/a.png"), Error);
    CHECK_THROWS_AS(check_picture_path(folder / "a.jpg"), Error);
    fs::create_directory(folder / "b.png");
    CHECK_THROWS_AS(write_picture(folder / "b.png", strokes(16, 16)), Error);
    CHECK_THROWS_AS(check_picture_path(folder / "b.png"), Error);
    CHECK_NOTHROW(check_picture_path(folder / "c.png"));
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

// A limit on the size of files stands for the full disk.
TEST_CASE("a full disk keeps the older picture and says so") {
    const TemporaryFolder folder;
    write_picture(folder / "a.png", strokes(16, 16));
    const std::string before = bytes_of(folder / "a.png");
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1000, 1000};
        setrlimit(RLIMIT_FSIZE, &limit);
        try {
            write_picture(folder / "a.png", strokes(640, 360));
        } catch (const Error& error) {
            _exit(std::string(error.what()).find("the disk is full") != std::string::npos ? 0 : 2);
        }
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(bytes_of(folder / "a.png") == before);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}
