// Recording what the window shows, in real time: frames are taken when they are due and dropped when the
// encoder is behind, never waited for. Main thread (the encoder has its own).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/recorder.h"

namespace weft {

class WindowRecorder {
  public:
    // A new file in the working folder, of the size the window has now. Throws weft::Error.
    void start(glm::ivec2 size, double now_s);
    // Ends the file; nothing runs after it. What it says is for the user.
    RecordingResult stop(double now_s);
    bool is_running() const { return recorder_ != nullptr; }

    // Pictures of the video that the frame drawn at `now_s` may be; the same number twice is not due again.
    int64_t index_at(double now_s) const;
    bool is_due(double now_s) const { return is_running() && index_at(now_s) > last_index_; }
    double seconds_until_due(double now_s) const;
    // The frame that is drawn now was asked for, and comes later with the index.
    void frame_asked(int64_t index) { last_index_ = index; }
    void add(CapturedImage&& picture, int64_t index);
    bool has_failed() const { return recorder_ && recorder_->failure(); }

    std::string state_text(double now_s) const;  // "0:12", and how many frames were dropped
    std::vector<std::string> remarks() const;

  private:
    std::unique_ptr<Recorder> recorder_;
    double started_s_ = 0.0;
    int64_t last_index_ = -1;
};

}  // namespace weft
