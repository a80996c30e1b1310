// Saves a file whole or not at all: written beside its place, flushed to the disk, then renamed over it. What
// was there before stays until the new content is safe, and no partial file is left behind. Any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weft {

class FileWriter {
  public:
    // Creates the temporary file beside `path`. Throws weft::Error: folder missing, not writable.
    explicit FileWriter(std::string path);
    ~FileWriter();  // without commit() the temporary file is removed
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;

    void write(std::span<const std::byte> bytes);  // throws weft::Error: disk full
    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
    void commit();  // flush, rename; throws weft::Error
    const std::string& path() const { return path_; }

  private:
    [[noreturn]] void fail(const char* what);
    std::string path_, temporary_;
    std::string buffer_;
    int descriptor_ = -1;
    void flush_buffer();
};

// The whole content at once.
void write_file(const std::string& path, std::string_view content);

}  // namespace weft
