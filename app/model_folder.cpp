#include "app/model_folder.h"

#include <cstdlib>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr const char* default_model = "all-MiniLM-L6-v2";

bool is_folder(const std::filesystem::path& path) {
    std::error_code failed;
    return std::filesystem::is_directory(path, failed);
}

}  // namespace

std::filesystem::path models_folder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data == '/') {
        return std::filesystem::path(data) / "weft" / "models";
    }
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home ? home : "/") / ".local" / "share" / "weft" / "models";
}

std::string find_model_folder(const std::string& model) {
    const std::filesystem::path known = models_folder() / (model.empty() ? default_model : model);
    if (!model.empty() && is_folder(model)) return model;
    if (is_folder(known)) return known.string();
    if (model.empty()) {
        throw Error("the default model is not there: '" + known.string() + "'",
                    "\"scripts/run\" fetches it; or name a folder with --model.");
    }
    throw Error(
        "there is no model folder '" + model + "'",
        "Looked there and in '" + models_folder().string() + "'. \"weft models\" lists what is there.");
}

}  // namespace weft
