// Images that are broken, lie about themselves, or are something else: each an Error that names the file and
// the reason, at once and without the memory that the file asks for.
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/analysis/image/image_testing.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;
using namespace std::string_literals;

namespace {

std::string refusal(const std::string& bytes) {
    return refusal_of([&] { decode_image_bytes(bytes, "hostile.png"); });
}

long peak_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

std::string with_byte(std::string bytes, size_t at, char value) {
    bytes.at(at) = value;
    return bytes;
}

struct Hostile {
    const char* what;
    std::string bytes;
    const char* reason;  // what the message must say
};

std::vector<Hostile> hostile_images() {
    const std::string png = png_file(20, 12);
    const size_t header = 8, pixels = png.find("IDAT") - 4;
    const std::string jpeg = read_file(reference_path("exif_6.jpg")),
                      webp = read_file(reference_path("lossy.webp"));
    const size_t jpeg_size = jpeg.find("\xff\xc0"s) + 5;
    const std::string rows(12 * 61, '\0');
    const auto png_with = [&](const std::string& chunks) { return png_signature + chunks; };
    const std::string end = png_chunk("IEND", "");
    return {
        {"nothing", "", "is empty"},
        {"text", "hello\n", "is not a PNG, JPEG or WebP image"},
        {"zeros", std::string(1000, '\0'), "is not a PNG, JPEG or WebP image"},
        {"a script", "#!/bin/sh\nexit 1\n", "is not a PNG, JPEG or WebP image"},
        {"signature alone", png_signature, "ends too early"},
        {"signature with line ends converted", "\x89PNG\n\x1a\n" + png.substr(8), "signature is damaged"},
        {"header cut", png.substr(0, 20), "ends too early"},
        {"pixels cut", png.substr(0, pixels + 100), "ends too early"},
        {"without its end", png.substr(0, png.size() - 12), "ends too early"},
        {"width 0", png_with(png_header(0, 12) + end), "no pixels: its size is 0x12"},
        {"height 0", png_with(png_header(20, 0) + end), "no pixels: its size is 20x0"},
        {"width beyond 31 bits", png_with(png_header(0xffffffffu, 1) + end), "hostile.png"},
        {"bomb of 2 billion squared", png_with(png_header(2'000'000'000, 2'000'000'000)),
         "more than the limit"},
        {"bomb of 65,535 squared", png_with(png_header(65'535, 65'535)),
         "65535x65535 pixels, more than the limit"},
        {"bomb of one long row", png_with(png_header(2'000'000'000, 1)), "2000000000x1 pixels"},
        {"more rows than data", png_with(png_header(20, 2000) + png_chunk("IDAT", zlib_stored(rows)) + end),
         "Not enough image data"},
        {"depth 3", png_with(png_header(20, 12, 3) + end), "bit depth"},
        {"colour type 5", png_with(png_header(20, 12, 8, 5) + end), "color type"},
        {"16-bit palette", png_with(png_header(20, 12, 16, 3) + end), "IHDR"},
        {"interlace 7", png_with(png_header(20, 12, 8, 2, 7) + end), "interlace"},
        {"interlaced and cut",
         png_with(png_header(20, 12, 8, 2, 1) + png_chunk("IDAT", zlib_stored("\0abc"s)) + end),
         "Not enough image data"},
        {"16 bit and cut",
         png_with(png_header(20, 12, 16, 0) + png_chunk("IDAT", zlib_stored("\0abc"s)) + end),
         "Not enough image data"},
        {"palette missing", png_with(png_header(20, 12, 8, 3) + png_chunk("IDAT", zlib_stored(rows)) + end),
         "PLTE"},
        {"no pixels at all", png_with(png_header(20, 12) + end), "IEND: out of place"},
        {"two headers", png_with(png_header(20, 12) + png_header(20, 12) + end), "IHDR"},
        {"header missing", png_with(png_chunk("IDAT", zlib_stored(rows)) + end), "IHDR"},
        {"header check wrong", with_byte(png, header + 8 + 13, 'x'), "CRC"},
        {"pixel check wrong", with_byte(png, png.size() - 13, 'x'), "CRC"},
        {"pixel data changed", with_byte(png, pixels + 8 + 30, 'x'), "hostile.png"},
        {"compressed data not zlib",
         png_with(png_header(20, 12) + png_chunk("IDAT", std::string(300, 'x')) + end), "hostile.png"},
        {"chunk longer than the file", with_byte(png, pixels, '\x7f'), "hostile.png"},
        {"unknown critical chunk", png_with(png_header(20, 12) + png_chunk("ABCD", "x") + png.substr(pixels)),
         "ABCD"},
        {"Apple's variant", png_with(png_chunk("CgBI", "\x50\0\x20\x06"s) + png.substr(header)), "pngcrush"},
        {"JPEG start alone", "\xff\xd8\xff"s, "hostile.png"},
        {"JPEG cut in the header", jpeg.substr(0, 200), "hostile.png"},
        {"JPEG cut in the picture", jpeg.substr(0, jpeg.size() - 40), "Premature end"},
        {"JPEG of width 0", with_byte(with_byte(jpeg, jpeg_size + 2, 0), jpeg_size + 3, 0), "Empty"},
        {"JPEG of height 0", with_byte(with_byte(jpeg, jpeg_size, 0), jpeg_size + 1, 0), "hostile.png"},
        {"JPEG bomb",
         with_byte(with_byte(with_byte(with_byte(jpeg, jpeg_size, '\xff'), jpeg_size + 1, 0), jpeg_size + 2,
                             '\xff'),
                   jpeg_size + 3, 0),
         "65280x65280 pixels, more than the limit"},
        {"JPEG of 12 bit", with_byte(jpeg, jpeg_size - 1, 12), "precision 12"},
        {"JPEG of 2 components", with_byte(jpeg, jpeg_size + 4, 2), "hostile.png"},
        {"lossless JPEG", with_byte(jpeg, jpeg_size - 4, '\xc3'), "SOF type"},
        {"JPEG scan damaged", jpeg.substr(0, jpeg.size() - 60) + "\xff\xd5" + jpeg.substr(jpeg.size() - 58),
         "Corrupt"},
        {"WebP start alone", "RIFF\x04\0\0\0WEBP"s, "hostile.png"},
        {"WebP cut", webp.substr(0, webp.size() - 30), "ends too early"},
        {"WebP chunk damaged", with_byte(webp, 12, 'X'), "chunks are damaged"},
        {"WebP frame damaged", with_byte(webp, 23, 'X'), "damaged"},
        {"WebP bomb", "RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff"s, "hostile.png"},
        {"a lossless WebP of 16383 squared", "RIFF\x12\0\0\0WEBPVP8L\x06\0\0\0\x2f\xff\xff\xff\x0f\0"s,
         "hostile.png"},
    };
}

}  // namespace

TEST_CASE("hostile images end in an error with file and reason, in little memory") {
    const long before = peak_kilobytes();
    int count = 0;
    for (const Hostile& hostile : hostile_images()) {
        INFO(hostile.what);
        const std::string message = refusal(hostile.bytes);
        CHECK_THAT(message, Contains("\"hostile.png\"") && Contains(hostile.reason));
        CHECK(message.back() != ' ');  // a hint follows
        ++count;
    }
    CHECK(count >= 45);
    CHECK(peak_kilobytes() - before < 100'000);
}

TEST_CASE("an image cut at any length is refused, never shown in part") {
    for (const char* const name : {"photo.png", "exif_6.jpg", "progressive.jpg", "cmyk.jpg", "lossy.webp",
                                   "alpha_lossless.webp", "animated.webp", "palette_4bit.png"}) {
        const std::string whole = read_file(reference_path(name));
        REQUIRE(refusal(whole) == "no error");
        // A JPEG's pixels can be complete before its last marker.
        const size_t all_needed = std::string(name).ends_with("jpg") ? whole.size() - 4 : whole.size();
        for (size_t length = 0; length < all_needed; length += 1 + length / 64) {
            INFO(name << " cut to " << length);
            CHECK_THAT(refusal(whole.substr(0, length)), Contains("\"hostile.png\""));
        }
    }
}

TEST_CASE("other formats are refused by name with a command that converts them") {
    const std::pair<std::string, const char*> formats[] = {
        {"GIF89a...", "GIF"},
        {"GIF87a...", "GIF"},
        {"BM\x36\0\0\0"s, "BMP"},
        {"II*\0\x08\0\0\0"s, "TIFF"},
        {"MM\0*\0\0\0\x08"s, "TIFF"},
        {"\0\0\0\x20"
         "ftypavif"s,
         "AVIF"},
        {"\0\0\0\x18"
         "ftypheic"s,
         "HEIC"},
        {"\0\0\0\x18"
         "ftypisom"s,
         "MP4"},
        {"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"},
        {"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "SVG"},
        {"\0\0\0\x0cJXL \r\n"s, "JPEG XL"},
        {"\0\0\0\x0cjP  \r\n"s, "JPEG 2000"},
        {"%PDF-1.7", "PDF"},
        {"8BPS\0\1"s, "Photoshop"},
        {"P6\n1 1\n255\n...", "PNM"},
    };
    for (const auto& [bytes, name] : formats)
        CHECK_THAT(refusal(bytes),
                   Contains("\"hostile.png\" is a " + std::string(name == "MP4"s ? "video" : name)) &&
                       Contains("Convert it: ") && Contains("| "));
}

TEST_CASE("what is no readable file is refused with its name") {
    const TemporaryFolder folder;
    const auto refusal_of_path = [](const std::string& path) {
        return refusal_of([&] { decode_image(path); });
    };
    CHECK_THAT(refusal_of_path(folder.file("missing.png")),
               Contains("missing.png") && Contains("No such file"));
    CHECK_THAT(refusal_of_path(folder.path().string()),
               Contains("is not a file") && Contains("Choose a PNG"));
    REQUIRE(::mkfifo(folder.file("pipe.png").c_str(), 0600) == 0);
    CHECK_THAT(refusal_of_path(folder.file("pipe.png")), Contains("is not a file"));
    write_file(folder.path() / "unreadable.png", png_file(2, 2));
    REQUIRE(::chmod(folder.file("unreadable.png").c_str(), 0) == 0);
    if (::geteuid() != 0)
        CHECK_THAT(refusal_of_path(folder.file("unreadable.png")), Contains("unreadable.png"));
    write_file(folder.path() / "empty.png", "");
    CHECK_THAT(refusal_of_path(folder.file("empty.png")), Contains("is empty"));
}

TEST_CASE("limits hold exactly: of bytes, of a side, of all pixels") {
    const std::string png = png_file(20, 12);
    const auto refusal_within = [&](const DecodeLimits& limits) {
        return refusal_of([&] { decode_image_bytes(png, "image.png", limits); });
    };
    CHECK(refusal_within({png.size(), 20, 240}) == "no error");
    CHECK_THAT(refusal_within({png.size() - 1, 20, 240}), Contains("bytes, more than the limit of"));
    CHECK_THAT(refusal_within({png.size(), 19, 240}), Contains("20x12 pixels") && Contains("19 a side"));
    CHECK_THAT(refusal_within({png.size(), 20, 239}), Contains("20x12 pixels") && Contains("239 in all"));
    const TemporaryFolder folder;
    std::filesystem::resize_file(
        (write_file(folder.path() / "sparse.png", png), folder.path() / "sparse.png"), 1'000'000'000);
    CHECK_THAT(refusal_of([&] { decode_image(folder.file("sparse.png")); }),
               Contains("1000000000 bytes, more than the limit"));
}

TEST_CASE("a progressive JPEG cannot ask for endless passes over its picture") {
    // Grey, 16 x 16. Each frequency comes bit by bit, 14 scans each, and every scan says that all blocks are
    // zero.
    const auto segment = [](char marker, const std::string& data) {
        const auto size = static_cast<uint16_t>(data.size() + 2);
        return std::string{'\xff', marker, static_cast<char>(size >> 8), static_cast<char>(size & 255)} +
               data;
    };
    // A Huffman table with one code, "0", of this symbol.
    const auto table = [&](char id, char symbol) {
        return segment('\xc4', std::string{id, 1} + std::string(15, '\0') + symbol);
    };
    const auto scan = [&](int frequency, int high, int low) {
        return segment('\xda',
                       std::string{1, 1, 0, static_cast<char>(frequency), static_cast<char>(frequency),
                                   static_cast<char>(high << 4 | low)}) +
               "\0\0"s;
    };
    const auto jpeg_with = [&](int scans) {
        std::string jpeg = "\xff\xd8"s + segment('\xdb', '\0' + std::string(64, '\1')) +
                           segment('\xc2', "\x08\0\x10\0\x10\1\1\x11\0"s) + table(0, 0) +
                           table(0x10, '\xe0') + scan(0, 0, 0);
        for (int i = 0; i < scans - 1; ++i) {
            const int low = 13 - i % 14;
            jpeg += scan(1 + i / 14, low == 13 ? 0 : low + 1, low);
        }
        return jpeg + "\xff\xd9"s;
    };
    CHECK(refusal(jpeg_with(1)) == "no error");
    CHECK(refusal(jpeg_with(200)) == "no error");
    CHECK_THAT(refusal(jpeg_with(201)), Contains("is not a readable JPEG image: more than 200 scans"));
}
