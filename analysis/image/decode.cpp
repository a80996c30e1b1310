#include "analysis/image/decode.h"

#include "analysis/error.h"
#include "analysis/image/formats.h"
#include "analysis/image/orientation.h"
#include "analysis/json_guard.h"

namespace weft {

namespace {

using std::string_view_literals::operator""sv;

bool starts_with(std::string_view bytes, std::string_view magic, size_t at = 0) {
    return bytes.size() >= at && bytes.substr(at, magic.size()) == magic;
}

// A format that we know and do not read.
struct Refused {
    const char* name = nullptr;
    const char* conversion = nullptr;  // before and after the file's name
    const char* conversion_end = "";
};

constexpr const char* ffmpeg = "ffmpeg -i";
constexpr const char* ffmpeg_end = "-frames:v 1 image.png";

bool is_one_of(std::string_view brand, std::initializer_list<std::string_view> brands) {
    for (const std::string_view known : brands)
        if (brand == known) return true;
    return false;
}

Refused refused_format(std::string_view bytes) {
    if (starts_with(bytes, "GIF87a") || starts_with(bytes, "GIF89a")) return {"GIF", ffmpeg, ffmpeg_end};
    if (starts_with(bytes, "BM")) return {"BMP", ffmpeg, ffmpeg_end};
    if (starts_with(bytes, "II*\0"sv) || starts_with(bytes, "MM\0*"sv) || starts_with(bytes, "II+\0"sv) ||
        starts_with(bytes, "MM\0+"sv))
        return {"TIFF", ffmpeg, ffmpeg_end};
    if (starts_with(bytes, "ftyp", 4)) {
        const std::string_view brand = bytes.substr(8, 4);
        if (is_one_of(brand, {"avif", "avis"})) return {"AVIF", ffmpeg, ffmpeg_end};
        if (is_one_of(brand, {"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"}))
            return {"HEIC", "heif-convert", "image.png"};
        return {"video (MP4)", ffmpeg, ffmpeg_end};
    }
    if (starts_with(bytes, "\xff\x0a"sv) || starts_with(bytes, "JXL ", 4))
        return {"JPEG XL", "djxl", "image.png"};
    if (starts_with(bytes, "jP  ", 4)) return {"JPEG 2000", ffmpeg, ffmpeg_end};
    if (starts_with(bytes, "%PDF")) return {"PDF", "pdftoppm -png -singlefile", "image"};
    if (starts_with(bytes, "8BPS")) return {"Photoshop", ffmpeg, ffmpeg_end};
    if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
        (bytes[2] == '\n' || bytes[2] == ' '))
        return {"PNM", ffmpeg, ffmpeg_end};
    const std::string_view text = bytes.substr(0, 1000);
    const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (first != std::string_view::npos && text[first] == '<' && text.find("<svg") != std::string_view::npos)
        return {"SVG", "rsvg-convert -o image.png"};
    return {};
}

StoredImage decode_stored(std::string_view bytes, const std::string& source, const DecodeLimits& limits) {
    if (bytes.empty()) throw Error("\"" + source + "\" is empty", "Choose a PNG, JPEG or WebP file.");
    if (starts_with(bytes, "\x89PNG\r\n\x1a\n"sv)) return decode_png(bytes, source, limits);
    if (starts_with(bytes, "\xff\xd8\xff"sv)) return decode_jpeg(bytes, source, limits);
    if (starts_with(bytes, "RIFF") && starts_with(bytes, "WEBP", 8))
        return decode_webp(bytes, source, limits);
    // Line ends converted or bit 7 lost on the way: what the PNG signature is made to show.
    if (bytes.substr(0, 24).find("IHDR") != std::string_view::npos)
        refuse_damaged("PNG", source, "its signature is damaged, as by a transfer as text");
    const Refused format = refused_format(bytes);
    if (format.name == nullptr)
        throw Error("\"" + source + "\" is not a PNG, JPEG or WebP image",
                    "Choose a PNG, JPEG or WebP file.");
    throw Error(
        "\"" + source + "\" is a " + format.name + " file, only PNG, JPEG and WebP are read",
        std::string("Convert it: ") + format.conversion + " \"" + source + "\" " + format.conversion_end);
}

}  // namespace

void check_size(uint64_t width, uint64_t height, const std::string& source, const DecodeLimits& limits) {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if (width == 0 || height == 0)
        throw Error("\"" + source + "\" has no pixels: its size is " + size, "Choose another image.");
    if (width > limits.dimension || height > limits.dimension || width * height > limits.pixels)
        throw Error("\"" + source + "\" has " + size + " pixels, more than the limit of " +
                        std::to_string(limits.pixels) + " in all and " + std::to_string(limits.dimension) +
                        " a side",
                    "Make it smaller first: models see a few hundred pixels a side.");
}

void refuse_damaged(const char* format, const std::string& source, const std::string& reason) {
    throw Error("\"" + source + "\" is not a readable " + format + " image: " + reason,
                "Get the file anew, or open it in an image program and save it as PNG.");
}

DecodedImage decode_image(const std::string& path, const DecodeLimits& limits) {
    return with_hint("Choose a PNG, JPEG or WebP file.", [&] {
        return decode_image_bytes(read_text_file(path, limits.file_bytes), path, limits);
    });
}

DecodedImage decode_image_bytes(std::string_view bytes, const std::string& source,
                                const DecodeLimits& limits) {
    if (bytes.size() > limits.file_bytes)
        throw Error("\"" + source + "\" has " + std::to_string(bytes.size()) +
                        " bytes, more than the limit of " + std::to_string(limits.file_bytes),
                    "Choose a smaller image.");
    StoredImage stored = decode_stored(bytes, source, limits);
    return turn_upright(std::move(stored.image), read_orientation(stored.exif, stored.xmp));
}

}  // namespace weft
