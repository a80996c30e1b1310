#include "analysis/file_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "analysis/error.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr size_t buffer_bytes = 1 << 16;

// The target of a chain of links, so that saving over a link replaces the file and not the link.
fs::path final_target(const std::string& path) {
    fs::path target(path);
    std::error_code error;
    for (int hops = 0; hops < 16 && fs::is_symlink(target, error); ++hops) {
        const fs::path next = fs::read_symlink(target, error);
        if (error) break;
        target = next.is_absolute() ? next : target.parent_path() / next;
    }
    return target;
}

mode_t usual_mode() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0666 & ~mask;
}

}  // namespace

FileWriter::FileWriter(std::string path) : path_(std::move(path)) {
    const fs::path target = final_target(path_);
    const fs::path folder = target.parent_path().empty() ? fs::path(".") : target.parent_path();
    std::error_code ignored;
    if (path_.empty() || fs::is_directory(target, ignored))
        throw Error("cannot write \"" + path_ + "\": it is a folder", "Give the name of a file.");
    if (!fs::is_directory(folder, ignored))
        throw Error("cannot write \"" + path_ + "\": the folder \"" + folder.string() + "\" is missing",
                    "Make the folder first.");
    struct stat existing {};
    const bool exists = ::stat(target.c_str(), &existing) == 0;
    if (exists && !S_ISREG(existing.st_mode)) {  // a pipe or /dev/stdout: nothing to rename
        descriptor_ = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor_ < 0) fail("cannot write");
        return;
    }
    temporary_ = (folder / ("." + target.filename().string() + ".XXXXXX")).string();
    descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
    if (descriptor_ < 0) {
        temporary_.clear();
        fail("cannot write");
    }
    (void)::fchmod(descriptor_, exists ? existing.st_mode & 07777 : usual_mode());
    path_ = target.string();
}

FileWriter::~FileWriter() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileWriter::fail(const char* what) {
    const int reason = errno;
    throw Error(std::string(what) + " \"" + path_ + "\": " + std::strerror(reason),
                reason == ENOSPC || reason == EDQUOT ? "Free some space; what was there before is unchanged."
                                                     : "Choose another place.");
}

void FileWriter::flush_buffer() {
    for (size_t done = 0; done < buffer_.size();) {
        const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail("cannot write");
        done += static_cast<size_t>(written);
    }
    buffer_.clear();
}

void FileWriter::write(std::span<const std::byte> bytes) {
    const char* data = reinterpret_cast<const char*>(bytes.data());
    for (size_t done = 0; done < bytes.size();) {
        const size_t part = std::min(bytes.size() - done, buffer_bytes);
        buffer_.append(data + done, part);
        done += part;
        if (buffer_.size() >= buffer_bytes) flush_buffer();
    }
}

void FileWriter::commit() {
    flush_buffer();
    if (temporary_.empty()) return;
    if (::fsync(descriptor_) != 0) fail("cannot write");
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) fail("cannot write");
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot write");
    temporary_.clear();
}

void write_file(const std::string& path, std::string_view content) {
    FileWriter writer(path);
    writer.write(content);
    writer.commit();
}

}  // namespace weft
