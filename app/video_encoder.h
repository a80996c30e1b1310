// Pictures into one growing H.264 file: yuv420p, BT.709 tags, fixed frame rate, fragmented MP4 whose
// fragments are about half a second long and reach the file as soon as they are complete, so that what is on
// disk always plays. Used by one thread at a time. FFmpeg stays behind this header; its errors become
// weft::Error.
#pragma once

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
    // made.
    explicit VideoEncoder(const VideoSettings& settings);
    ~VideoEncoder();
    VideoEncoder(const VideoEncoder&) = delete;
    VideoEncoder& operator=(const VideoEncoder&) = delete;

    // The next picture: RGBA, sRGB, top row first, at least settings.size pixels (the rest of larger rows is
    // cut).
    void encode(const uint8_t* rgba, size_t stride_bytes);
    void repeat();           // the last picture once more
    void finish();           // drains the encoder, ends the file
    int64_t frames() const;  // pictures given so far
    std::string encoder_name() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// The largest even size within `size`, at least 16x16.
glm::ivec2 even_size(glm::ivec2 size);

// H.264 encoders that Weft can use and that open on this machine, best first.
std::vector<std::string> h264_encoders();

}  // namespace weft
