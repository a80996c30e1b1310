#include "app/window_recorder.h"

#include <cmath>
#include <cstdio>

#include "app/file_name.h"

namespace weft {

namespace {

constexpr int frames_per_second = 30;

}  // namespace

void WindowRecorder::start(glm::ivec2 size, double now_s) {
    RecorderSettings settings;
    settings.output = unused_file_name("weft", ".mp4");
    settings.size = size;
    settings.frames_per_second = frames_per_second;
    settings.live = true;
    recorder_ = std::make_unique<Recorder>(settings);
    started_s_ = now_s;
    last_index_ = -1;
}

RecordingResult WindowRecorder::stop(double now_s) {
    if (!recorder_) return {};
    RecordingResult result = recorder_->stop(index_at(now_s));
    recorder_.reset();
    return result;
}

int64_t WindowRecorder::index_at(double now_s) const {
    return static_cast<int64_t>(std::floor((now_s - started_s_) * frames_per_second));
}

double WindowRecorder::seconds_until_due(double now_s) const {
    return started_s_ + static_cast<double>(last_index_ + 1) / frames_per_second - now_s;
}

void WindowRecorder::add(CapturedImage&& picture, int64_t index) {
    if (recorder_) recorder_->add(std::move(picture), index);
}

std::string WindowRecorder::state_text(double now_s) const {
    const int seconds = static_cast<int>(now_s - started_s_);
    char text[64];
    std::snprintf(text, sizeof text, "%d:%02d", seconds / 60, seconds % 60);
    const int64_t dropped = recorder_ ? recorder_->dropped() : 0;
    return dropped > 0 ? text + (" \u00b7 " + std::to_string(dropped) + " dropped") : text;
}

std::vector<std::string> WindowRecorder::remarks() const {
    return recorder_ ? recorder_->remarks() : std::vector<std::string>();
}

}  // namespace weft
