#include "app/file_name.h"

#include <filesystem>

namespace weft {

std::string unused_file_name(const std::string& stem, const std::string& suffix) {
    for (int number = 1;; ++number) {
        std::string name = stem + "-" + std::to_string(number) + suffix;
        std::error_code failed;
        if (!std::filesystem::exists(name, failed) && !std::filesystem::exists(name + ".part", failed))
            return name;
    }
}

}  // namespace weft
