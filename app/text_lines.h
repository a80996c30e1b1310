// The texts of a file, one a line, read as they are needed: memory does not grow with the file. In a .jsonl
// file each line is a JSON string. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace weft {

struct TextLine {
    uint64_t number = 0;  // from 1
    std::string text;
    std::string broken;  // why it is none; empty: it is one
};

class TextLines {
  public:
    explicit TextLines(const std::string& path);  // throws weft::Error
    // False at the end. Throws weft::Error where the file cannot be read. A line without text, that is not
    // UTF-8, no JSON string or longer than 16 MiB is broken.
    bool next(TextLine& line);
    // The same without a look into the text, for lines that are another's.
    bool skip();

    uint64_t lines() const { return lines_; }      // so far
    uint64_t bytes() const { return bytes_; }      // so far
    uint64_t size_bytes() const { return size_; }  // of the file; 0: not known
    uint64_t hash() const { return hash_; }        // FNV-1a of the bytes so far

  private:
    bool read_line(std::string* text, bool& is_too_long);

    std::string path_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    std::string buffer_;
    size_t at_ = 0;
    bool is_json_ = false;
    uint64_t lines_ = 0, bytes_ = 0, size_ = 0, hash_ = 0xcbf29ce484222325u;
};

}  // namespace weft
