// A folder of its own for one test, gone afterwards; the state folder lies in it while it lives.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace weft {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "weft_test_XXXXXX").string();
        path_ = mkdtemp(name.data());
        setenv("XDG_STATE_HOME", (path_ / "state").c_str(), 1);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
        unsetenv("XDG_STATE_HOME");
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace weft
