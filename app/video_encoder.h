// Pictures into one growing H.264 file: yuv420p, BT.709 tags, fixed frame rate, fragmented MP4 whose
// fragments are about half a second long and reach the file as soon as they are complete, so that what is on
// disk always plays. Used by one thread at a time. FFmpeg stays in app/video/, which is
// opened for the first video; its errors become weft::Error.
#pragma once

#include <algorithm>
#include <cstdint>
#include <glm/glm.hpp>
#include <memory>
#include <string>
#include <vector>

namespace weft {

struct VideoSettings {
    std::string path;            // of the growing file, any suffix
    glm::ivec2 size{1280, 720};  // even in both directions
    int frames_per_second = 30;
};

class VideoEncoder {
  public:
    // Creates the file and writes its head. Throws Error where there is no H.264 encoder or the file can't be
    // made. Never null.
    static std::unique_ptr<VideoEncoder> open(const VideoSettings& settings);
    virtual ~VideoEncoder() = default;

    // The next picture: RGBA, sRGB, top row first, at least settings.size pixels (the rest of larger rows is
    // cut).
    virtual void encode(const uint8_t* rgba, size_t stride_bytes) = 0;
    virtual void repeat() = 0;           // the last picture once more
    virtual void finish() = 0;           // drains the encoder, ends the file
    virtual int64_t frames() const = 0;  // pictures given so far
    virtual std::string encoder_name() const = 0;
};

// The largest even size within `size`, at least 16x16.
inline glm::ivec2 even_size(glm::ivec2 size) {
    return {std::max(16, size.x - size.x % 2), std::max(16, size.y - size.y % 2)};
}

// H.264 encoders that Weft can use and that open on this machine, best first; none where FFmpeg
// cannot be opened.
std::vector<std::string> h264_encoders();

}  // namespace weft
