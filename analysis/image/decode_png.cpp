#include <png.h>

#include <csetjmp>
#include <cstring>
#include <utility>

#include "analysis/image/formats.h"

namespace weft {

namespace {

// Text and metadata are not the picture: these bound what compressed chunks may unpack to.
constexpr png_alloc_size_t chunk_bytes = 4'000'000;
constexpr png_uint_32 cached_chunks = 32;

struct PngReader {
    png_structp png = nullptr;
    png_infop info = nullptr;
    std::string_view rest;  // what is not read yet
    std::string warning, reason;

    PngReader() = default;
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;
    ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void read_bytes(png_structp png, png_bytep out, png_size_t size) {
    auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > reader.rest.size()) png_error(png, "the file ends too early");
    std::memcpy(out, reader.rest.data(), size);
    reader.rest.remove_prefix(size);
}

void keep_warning(png_structp png, png_const_charp message) {
    static_cast<PngReader*>(png_get_error_ptr(png))->warning = message;
}

void leave(png_structp png, png_const_charp message) {
    static_cast<PngReader*>(png_get_error_ptr(png))->reason = message;
    png_longjmp(png, 1);
}

// libpng leaves by longjmp: nothing that `step` makes may own memory.
template <class Step>
bool succeeds(PngReader& reader, const Step& step) {
    if (setjmp(png_jmpbuf(reader.png))) return false;
    step(reader.png, reader.info);
    return true;
}

[[noreturn]] void refuse(const PngReader& reader, const std::string& source) {
    std::string reason = reader.reason;
    if (!reader.warning.empty() && reader.warning != reason) reason += " (" + reader.warning + ")";
    refuse_damaged("PNG", source, reason);
}

uint32_t big_endian(std::string_view bytes, size_t at) {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
    return value;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// ImageMagick's form before the eXIf chunk: "\nexif\n  LENGTH\nHEX with line ends"
std::string exif_of_raw_profile(std::string_view text) {
    for (int line = 0; line < 3; ++line) {
        const size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    std::string bytes;
    int high = -1;
    for (const char c : text) {
        const int digit = hex_digit(c);
        if (digit < 0) continue;
        if (high >= 0) bytes += static_cast<char>(16 * high + digit);
        high = high >= 0 ? -1 : digit;
    }
    return bytes;
}

void read_metadata(PngReader& reader, StoredImage& stored) {
    png_textp texts = nullptr;
    int count = 0;
    png_get_text(reader.png, reader.info, &texts, &count);
    for (int i = 0; i < count; ++i) {
        const bool is_international = texts[i].compression > 0;
        const std::string_view text(texts[i].text,
                                    is_international ? texts[i].itxt_length : texts[i].text_length);
        if (std::strcmp(texts[i].key, "XML:com.adobe.xmp") == 0) stored.xmp = text;
        if (std::strcmp(texts[i].key, "Raw profile type exif") == 0) stored.exif = exif_of_raw_profile(text);
    }
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(reader.png, reader.info, &size, &exif) != 0 && size > 0)
        stored.exif.assign(reinterpret_cast<const char*>(exif), size);
}

// Grey and alpha of 16 bits each, in place. Pillow cuts such a grey off at 255 when it makes RGB of it.
void convert_grey16(std::vector<uint8_t>& pixels) {
    for (size_t i = 0; i < pixels.size(); i += 4) {
        const uint8_t grey = pixels[i] != 0 ? 255 : pixels[i + 1];
        const uint8_t alpha = pixels[i + 2];
        pixels[i] = pixels[i + 1] = pixels[i + 2] = grey;
        pixels[i + 3] = alpha;
    }
}

}  // namespace

StoredImage decode_png(std::string_view bytes, const std::string& source, const DecodeLimits& limits) {
    if (bytes.size() >= 16 && bytes.substr(12, 4) == "CgBI")
        refuse_damaged("PNG", source,
                       "it is Apple's own variant (CgBI); undo that with: pngcrush "
                       "-revert-iphone-optimizations");
    // Before libpng, which reads on to the pixels at once.
    if (bytes.size() >= 24 && bytes.substr(12, 4) == "IHDR")
        check_size(big_endian(bytes, 16), big_endian(bytes, 20), source, limits);
    PngReader reader;
    reader.rest = bytes;
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, leave, keep_warning);
    if (reader.png != nullptr) reader.info = png_create_info_struct(reader.png);
    if (reader.info == nullptr) refuse_damaged("PNG", source, "no memory to read it");

    png_uint_32 width = 0, height = 0;
    int depth = 0, colour = 0;
    if (!succeeds(reader, [&](png_structp png, png_infop info) {
            png_set_read_fn(png, &reader, read_bytes);
            png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size says it better
            png_set_chunk_malloc_max(png, chunk_bytes);
            png_set_chunk_cache_max(png, cached_chunks);
            png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER,
                                        reinterpret_cast<png_const_bytep>("iCCP\0sPLT"), 2);
            png_read_info(png, info);
            png_get_IHDR(png, info, &width, &height, &depth, &colour, nullptr, nullptr, nullptr);
        }))
        refuse(reader, source);
    check_size(width, height, source, limits);

    StoredImage stored;
    stored.image.width = width;
    stored.image.height = height;
    std::vector<uint8_t>& pixels = stored.image.rgba;
    pixels.resize(size_t{width} * height * 4);
    std::vector<png_bytep> rows(height);
    for (size_t y = 0; y < height; ++y) rows[y] = &pixels[y * width * 4];
    const bool is_grey16 = depth == 16 && colour == PNG_COLOR_TYPE_GRAY;
    if (!succeeds(reader, [&](png_structp png, png_infop info) {
            png_set_expand(png);  // palette to colours, 1, 2, 4 bits to 8, a transparent colour to alpha
            if (!is_grey16) {
                png_set_strip_16(png);
                png_set_gray_to_rgb(png);
            }
            png_set_add_alpha(png, is_grey16 ? 0xffff : 0xff, PNG_FILLER_AFTER);
            png_set_interlace_handling(png);
            png_read_update_info(png, info);
            if (png_get_rowbytes(png, info) != size_t{width} * 4) png_error(png, "unexpected pixel layout");
            png_read_image(png, rows.data());
            png_read_end(png, info);
        }))
        refuse(reader, source);
    if (is_grey16) convert_grey16(pixels);
    read_metadata(reader, stored);
    return stored;
}

}  // namespace weft
