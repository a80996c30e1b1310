// Where tests find and put files. The conformance data is public data of others, kept outside the tree.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace weft::test {

// The folder below WEFT_CONFORMANCE_DATA; says on stdout that the test is skipped where that is unset.
inline std::optional<std::filesystem::path> conformance_data(const std::string& folder) {
    const char* root = std::getenv("WEFT_CONFORMANCE_DATA");
    if (root != nullptr && *root != '\0') return std::filesystem::path(root) / folder;
    std::printf("skipped: WEFT_CONFORMANCE_DATA is unset, %s not checked\n", folder.c_str());
    return std::nullopt;
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

// A folder of this test's own, removed at the end.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "weft-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace weft::test
