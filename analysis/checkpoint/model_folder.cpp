#include "analysis/checkpoint/model_folder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "analysis/error.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

}  // namespace

std::string models_folder() {
    const std::string models = environment("WEFT_MODELS");
    if (!models.empty()) return models;
    const std::string data = environment("XDG_DATA_HOME");
    const fs::path base = data.empty() ? fs::path(environment("HOME")) / ".local" / "share" : fs::path(data);
    return (base / "weft" / "models").string();
}

std::vector<std::string> list_models() {
    std::vector<std::string> names;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(models_folder(), error), end; !error && entry != end;
         entry.increment(error))
        if (fs::exists(entry->path() / "config.json", ignored))
            names.push_back(entry->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string resolve_model_folder(const std::string& model) {
    const std::string wanted = model.empty() ? default_model : model;
    if (!model.empty() && is_folder(wanted)) return wanted;
    const fs::path below = fs::path(models_folder()) / wanted;
    if (is_folder(below)) return below.string();

    std::string hint = "In \"" + models_folder() + "\": ";
    const std::vector<std::string> names = list_models();
    for (size_t i = 0; i < names.size(); ++i) hint += (i == 0 ? "" : ", ") + names[i];
    if (names.empty()) hint += "no model; scripts/run fetches " + std::string(default_model);
    throw Error("there is no model \"" + wanted + "\"", hint + ". A folder's path works as well.");
}

}  // namespace weft
