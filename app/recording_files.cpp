#include "app/recording_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "analysis/error.h"

namespace weft {

namespace fs = std::filesystem;

namespace {

std::string in_quotes(const fs::path& path) {
    return "'" + path.string() + "'";
}

fs::path list_file() {
    return state_folder() / "recordings";
}

// The list, read and written under one lock. A state folder that can't be written must not stop a recording.
class RecordingList {
  public:
    RecordingList() {
        std::error_code ignored;
        fs::create_directories(state_folder(), ignored);
        lock_ = open((state_folder() / "recordings.lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        if (lock_ >= 0) flock(lock_, LOCK_EX);
        std::ifstream file(list_file());
        for (std::string line; std::getline(file, line);) {
            if (!line.empty()) parts_.push_back(line);
        }
    }
    ~RecordingList() {
        if (lock_ >= 0) close(lock_);
    }
    RecordingList(const RecordingList&) = delete;
    RecordingList& operator=(const RecordingList&) = delete;

    const std::vector<std::string>& parts() const { return parts_; }
    void add(const fs::path& part) {
        remove(part);
        parts_.push_back(part.string());
        write();
    }
    void remove(const fs::path& part) {
        if (std::erase(parts_, part.string()) > 0) write();
    }

  private:
    void write() const {
        const fs::path fresh = list_file().string() + ".new";
        {
            std::ofstream file(fresh);
            for (const std::string& part : parts_) file << part << '\n';
        }
        std::error_code ignored;
        fs::rename(fresh, list_file(), ignored);
    }
    std::vector<std::string> parts_;
    int lock_ = -1;
};

// A name that is free: lecture.mp4, lecture-recovered.mp4, lecture-recovered-2.mp4, ...
fs::path free_name(const fs::path& wanted) {
    fs::path name = wanted;
    for (int n = 1; fs::exists(name); ++n) {
        const std::string suffix = n == 1 ? "-recovered" : "-recovered-" + std::to_string(n);
        name = wanted.parent_path() / (wanted.stem().string() + suffix + wanted.extension().string());
    }
    return name;
}

// Another program is recording into it.
bool is_held(const fs::path& part) {
    const int file = open(part.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool held = flock(file, LOCK_EX | LOCK_NB) != 0;
    close(file);
    return held;
}

void check_output(const fs::path& output) {
    if (output.extension() != ".mp4") {
        throw Error("cannot record to " + in_quotes(output) + ": only .mp4 is written",
                    "Did you mean " + in_quotes(output.stem().string() + ".mp4") + "?");
    }
    std::error_code ignored;
    if (fs::is_directory(output, ignored)) {
        throw Error("cannot record to " + in_quotes(output) + ": it is a folder", "Give the name of a file.");
    }
    const fs::path folder = output.parent_path();
    if (!fs::is_directory(folder, ignored)) {
        throw Error("cannot record to " + in_quotes(output) + ": there is no folder " + in_quotes(folder),
                    "Create the folder first.");
    }
}

uint32_t big_endian_32(const uint8_t* bytes) {
    return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

fs::path state_folder() {
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state && *state == '/') return fs::path(state) / "weft";
    const char* home = std::getenv("HOME");
    return fs::path(home && *home ? home : "/tmp") / ".local/state/weft";
}

GrowingFile::GrowingFile(const fs::path& output)
    : output_(fs::absolute(output)), part_(output_.string() + ".part") {
    check_output(output_);
    std::error_code ignored;
    if (fs::exists(part_, ignored) && fs::file_size(part_) > 0) {
        if (is_held(part_)) {
            throw Error("cannot record to " + in_quotes(output_) + ": another program is recording to it",
                        "Choose another --output.");
        }
        if (cut_to_whole_fragments(part_) > 0) recovered_ = finish_recording(part_);
    }
    lock_ = open(part_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (lock_ < 0) {
        throw Error("cannot record to " + in_quotes(output_) + ": " + std::strerror(errno),
                    "Check the folder's permissions, or choose another --output.");
    }
    flock(lock_, LOCK_EX | LOCK_NB);
    RecordingList().add(part_);
}

GrowingFile::~GrowingFile() {
    close(lock_);
    std::error_code ignored;
    if (!fs::exists(part_, ignored)) forget_recording(part_);
}

GrowingFile::Finished GrowingFile::finish() {
    const fs::path fresh = output_.string() + ".new";
    Finished finished;
    try {
        remux(part_, fresh);
        fs::rename(fresh, output_);
        fs::remove(part_);
    } catch (const std::exception&) {
        if (cut_to_whole_fragments(part_) == 0) throw;
        fs::rename(part_, output_);
        finished.remuxed = false;
    }
    forget_recording(part_);
    return finished;
}

void GrowingFile::discard() {
    std::error_code ignored;
    fs::remove(part_, ignored);
    forget_recording(part_);
}

std::vector<UnfinishedRecording> find_unfinished() {
    RecordingList list;
    std::vector<UnfinishedRecording> unfinished;
    const std::vector<std::string> parts = list.parts();
    for (const fs::path part : parts) {
        std::error_code ignored;
        if (!fs::exists(part, ignored)) {
            list.remove(part);  // `parts` is a copy
            continue;
        }
        if (is_held(part)) continue;
        const double seconds = video_seconds(part);
        if (seconds > 0.0) unfinished.push_back({part, seconds});
    }
    return unfinished;
}

fs::path finish_recording(const fs::path& part) {
    if (cut_to_whole_fragments(part) == 0) {
        throw Error("nothing to save in " + in_quotes(part) + ": it holds no whole second of video",
                    "Delete the file.");
    }
    const fs::path wanted =
        part.extension() == ".part" ? fs::path(part).replace_extension() : fs::path(part.string() + ".mp4");
    const fs::path fresh = wanted.string() + ".new";
    const fs::path output = free_name(wanted);
    remux(part, fresh);
    fs::rename(fresh, output);
    fs::remove(part);
    forget_recording(part);
    return output;
}

void forget_recording(const fs::path& part) {
    RecordingList().remove(part);
}

// Top-level boxes: 32-bit size, type; size 1: a 64-bit size follows. A fragment is moof and mdat.
uint64_t cut_to_whole_fragments(const fs::path& part) {
    std::ifstream file(part, std::ios::binary);
    if (!file) throw Error("cannot read " + in_quotes(part));
    const uint64_t size = fs::file_size(part);
    uint64_t at = 0, whole = 0;
    std::array<uint8_t, 16> head{};
    while (at + 8 <= size) {
        file.seekg(static_cast<std::streamoff>(at));
        file.read(reinterpret_cast<char*>(head.data()), at + 16 <= size ? 16 : 8);
        uint64_t box = big_endian_32(head.data());
        if (box == 1) box = uint64_t{big_endian_32(head.data() + 8)} << 32 | big_endian_32(head.data() + 12);
        if (box < 8 || box > size - at) break;
        at += box;
        if (std::memcmp(head.data() + 4, "mdat", 4) == 0) whole = at;
    }
    file.close();
    if (whole > 0 && at < size) fs::resize_file(part, whole);
    return whole;
}

}  // namespace weft
