#include "analysis/checkpoint/memory.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr int64_t unlimited = INT64_MAX;

std::optional<int64_t> to_number(const std::string& text) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

std::string first_word(const std::string& path) {
    std::ifstream file(path);
    std::string word;
    file >> word;
    return word;
}

// Page cache that can be given up, by the "name value" lines of memory.stat.
int64_t reclaimable_bytes(const std::string& path, const std::string& prefix) {
    std::ifstream file(path);
    int64_t sum = 0;
    for (std::string word, value; file >> word >> value;)
        if (word == prefix + "inactive_file" || word == prefix + "active_file")
            sum += std::min(to_number(value).value_or(0), int64_t{1} << 60);
    return sum;
}

int64_t available_by_meminfo(const std::string& root) {
    std::ifstream file(root + "/proc/meminfo");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name, value;
        if (!(words >> name >> value) || name != "MemAvailable:") continue;
        const std::optional<int64_t> kilobytes = to_number(value);
        if (kilobytes && *kilobytes < unlimited / 1024) return *kilobytes * 1024;
    }
    return unlimited;
}

struct GroupFiles {
    const char *limit, *usage, *prefix;
};
constexpr GroupFiles version_2{"/memory.max", "/memory.current", ""};
constexpr GroupFiles version_1{"/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_"};

// A limit without end is "max", or a number near 2^63.
int64_t left_in_group(const std::string& folder, const GroupFiles& files) {
    const std::optional<int64_t> limit = to_number(first_word(folder + files.limit));
    const std::optional<int64_t> usage = to_number(first_word(folder + files.usage));
    if (!limit || !usage || *limit >= (int64_t{1} << 60)) return unlimited;
    const int64_t cached = reclaimable_bytes(folder + "/memory.stat", files.prefix);
    return std::max<int64_t>(0, *limit - std::max<int64_t>(0, *usage - cached));
}

// The group of this process and all that contain it: each may have a limit.
int64_t left_in_groups(const std::string& mount, std::string group, const GroupFiles& files) {
    int64_t left = left_in_group(mount, files);
    for (int depth = 0; group.size() > 1 && depth < 64; ++depth) {
        left = std::min(left, left_in_group(mount + group, files));
        group.resize(std::min(group.rfind('/'), group.size()));
    }
    return left;
}

// Lines "0::/GROUP" (version 2) and "9:cpu,memory:/GROUP" (version 1). In a container the path is often one
// of the host's that is not there; then the mount itself is the container's group.
int64_t available_by_groups(const std::string& root) {
    int64_t left = std::min(left_in_group(root + "/sys/fs/cgroup", version_2),
                            left_in_group(root + "/sys/fs/cgroup/memory", version_1));
    std::ifstream file(root + "/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const size_t first = line.find(':');
        const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const std::string group = line.substr(second + 1);
        if (group.find("..") != std::string::npos) continue;
        if (controllers == ",,")
            left = std::min(left, left_in_groups(root + "/sys/fs/cgroup", group, version_2));
        else if (controllers.find(",memory,") != std::string::npos)
            left = std::min(left, left_in_groups(root + "/sys/fs/cgroup/memory", group, version_1));
    }
    return left;
}

}  // namespace

std::string memory_text(int64_t bytes) {
    char text[40];
    if (bytes >= 1'000'000'000)
        std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
    else if (bytes >= 1'000'000)
        std::snprintf(text, sizeof text, "%.0f MB", static_cast<double>(bytes) / 1e6);
    else
        std::snprintf(text, sizeof text, "%.0f kB", std::ceil(static_cast<double>(bytes) / 1e3));
    return text;
}

int64_t free_memory_bytes_below(const std::string& root) {
    return std::min(available_by_meminfo(root), available_by_groups(root));
}

int64_t free_memory_bytes() {
    int64_t available = free_memory_bytes_below("");
    if (const char* limit = std::getenv("WEFT_MEMORY_LIMIT_MB"); limit != nullptr && *limit != '\0') {
        const std::optional<int64_t> megabytes = to_number(limit);
        if (!megabytes || *megabytes > unlimited / 1'000'000)
            throw Error("WEFT_MEMORY_LIMIT_MB is \"" + std::string(limit).substr(0, 80) +
                            "\", expected a number of megabytes",
                        "Unset it, or give a whole number.");
        available = std::min(available, *megabytes * 1'000'000);
    }
    return available;
}

void check_memory(int64_t needed_bytes, const std::string& what) {
    const int64_t available = free_memory_bytes();
    if (needed_bytes <= available) return;
    throw Error(
        what + " needs " + memory_text(needed_bytes) + " of memory, " + memory_text(available) + " are free",
        "Close other programs, or use a smaller model.");
}

}  // namespace weft
