#include "app/trace_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "analysis/error.h"
#include "analysis/trace.h"

namespace weft {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto look_every = std::chrono::milliseconds(250);
// A file that is wrong and has not changed for so long is not being written any more.
constexpr auto rests_after = std::chrono::milliseconds(1500);
constexpr int64_t most_bytes = 4'000'000'000;  // a larger one is opened by its name, which maps it
constexpr int newest = 1 << 20;                // as a step

// Which state of a file it is.
struct Stamp {
    int64_t changed_ns = 0;
    int64_t size = 0;
    uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
};

std::optional<Stamp> stamp_of(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
    return Stamp{int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size,
                 info.st_ino};
}

// What is known of a file of the folder.
struct Known {
    Stamp stamp;
    Clock::time_point since;  // when it was first found so
    bool is_done = false;     // read, or given up
};

struct Candidate {
    std::string name;
    Stamp stamp;
};

std::vector<Candidate> list_traces(const fs::path& folder, std::error_code& failed) {
    std::vector<Candidate> found;
    fs::directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
        if (entry->path().extension() != ".safetensors") continue;
        if (const auto stamp = stamp_of(entry->path()))
            found.push_back({entry->path().filename().string(), *stamp});
    }
    std::ranges::sort(found, [](const Candidate& a, const Candidate& b) {
        return std::pair(a.stamp.changed_ns, a.name) < std::pair(b.stamp.changed_ns, b.name);
    });
    return found;
}

// Null: the file changed meanwhile. Throws weft::Error for what is no trace.
FramePtr read_unchanged(const fs::path& path, const Stamp& stamp) {
    if (stamp.size > most_bytes)
        throw Error("\"" + path.string() + "\" has " + std::to_string(stamp.size) +
                        " bytes, a watched trace at most " + std::to_string(most_bytes),
                    "Open it with 'weft view FILE', or write fewer layers.");
    std::vector<std::byte> bytes(static_cast<size_t>(stamp.size));
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("cannot read \"" + path.string() + "\"", "Check its permissions.");
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (file.gcount() != stamp.size || stamp_of(path) != stamp) return nullptr;
    return parse_trace_at(bytes, path.string());
}

}  // namespace

struct TraceWatch::State {
    fs::path folder;
    std::function<void()> wake;

    std::mutex mutex;
    std::condition_variable_any asked;
    WatchNews news;       // guarded by mutex
    int wanted_step = 0;  // guarded by mutex

    // Of the thread alone.
    std::map<std::string, Known> known;
    std::vector<std::string> seen;
    std::string shown;
    bool is_first_look = true, is_gone = false;

    std::jthread thread;  // last: it ends before the rest goes

    size_t shown_at() const {
        return static_cast<size_t>(std::ranges::find(seen, shown) - seen.begin());  // seen.size(): none
    }
    bool follows() const { return shown.empty() || shown_at() + 1 == seen.size(); }

    void post(const std::function<void(WatchNews&)>& change) {
        {
            const std::lock_guard lock(mutex);
            change(news);
            news.has_changed = true;
            news.name = shown;
            news.count = seen.size();
            news.number = shown.empty() ? 0 : shown_at() + 1;
        }
        if (wake) wake();
    }

    void fail(const std::string& message, const std::string& hint) {
        post([&](WatchNews& its) { its.message = message, its.hint = hint; });
    }

    void show(const std::string& name, FramePtr frame) {
        shown = name;
        post([&](WatchNews& its) { its.frame = std::move(frame), its.message.clear(), its.hint.clear(); });
    }

    // The frame, or null where there is none now; says what is wrong unless the file may still become right.
    FramePtr try_read(const std::string& name, Known& file, bool may_still_change) {
        try {
            FramePtr frame = read_unchanged(folder / name, file.stamp);
            file.is_done = frame != nullptr;
            return frame;
        } catch (const Error& error) {
            if (may_still_change && Clock::now() - file.since < rests_after) return nullptr;
            file.is_done = true;
            fail(error.what(), error.hint());
        } catch (const std::exception& error) {  // memory
            file.is_done = true;
            fail("cannot read \"" + (folder / name).string() + "\": " + error.what(),
                 "The last picture stays.");
        }
        return nullptr;
    }

    void take_seen(const std::string& name) {
        std::erase(seen, name);
        seen.push_back(name);
    }

    // Whatever is there at the start counts; the newest that can be read is shown.
    void first_look(const std::vector<Candidate>& found) {
        is_first_look = false;
        for (const Candidate& file : found) {
            known[file.name] = {file.stamp, Clock::now(), true};
            seen.push_back(file.name);
        }
        while (!seen.empty()) {
            const std::string name = seen.back();
            if (FramePtr frame = try_read(name, known[name], true)) return show(name, std::move(frame));
            // It may be half written: then it comes again as a new one.
            known[name].is_done = false;
            seen.pop_back();
        }
    }

    void look() {
        std::error_code failed;
        const std::vector<Candidate> found = list_traces(folder, failed);
        if (failed) {
            if (!std::exchange(is_gone, true))
                fail("cannot read the folder \"" + folder.string() + "\": " + failed.message(),
                     "It is looked for again; the last picture stays.");
            return;
        }
        is_gone = false;
        if (is_first_look) return first_look(found);
        std::erase_if(known, [&](const auto& item) {
            return std::ranges::find(found, item.first, &Candidate::name) == found.end();
        });
        for (const Candidate& candidate : found) {
            Known& file = known[candidate.name];
            if (!(file.stamp == candidate.stamp)) {
                file = {candidate.stamp, Clock::now(), false};
                continue;  // it must have been the same for two looks
            }
            if (file.is_done) continue;
            FramePtr frame = try_read(candidate.name, file, true);
            if (!frame) continue;
            const bool is_shown = follows() || candidate.name == shown;
            take_seen(candidate.name);
            if (is_shown)
                show(candidate.name, std::move(frame));
            else
                post([](WatchNews&) {});
        }
    }

    void go(int by) {
        if (seen.empty()) return;
        const auto last = static_cast<int>(seen.size()) - 1;
        auto at = static_cast<int>(shown_at());
        const int direction = by < 0 ? -1 : 1;
        for (at = std::clamp(at + by, 0, last); at >= 0 && at < static_cast<int>(seen.size());) {
            const std::string name = seen[static_cast<size_t>(at)];
            if (name == shown) return;
            const auto stamp = stamp_of(folder / name);
            Known file{stamp.value_or(Stamp{}), Clock::now(), true};
            FramePtr frame = stamp ? try_read(name, file, false) : nullptr;
            if (frame) return show(name, std::move(frame));
            seen.erase(seen.begin() + at);
            if (!stamp) fail("\"" + (folder / name).string() + "\" is not there any more", "It is left out.");
            if (direction < 0) --at;
        }
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            look();
            std::unique_lock lock(mutex);
            asked.wait_for(lock, stop, look_every, [this] { return wanted_step != 0; });
            const int step = std::exchange(wanted_step, 0);
            lock.unlock();
            if (step != 0) go(step);
        }
    }
};

void check_watch_folder(const std::string& folder) {
    std::error_code failed;
    const char* const hint = "Give the folder that traces are written to: --watch FOLDER.";
    if (!fs::exists(folder, failed)) throw Error("there is no folder \"" + folder + "\"", hint);
    if (!fs::is_directory(folder, failed)) throw Error("\"" + folder + "\" is no folder", hint);
    list_traces(folder, failed);
    if (failed)
        throw Error("cannot read the folder \"" + folder + "\": " + failed.message(),
                    "Check its permissions.");
}

TraceWatch::TraceWatch(const std::string& folder, std::function<void()> wake)
    : state_(std::make_unique<State>()) {
    check_watch_folder(folder);
    state_->folder = folder;
    state_->wake = std::move(wake);
    state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

TraceWatch::~TraceWatch() = default;

WatchNews TraceWatch::take_news() {
    const std::lock_guard lock(state_->mutex);
    WatchNews taken = state_->news;
    state_->news.has_changed = false;
    state_->news.frame.reset();
    state_->news.message.clear();
    state_->news.hint.clear();
    return taken;
}

void TraceWatch::step(int by) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->wanted_step += by;
    }
    state_->asked.notify_one();
}

void TraceWatch::to_newest() {
    step(newest);
}

}  // namespace weft
