#include "analysis/error.h"
#include "analysis/open_part.h"
#include "app/recorder.h"
#include "app/recording_files.h"
#include "app/video/part.h"

namespace weft {

namespace {

const VideoPart& part() {
    static const auto& opened = *static_cast<const VideoPart*>(open_part(
        "libweft_video.so", "weft_video_part",
        Error("videos need FFmpeg, and the part of weft that uses it cannot be opened",
              "Run scripts/run: it installs FFmpeg and builds this part. Pictures can be made without.")));
    return opened;
}

}  // namespace

std::unique_ptr<VideoEncoder> VideoEncoder::open(const VideoSettings& settings) {
    return part().open_encoder(settings);
}

std::vector<std::string> h264_encoders() {
    try {
        return part().h264_encoders();
    } catch (const Error&) {
        return {};
    }
}

void fit_picture(const CapturedImage& image, glm::ivec2 size, std::vector<uint8_t>& pixels) {
    part().fit_picture(image, size, pixels);
}

void remux(const std::filesystem::path& from, const std::filesystem::path& to) {
    part().remux(from, to);
}

double video_seconds(const std::filesystem::path& file) {
    return part().seconds(file);
}

}  // namespace weft
