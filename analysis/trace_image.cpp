#include "analysis/trace_image.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/error.h"
#include "analysis/image/decode.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr size_t excerpt_bytes = 80;

// "3,7" or "14x14"; nothing for any other text.
std::optional<std::pair<uint32_t, uint32_t>> two_numbers(std::string_view text, char between) {
    std::pair<uint32_t, uint32_t> numbers;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, numbers.first);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != between) return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, numbers.second);
    if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
    return numbers;
}

[[noreturn]] void refuse(const std::string& source, const std::string& key, const std::string& value,
                         const std::string& reason, const std::string& hint) {
    std::string shown = value.substr(0, excerpt_bytes);
    std::replace_if(
        shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20; }, '?');
    throw Error("\"" + source + "\": metadata \"" + key + "\" is \"" + shown + "\"" + reason, hint);
}

bool lies_below(const fs::path& folder, const fs::path& file) {
    const auto [in_folder, in_file] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return in_folder == folder.end() && in_file != file.end();
}

}  // namespace

void read_patch_grid(const std::string& text, const std::string& source, TokenStack& stack) {
    if (text.empty()) return;
    const auto size = two_numbers(text, 'x');
    const size_t tokens = stack.tokens.size();
    const uint64_t patches = size ? uint64_t{size->first} * size->second : 0;
    if (patches == 0 || patches > tokens)
        refuse(source, "patch_grid", text,
               ", expected ROWSxCOLUMNS of at most " + std::to_string(tokens) + " tokens",
               "Give the rows and columns of patches: \"14x14\".");
    PatchGrid grid;
    grid.rows = size->first;
    grid.columns = size->second;
    grid.first_token = static_cast<uint32_t>(tokens - patches);
    for (size_t t = 0; t < tokens; ++t) {
        const std::string& name = stack.tokens[t].text;
        const auto place = two_numbers(name, ',');
        const size_t patch = t - grid.first_token;
        const bool fits = t >= grid.first_token && place && place->first == patch / grid.columns &&
                          place->second == patch % grid.columns;
        if (place && !fits)
            refuse(source, "patch_grid", text, ", but token " + std::to_string(t) + " is \"" + name + "\"",
                   "The last ROWS x COLUMNS tokens are the patches, row by row, \"0,0\" first.");
        if (t < grid.first_token) stack.tokens[t].special = true;
    }
    stack.grid = grid;
}

void read_trace_image(const std::string& name, const std::string& trace_path, const std::string& source,
                      TokenStack& stack) {
    if (name.empty()) return;
    if (!stack.grid)
        refuse(source, "image", name, ", but there is no \"patch_grid\"",
               "Say how many rows and columns of patches the image has: patch_grid = \"14x14\".");
    const char* const beside = "Put the image beside the trace, and give its name alone: \"cat.png\".";
    const fs::path path(name);
    if (name.find('\0') != std::string::npos || path.is_absolute())
        refuse(source, "image", name, ", expected a path beside the trace", beside);
    stack.image_name = name;
    if (trace_path.empty()) return;
    std::error_code failed;
    const fs::path folder = fs::weakly_canonical(fs::absolute(trace_path).parent_path(), failed);
    const fs::path file = failed ? fs::path() : fs::weakly_canonical(folder / path, failed);
    if (failed || !lies_below(folder, file))
        refuse(source, "image", name, ", which leaves the trace's folder", beside);
    if (!fs::is_regular_file(file, failed))
        refuse(source, "image", name,
               fs::exists(file, failed) ? ", which is no file" : ", which is not there", beside);
    DecodedImage image;
    try {
        image = decode_image(file.string());
    } catch (const Error& error) {
        refuse(source, "image", name, std::string(": ") + error.what(),
               error.hint().empty() ? beside : error.hint());
    }
    stack.grid->image_width = image.width;
    stack.grid->image_height = image.height;
    stack.grid->image_rgba = std::make_shared<const std::vector<uint8_t>>(std::move(image.rgba));
    stack.grid->patches_in_image = {0.0, 0.0, double(image.width), double(image.height)};
}

}  // namespace weft
