#include <webp/demux.h>

#include <memory>

#include "analysis/error.h"
#include "analysis/image/formats.h"

namespace weft {

namespace {

struct Delete {
    void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
    void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

std::string metadata_chunk(const WebPDemuxer* demuxer, const char* name) {
    WebPChunkIterator chunk;
    std::string bytes;
    if (WebPDemuxGetChunk(demuxer, name, 1, &chunk) != 0)
        bytes.assign(reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size);
    WebPDemuxReleaseChunkIterator(&chunk);
    return bytes;
}

// The RIFF header says how long the file is.
void check_length(std::string_view bytes, const std::string& source) {
    uint64_t declared = 8;
    for (int i = 0; i < 4; ++i) declared += uint64_t{static_cast<uint8_t>(bytes[4 + i])} << (8 * i);
    if (declared > bytes.size())
        refuse_damaged("WebP", source,
                       "the file ends too early, after " + std::to_string(bytes.size()) + " of " +
                           std::to_string(declared) + " bytes");
}

}  // namespace

StoredImage decode_webp(std::string_view bytes, const std::string& source, const DecodeLimits& limits) {
    check_length(bytes, source);
    const WebPData data{reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
    const std::unique_ptr<WebPDemuxer, Delete> demuxer(WebPDemux(&data));
    if (demuxer == nullptr) refuse_damaged("WebP", source, "its chunks are damaged");
    const uint32_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
    const uint32_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
    check_size(width, height, source, limits);

    WebPAnimDecoderOptions options;
    WEFT_ASSERT(WebPAnimDecoderOptionsInit(&options) != 0, "libwebpdemux is not the one compiled against");
    options.color_mode = MODE_RGBA;
    // The animation's decoder takes still images too, and places a first frame that is smaller than the
    // canvas.
    const std::unique_ptr<WebPAnimDecoder, Delete> decoder(WebPAnimDecoderNew(&data, &options));
    uint8_t* pixels = nullptr;  // the decoder's own
    int timestamp = 0;
    if (decoder == nullptr || WebPAnimDecoderGetNext(decoder.get(), &pixels, &timestamp) == 0)
        refuse_damaged("WebP", source, "its first frame is damaged");

    StoredImage stored;
    stored.image.width = width;
    stored.image.height = height;
    stored.image.rgba.assign(pixels, pixels + size_t{width} * height * 4);
    stored.exif = metadata_chunk(demuxer.get(), "EXIF");
    stored.xmp = metadata_chunk(demuxer.get(), "XMP ");
    return stored;
}

}  // namespace weft
