#include "app/recorder.h"

#include <algorithm>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr size_t max_waiting_pictures = 6;

std::string size_text(glm::ivec2 size) {
    return std::to_string(size.x) + "x" + std::to_string(size.y);
}

}  // namespace

Recorder::Recorder(const RecorderSettings& settings)
    : settings_(settings),
      size_(even_size(settings.size)),
      file_(std::make_unique<GrowingFile>(settings.output)) {
    if (size_ != settings.size) {
        remarks_.push_back(size_text(settings.size) + " becomes " + size_text(size_) +
                           ": H.264 needs even sizes of at least 16 pixels");
    }
    if (!file_->recovered().empty()) {
        remarks_.push_back("an interrupted recording was finished as '" + file_->recovered().string() + "'");
    }
    try {
        encoder_ = VideoEncoder::open({file_->part().string(), size_, settings.frames_per_second});
    } catch (...) {
        file_->discard();
        throw;
    }
    thread_ = std::thread([this] { run(); });
}

Recorder::~Recorder() {
    try {
        stop();
    } catch (...) {  // the part stays and can be finished at the next start
    }
}

bool Recorder::add(CapturedImage&& image, int64_t index) {
    std::unique_lock lock(mutex_);
    if (!settings_.live) {
        room_came_.wait(lock, [this] { return queue_.size() < max_waiting_pictures || !failure_.empty(); });
    }
    if (closing_ || !failure_.empty()) return false;
    if (queue_.size() >= max_waiting_pictures) {
        ++dropped_;
        return false;
    }
    queue_.push_back({std::move(image), index});
    picture_came_.notify_one();
    return true;
}

void Recorder::run() {
    for (;;) {
        Picture picture;
        {
            std::unique_lock lock(mutex_);
            picture_came_.wait(lock, [this] { return !queue_.empty() || closing_; });
            if (queue_.empty()) return;
            picture = std::move(queue_.front());
            queue_.pop_front();
        }
        room_came_.notify_one();
        std::string failure, hint;
        try {
            encode(picture);
        } catch (const Error& error) {
            failure = error.what();
            hint = error.hint();
        } catch (const std::exception& error) {
            failure = std::string("recording failed: ") + error.what();
        }
        const std::lock_guard lock(mutex_);
        frames_ = encoder_->frames();
        if (failure.empty()) continue;
        failure_ = failure;
        hint_ = hint;
        queue_.clear();
        room_came_.notify_all();
        return;
    }
}

void Recorder::encode(const Picture& picture) {
    if (encoder_->frames() == 0) first_index_ = picture.index;
    const int64_t index = picture.index - first_index_;
    while (encoder_->frames() < index) encoder_->repeat();
    if (index < encoder_->frames()) return;  // that moment is over
    const CapturedImage& image = picture.image;
    const glm::ivec2 given{int(image.width), int(image.height)};
    if (given == settings_.size && given.x >= size_.x && given.y >= size_.y) {
        encoder_->encode(image.rgba.data(), size_t{image.width} * 4);
    } else {
        fit_picture(image, size_, fitted_);
        encoder_->encode(fitted_.data(), static_cast<size_t>(size_.x) * 4);
    }
}

// From the part to a file with the right name, or to no file at all.
void Recorder::name_video(RecordingResult& result) {
    const bool nothing_whole =
        result.frames == 0 || (!result.failure.empty() && cut_to_whole_fragments(file_->part()) == 0);
    if (nothing_whole) {
        if (!result.failure.empty()) result.failure += "; nothing of it could be saved";
        file_->discard();
        return;
    }
    if (!file_->finish().remuxed && result.failure.empty()) {
        result.failure =
            "no room to tidy the video up: '" + file_->output().string() + "' plays, but seeks slowly";
        result.hint = "Make room, or record to another disk.";
    }
    result.output = file_->output();
    result.seconds = video_seconds(result.output);
}

const RecordingResult& Recorder::stop(int64_t end_index) {
    if (result_) return *result_;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    picture_came_.notify_all();
    if (thread_.joinable()) thread_.join();
    RecordingResult result;
    result.failure = failure_;
    result.hint = hint_;
    try {
        const int64_t end = end_index - first_index_;
        while (result.failure.empty() && encoder_->frames() > 0 && encoder_->frames() < end)
            encoder_->repeat();
        if (result.failure.empty()) encoder_->finish();
    } catch (const Error& error) {
        result.failure = error.what();
        result.hint = error.hint();
    }
    result.frames = encoder_->frames();
    result.dropped = dropped_;
    encoder_.reset();
    try {
        name_video(result);
    } catch (const std::exception& error) {
        result.failure += (result.failure.empty() ? "" : "; ") + std::string(error.what());
        result.hint = "The recording is in '" + file_->part().string() + "'; the next start can finish it.";
    }
    frames_ = result.frames;
    file_.reset();
    result_ = result;
    return *result_;
}

std::optional<std::string> Recorder::failure() const {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) return std::nullopt;
    return failure_;
}

int64_t Recorder::frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
}

int64_t Recorder::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

}  // namespace weft
