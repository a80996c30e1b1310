#include "app/model_table.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "analysis/checkpoint/hub_cache.h"
#include "analysis/checkpoint/memory.h"
#include "analysis/checkpoint/model_folder.h"
#include "analysis/checkpoint/other_weights.h"
#include "analysis/error.h"
#include "analysis/family/model_config.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr int max_files = 100'000;

// Links to files are followed, links to folders are not: no loops.
int64_t folder_size_bytes(const std::string& folder) {
    int64_t sum = 0;
    int files = 0;
    std::set<std::pair<uint64_t, uint64_t>> counted;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error),
         end;
         !error && entry != end && ++files < max_files; entry.increment(error)) {
        struct stat info {};
        if (::stat(entry->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
        if (counted.emplace(info.st_dev, info.st_ino).second) sum += info.st_size;
    }
    return sum;
}

// Weights in another format are there, so they are not missing, but they are not read.
std::string weights_problem(const std::string& folder) {
    std::error_code ignored;
    for (const char* name : {"model.safetensors", "model.safetensors.index.json"})
        if (fs::exists(fs::path(folder) / name, ignored)) return {};
    return no_weights(folder).what();
}

std::string type_of(const std::string& folder) {
    try {
        const std::string path = (fs::path(folder) / "config.json").string();
        return optional_string(read_json_file(path, {1 << 24, 32}), "model_type", "", path).substr(0, 80);
    } catch (const Error&) {
        return {};
    }
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

ModelRow cached_row(const CachedRepository& repository) {
    try {
        const HubSnapshot snapshot = find_snapshot(repository.folder, {repository.id, {}});
        ModelRow row = model_row(repository.id, snapshot.folder);
        row.revision = snapshot.commit;
        row.cached = true;
        return row;
    } catch (const Error& error) {
        ModelRow row;
        row.name = repository.id;
        row.folder = repository.folder;
        row.size_bytes = folder_size_bytes(repository.folder);
        row.problem = error.what();
        row.cached = true;
        return row;
    }
}

}  // namespace

ModelRow model_row(const std::string& name, const std::string& folder) {
    ModelRow row;
    row.name = name;
    row.folder = folder;
    row.revision = describe_model_folder(folder).revision;
    row.size_bytes = folder_size_bytes(folder);
    row.type = type_of(folder);
    if (const std::vector<std::string> missing = missing_files(folder, ModelFiles::all); !missing.empty())
        row.problem = "lacks " + joined(missing);
    try {
        const ModelConfig config = load_model_config(folder);
        row.layers = config.stack().layers;
        row.heads = config.stack().attention.heads;
        row.hidden = config.stack().hidden;
        row.max_tokens = config.max_tokens;
        row.shape = std::to_string(row.layers) + " layers x " + std::to_string(row.heads) +
                    " heads, hidden " + std::to_string(row.hidden);
        if (row.max_tokens > 0) row.shape += ", up to " + std::to_string(row.max_tokens) + " tokens";
    } catch (const Error& error) {
        if (row.problem.empty()) row.problem = error.what();
    }
    if (row.problem.empty()) row.problem = weights_problem(folder);
    return row;
}

std::vector<ModelRow> model_rows() {
    std::vector<ModelRow> rows;
    std::vector<fs::path> folders;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(models_folder(), error), end; !error && entry != end;
         entry.increment(error))
        if (entry->is_directory(ignored) || entry->is_symlink(ignored)) folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders)
        rows.push_back(model_row(folder.filename().string(), folder.string()));
    for (const CachedRepository& repository : cached_repositories()) rows.push_back(cached_row(repository));
    return rows;
}

std::string model_line(const ModelRow& row) {
    const std::string type = row.type.empty() ? "" : row.type + ", ";
    const std::string size = memory_text(row.size_bytes);
    if (row.problem.empty()) return row.name + "  " + type + row.shape + ", " + size;
    return row.name + "  " + type + size + ", not usable: " + row.problem;
}

std::string model_rows_json(const std::vector<ModelRow>& rows) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const ModelRow& row : rows) {
        nlohmann::ordered_json json;
        json["name"] = row.name;
        json["folder"] = row.folder;
        json["cached"] = row.cached;
        json["revision"] = row.revision;
        json["model_type"] = row.type;
        json["size_bytes"] = row.size_bytes;
        json["usable"] = row.problem.empty();
        if (!row.problem.empty()) json["problem"] = row.problem;
        if (!row.shape.empty()) {
            json["layers"] = row.layers;
            json["heads"] = row.heads;
            json["hidden"] = row.hidden;
            json["max_tokens"] = row.max_tokens;
        }
        list.push_back(std::move(json));
    }
    return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace weft
