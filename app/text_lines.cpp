#include "app/text_lines.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/utf8.h"

namespace weft {

namespace {

constexpr size_t longest_line = size_t{16} << 20, read_at_once = size_t{1} << 16;

// A line of a .jsonl file: a text that may hold line ends.
std::string text_of_json_line(const std::string& line) {
    const Json value = parse_json(line, "the line");
    if (!value.is_string())
        throw Error("it is " + json_excerpt(value) + ", expected a JSON string",
                    "Write one string in quotes a line.");
    return value.get<std::string>();
}

}  // namespace

TextLines::TextLines(const std::string& path)
    : path_(path), file_(std::fopen(path.c_str(), "rb"), &std::fclose), is_json_(path.ends_with(".jsonl")) {
    std::error_code failed;
    if (!file_ || std::filesystem::is_directory(path, failed))
        throw Error("cannot read text file '" + path + "'" +
                        (file_ ? ": it is a folder" : std::string(": ") + std::strerror(errno)),
                    "Check the path and its permissions.");
    const auto size = std::filesystem::file_size(path, failed);
    if (!failed) size_ = size;
}

// Appends to `text` (null: nobody wants it) without the line's end.
bool TextLines::read_line(std::string* text, bool& is_too_long) {
    bool is_there = false;
    size_t length = 0;
    for (;;) {
        if (at_ == buffer_.size()) {
            buffer_.resize(read_at_once);
            buffer_.resize(std::fread(buffer_.data(), 1, read_at_once, file_.get()));
            at_ = 0;
            if (std::ferror(file_.get()))
                throw Error("cannot read text file '" + path_ + "' to its end",
                            "Give the name of a text file.");
            if (buffer_.empty()) break;
            for (const char c : buffer_) hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
        }
        const size_t end = buffer_.find('\n', at_);
        const size_t stop = end == std::string::npos ? buffer_.size() : end;
        is_there = true;
        length += stop - at_;
        if (length > longest_line) is_too_long = true;
        if (text && !is_too_long) text->append(buffer_, at_, stop - at_);
        bytes_ += stop - at_ + (end == std::string::npos ? 0 : 1);
        at_ = end == std::string::npos ? stop : stop + 1;
        if (end != std::string::npos) break;
    }
    if (is_there) ++lines_;
    return is_there;
}

bool TextLines::skip() {
    bool is_too_long = false;
    return read_line(nullptr, is_too_long);
}

bool TextLines::next(TextLine& line) {
    line.text.clear();
    line.broken.clear();
    bool is_too_long = false;
    if (!read_line(&line.text, is_too_long)) return false;
    line.number = lines_;
    if (line.text.ends_with('\r')) line.text.pop_back();
    if (is_too_long) {
        line.broken = "it is longer than 16 MiB";
    } else if (const auto bad = first_invalid_utf8(line.text)) {
        line.broken = "it is not valid UTF-8 at byte " + std::to_string(*bad);
    } else if (is_json_ && !line.text.empty()) {
        try {
            line.text = text_of_json_line(line.text);
        } catch (const Error& error) {
            line.broken = error.what();
        }
    }
    if (line.broken.empty() && line.text.empty()) line.broken = "it is empty";
    return true;
}

}  // namespace weft
