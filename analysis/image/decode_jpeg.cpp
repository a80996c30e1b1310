#include <csetjmp>
#include <cstdio>
// After <cstdio>: jpeglib.h uses FILE without including it.
#include <jpeglib.h>

#include <jerror.h>

#include <algorithm>

#include "analysis/image/formats.h"

namespace weft {

namespace {

using std::string_view_literals::operator""sv;

// Each scan of a progressive file goes over the whole picture: a small file can ask for years of work.
constexpr int max_scans = 200;
constexpr uint64_t max_scanned_pixels = 3'000'000'000;

struct JpegReader {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    std::jmp_buf start;
    std::string reason;

    JpegReader() = default;
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&jpeg); }
};

JpegReader& reader_of(j_common_ptr jpeg) {
    return *static_cast<JpegReader*>(jpeg->client_data);
}

void leave(j_common_ptr jpeg) {
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    JpegReader& reader = reader_of(jpeg);
    reader.reason = message;
    std::longjmp(reader.start, 1);
}

// libjpeg goes on after damage, with grey where the picture should be; numbers are true or absent.
void judge_message(j_common_ptr jpeg, int level) {
    if (level >= 0) return;  // a trace
    switch (jpeg->err->msg_code) {
        case JWRN_EXTRANEOUS_DATA:  // between markers, often seen and harmless
        case JWRN_ADOBE_XFORM:
        case JWRN_JFIF_MAJOR:
        case JWRN_TOO_MUCH_DATA:
            return;
        default:
            leave(jpeg);
    }
}

void judge_scans(j_common_ptr jpeg) {
    const auto& decompress = *reinterpret_cast<j_decompress_ptr>(jpeg);
    const uint64_t pixels = uint64_t{decompress.image_width} * decompress.image_height;
    const int scans = decompress.input_scan_number;
    if (scans <= max_scans && pixels * static_cast<uint64_t>(std::max(scans, 0)) <= max_scanned_pixels)
        return;
    JpegReader& reader = reader_of(jpeg);
    reader.reason = "more than " + std::to_string(scans - 1) + " scans";
    std::longjmp(reader.start, 1);
}

// libjpeg leaves by longjmp: nothing that `step` makes may own memory.
template <class Step>
bool succeeds(JpegReader& reader, const Step& step) {
    if (setjmp(reader.start)) return false;
    step(reader.jpeg);
    return true;
}

void read_metadata(const jpeg_decompress_struct& jpeg, StoredImage& stored) {
    constexpr std::string_view exif = "Exif\0\0"sv, xmp = "http://ns.adobe.com/xap/1.0/\0"sv;
    for (const jpeg_marker_struct* marker = jpeg.marker_list; marker; marker = marker->next) {
        const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
        if (data.substr(0, exif.size()) == exif) stored.exif += data.substr(exif.size());
        if (data.substr(0, xmp.size()) == xmp) stored.xmp = data.substr(xmp.size());
    }
}

// Pillow: inks are stored inverted (Adobe's way), colour = white minus key minus ink on what the key leaves.
void convert_cmyk(uint8_t* pixel) {
    const int white = pixel[3];  // 255 - key
    for (int c = 0; c < 3; ++c) {
        const int product = (255 - pixel[c]) * white + 128;
        pixel[c] = static_cast<uint8_t>(std::max(white - (((product >> 8) + product) >> 8), 0));
    }
    pixel[3] = 255;
}

}  // namespace

StoredImage decode_jpeg(std::string_view bytes, const std::string& source, const DecodeLimits& limits) {
    JpegReader reader;
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = leave;
    reader.errors.emit_message = judge_message;
    reader.progress.progress_monitor = judge_scans;
    if (!succeeds(reader, [&](jpeg_decompress_struct& jpeg) {
            jpeg_create_decompress(&jpeg);  // keeps err and client_data
            jpeg.progress = &reader.progress;
            jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
            jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xffff);
            jpeg_read_header(&jpeg, TRUE);
        }))
        refuse_damaged("JPEG", source, reader.reason);
    const int components = reader.jpeg.num_components;
    if (components != 1 && components != 3 && components != 4)
        refuse_damaged("JPEG", source, "it has " + std::to_string(components) + " colour components");
    check_size(reader.jpeg.image_width, reader.jpeg.image_height, source, limits);

    StoredImage stored;
    read_metadata(reader.jpeg, stored);
    const uint32_t width = stored.image.width = reader.jpeg.image_width;
    const uint32_t height = stored.image.height = reader.jpeg.image_height;
    std::vector<uint8_t>& pixels = stored.image.rgba;
    pixels.resize(size_t{width} * height * 4);
    if (!succeeds(reader, [&](jpeg_decompress_struct& jpeg) {
            jpeg.out_color_space = components == 4 ? JCS_CMYK : JCS_EXT_RGBA;
            jpeg_start_decompress(&jpeg);
            while (jpeg.output_scanline < jpeg.output_height) {
                JSAMPROW row = &pixels[size_t{jpeg.output_scanline} * width * 4];
                jpeg_read_scanlines(&jpeg, &row, 1);
            }
        }))
        refuse_damaged("JPEG", source, reader.reason);
    if (components == 4)
        for (size_t i = 0; i < pixels.size(); i += 4) convert_cmyk(&pixels[i]);
    return stored;
}

}  // namespace weft
