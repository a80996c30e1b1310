// What uses FFmpeg is a library of its own, libweft_video.so beside the program, opened for the first video:
// FFmpeg brings a hundred libraries into a process, and pictures do without.
#pragma once

#include <filesystem>
#include <glm/glm.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/video_encoder.h"
#include "renderer/renderer.h"

namespace weft {

namespace video_part {  // as app/video_encoder.h, recorder.h and recording_files.h say
std::unique_ptr<VideoEncoder> open_encoder(const VideoSettings& settings);
std::vector<std::string> h264_encoders();
void fit_picture(const CapturedImage& image, glm::ivec2 size, std::vector<uint8_t>& pixels);
void remux(const std::filesystem::path& from, const std::filesystem::path& to);
double seconds(const std::filesystem::path& file);
}  // namespace video_part

struct VideoPart {
    decltype(&video_part::open_encoder) open_encoder;
    decltype(&video_part::h264_encoders) h264_encoders;
    decltype(&video_part::fit_picture) fit_picture;
    decltype(&video_part::remux) remux;
    decltype(&video_part::seconds) seconds;
};

}  // namespace weft

// The one symbol that is looked up in the library.
extern "C" const weft::VideoPart weft_video_part;
