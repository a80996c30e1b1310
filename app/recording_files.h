// A recording on disk: OUTPUT.part while it grows, OUTPUT when it is done, and a short list in the state
// folder of what is growing, so that the next start can finish what a crash left. Any thread; several
// programs at once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weft {

// ${XDG_STATE_HOME:-~/.local/state}/weft
std::filesystem::path state_folder();

// OUTPUT.part, created empty, locked against other programs and on the list, for as long as this lives.
class GrowingFile {
  public:
    // Throws Error where `output` can't be written (no folder, no permission, a folder of that name, no
    // ".mp4", being recorded by another program). A .part that a crash left there is finished first, under a
    // free name
    // ("lecture-recovered.mp4"): `recovered` says which.
    explicit GrowingFile(const std::filesystem::path& output);
    ~GrowingFile();  // gives lock and list entry back; the file stays
    GrowingFile(const GrowingFile&) = delete;
    GrowingFile& operator=(const GrowingFile&) = delete;

    const std::filesystem::path& part() const { return part_; }
    const std::filesystem::path& output() const { return output_; }
    const std::filesystem::path& recovered() const { return recovered_; }

    // Makes OUTPUT out of the part, which disappears.
    struct Finished {
        bool remuxed = true;  // false: no room for the copy, OUTPUT is the fragmented file itself; it plays
    };
    Finished finish();
    void discard();  // nothing was recorded: no file is left

  private:
    std::filesystem::path output_, part_, recovered_;
    int lock_ = -1;
};

struct UnfinishedRecording {
    std::filesystem::path part;
    double seconds = 0.0;  // that can be saved
};

// Parts on the list that no running program holds and that hold pictures. Entries whose file is gone leave
// the list.
std::vector<UnfinishedRecording> find_unfinished();

// Turns a left part into a video beside it and returns its path: the name it was meant for, or the next free
// one
// ("lecture-recovered.mp4", "lecture-recovered-2.mp4"). Throws Error; then the part stays.
std::filesystem::path finish_recording(const std::filesystem::path& part);
void forget_recording(const std::filesystem::path& part);  // leaves the list; the file stays

// Cuts what was written only half: the file then ends with a whole fragment. Returns its new size, 0 where
// there is no whole fragment at all (then nothing is cut).
uint64_t cut_to_whole_fragments(const std::filesystem::path& part);

// Stream copy of `from` to `to` with its index in front. Throws Error; then `to` is gone.
void remux(const std::filesystem::path& from, const std::filesystem::path& to);

double video_seconds(const std::filesystem::path& file);  // 0 where it can't be read

}  // namespace weft
