#include "scenes/obj_lines.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include "analysis/error.h"
#include "scenes/obj_mesh.h"

namespace weft {
namespace {

constexpr const char* what_is_read = "OBJ files with vertices (v), normals (vn) and faces (f) are read.";
constexpr size_t shown_bytes = 40;  // of a value in a message

std::string shortened(std::string_view value) {
    std::string text;
    for (const char c : value.substr(0, shown_bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte < 0x20 || byte > 0x7E ? '?' : c;
    }
    return value.size() > shown_bytes ? text + ".." : text;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    size_t at = 0;
    while (true) {
        at = line.find_first_not_of(" \t\r", at);
        if (at == std::string_view::npos) return words;
        const size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
}

class Lines {
  public:
    Lines(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    std::string read() {
        if (bytes_.size() > obj_most_bytes)
            throw Error("'" + name_ + "' has " + std::to_string(bytes_.size()) + " bytes",
                        "A mesh may have " + std::to_string(obj_most_bytes) + ": simplify it.");
        for (size_t start = 0; start < bytes_.size();) {
            const size_t end = std::min(bytes_.find('\n', start), bytes_.size());
            ++number_;
            take(bytes_.substr(start, end - start));
            start = end + 1;
        }
        number_ = greatest_line_;
        if (greatest_ > vertices_)
            refuse("face of vertex '" + std::to_string(greatest_) + "'",
                   "There are " + std::to_string(vertices_) + " vertices.");
        return std::move(kept_);
    }

  private:
    [[noreturn]] void refuse(const std::string& what, const std::string& hint) const {
        throw Error("line " + std::to_string(number_) + " of '" + name_ + "': " + what, hint);
    }

    void take(std::string_view line) {
        if (line.size() > obj_most_line_bytes)
            refuse("it has " + std::to_string(line.size()) + " bytes", what_is_read);
        const std::vector<std::string_view> words = words_of(line);
        if (words.empty()) return;
        if (words[0] == "v") {
            check_numbers(words);
            if (++vertices_ > obj_most_vertices)
                refuse("more than " + std::to_string(obj_most_vertices) + " vertices", "Simplify the mesh.");
        } else if (words[0] == "vn") {
            check_numbers(words);
        } else if (words[0] == "f") {
            check_face(words);
        } else if (words[0] != "s") {
            return;
        }
        kept_.append(line);
        kept_ += '\n';
    }

    void check_numbers(const std::vector<std::string_view>& words) const {
        if (words.size() < 4)
            refuse("'" + std::string(words[0]) + "' has " + std::to_string(words.size() - 1) + " numbers",
                   "It needs three: x, y and z.");
        for (size_t i = 1; i < 4; ++i) {
            std::string_view word = words[i];
            if (word.starts_with('+')) word.remove_prefix(1);
            double number = 0.0;
            const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
            if (failed != std::errc{} || end != word.data() + word.size() || !std::isfinite(number) ||
                std::abs(number) > obj_most_coordinate)
                refuse("'" + shortened(words[i]) + "' is no coordinate", "Numbers from -1e6 to 1e6 are.");
        }
    }

    void check_face(const std::vector<std::string_view>& words) {
        const size_t corners = words.size() - 1;
        if (corners < 3)
            refuse("a face has " + std::to_string(corners) + " corners", "It needs three or more.");
        if (corners > obj_most_corners)
            refuse("a face has " + std::to_string(corners) + " corners",
                   "It may have " + std::to_string(obj_most_corners) + ": divide it.");
        triangles_ += corners - 2;
        if (triangles_ > obj_most_triangles)
            refuse("more than " + std::to_string(obj_most_triangles) + " triangles", "Simplify the mesh.");
        for (size_t i = 1; i < words.size(); ++i) check_corner(words[i]);
    }

    // "v", "v/vt", "v//vn" or "v/vt/vn"; from 1, or from the last one backwards.
    void check_corner(std::string_view corner) {
        std::string_view left = corner;
        for (int part = 0; part < 3; ++part) {
            const size_t slash = std::min(left.find('/'), left.size());
            const std::string_view digits = left.substr(0, slash);
            if (!digits.empty() || part == 0) check_index(digits, corner, part == 0);
            if (slash == left.size()) return;
            left.remove_prefix(slash + 1);
        }
        refuse("'" + shortened(corner) + "' is no corner of a face", "Write V, V/T, V//N or V/T/N.");
    }

    void check_index(std::string_view digits, std::string_view corner, bool is_vertex) {
        int32_t index = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        if (failed != std::errc{} || end != digits.data() + digits.size() || index == 0)
            refuse("'" + shortened(corner) + "' is no corner of a face",
                   "Indices are whole numbers from 1, or from -1 backwards.");
        if (!is_vertex) return;
        const auto count = static_cast<int64_t>(vertices_);
        if (index < 0 && -int64_t{index} > count)
            refuse("face of vertex '" + std::to_string(index) + "'",
                   "There are " + std::to_string(count) + " before it.");
        if (index > 0 && static_cast<size_t>(index) > greatest_) {
            greatest_ = static_cast<size_t>(index);
            greatest_line_ = number_;
        }
    }

    std::string_view bytes_;
    const std::string& name_;
    std::string kept_;
    size_t number_ = 0, vertices_ = 0, triangles_ = 0;
    size_t greatest_ = 0, greatest_line_ = 0;  // index of a vertex, and where it stands
};

}  // namespace

std::string checked_obj_lines(std::string_view bytes, const std::string& name) {
    return Lines(bytes, name).read();
}

}  // namespace weft
