// A video while it is being made: pictures go in on the main thread, an encoder thread takes them from a
// bounded queue. Live recording never blocks: a picture that finds the queue full is dropped, counted, and
// the one before it stays on screen for that time. Offline recording waits instead. No exception crosses the
// thread: what went wrong there is in `failure()` and in the result.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <glm/glm.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/recording_files.h"
#include "app/video_encoder.h"
#include "renderer/renderer.h"

namespace weft {

struct RecorderSettings {
    std::filesystem::path output;  // .mp4
    glm::ivec2 size{1280, 720};    // of the first picture; an odd size is cut to an even one, see `remarks`
    int frames_per_second = 30;
    bool live = false;
};

struct RecordingResult {
    std::filesystem::path output;  // empty: nothing was recorded, no file
    int64_t frames = 0, dropped = 0;
    double seconds = 0.0;
    std::string failure, hint;  // not empty: it ended early for this reason; the file plays up to there
};

class Recorder {
  public:
    // Throws Error before anything runs: path not writable, no encoder.
    explicit Recorder(const RecorderSettings& settings);
    ~Recorder();  // stops

    // Picture number `index` (time * frames per second), rising; the video begins with the first one given.
    // Numbers that are left out show the picture before them. Pictures of another size (the window was
    // resized) are fitted into the recording's. False: not taken (dropped, or the recording has failed).
    bool add(CapturedImage&& image, int64_t index);

    // Drains the queue, ends the file and gives it its name. The video ends after picture `end_index` - 1 if
    // that is later than the last one. Later calls return the same.
    const RecordingResult& stop(int64_t end_index = 0);

    std::optional<std::string> failure() const;  // once set, stop() is all that is left to do
    int64_t frames() const;                      // written so far, repeated ones included
    int64_t dropped() const;
    glm::ivec2 size() const { return size_; }  // even
    // What the user should know at the start: "1281x721 becomes 1280x720, ...", "finished ... as ...".
    const std::vector<std::string>& remarks() const { return remarks_; }

  private:
    struct Picture {
        CapturedImage image;
        int64_t index = 0;
    };
    void run();
    void encode(const Picture& picture);
    void name_video(RecordingResult& result);

    RecorderSettings settings_;
    glm::ivec2 size_;
    std::vector<std::string> remarks_;
    std::unique_ptr<GrowingFile> file_;
    std::unique_ptr<VideoEncoder> encoder_;  // the encoder thread's alone while that runs
    std::vector<uint8_t> fitted_;
    int64_t first_index_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable picture_came_, room_came_;
    std::deque<Picture> queue_;
    bool closing_ = false;
    std::string failure_, hint_;
    int64_t frames_ = 0, dropped_ = 0;
    std::optional<RecordingResult> result_;
    std::thread thread_;
};

// `image` scaled into `size` with its proportions kept, black around it. [size.y, size.x, 4] into `pixels`.
void fit_picture(const CapturedImage& image, glm::ivec2 size, std::vector<uint8_t>& pixels);

}  // namespace weft
