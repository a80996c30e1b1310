#include "analysis/checkpoint/hub_cache.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/checkpoint/other_weights.h"
#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_prefix = "models--", separator = "--";
constexpr size_t max_listed = 8;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_word(char c) {  // of a name: letter, digit, underscore
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// "~" at the start, "$NAME" and "${NAME}" anywhere; unknown names stay as they are.
std::string expanded(const std::string& path) {
    std::string text = path;
    if (text == "~" || text.starts_with("~/")) text = environment("HOME") + text.substr(1);
    std::string result;
    for (size_t i = 0; i < text.size();) {
        const bool braces = text.compare(i, 2, "${") == 0;
        size_t end = i + (braces ? 2 : 1);
        const size_t begin = end;
        while (text[i] == '$' && end < text.size() && is_word(text[end])) ++end;
        const std::string name = text.substr(begin, end - begin);
        const bool closed = !braces || (end < text.size() && text[end] == '}');
        if (text[i] == '$' && !name.empty() && closed && std::getenv(name.c_str()) != nullptr) {
            result += environment(name.c_str());
            i = end + (braces ? 1 : 0);
        } else {
            result += text[i++];
        }
    }
    return result;
}

std::string first_set(std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (const std::string value = environment(name); !value.empty()) return expanded(value);
    return {};
}

bool is_name(std::string_view part) {
    if (part.empty() || part.size() > 96 || !is_word(part.front()) || !is_word(part.back())) return false;
    const auto fits = [](char c) { return is_word(c) || c == '-' || c == '.'; };
    return std::all_of(part.begin(), part.end(), fits) && part.find("--") == std::string_view::npos &&
           part.find("..") == std::string_view::npos && !part.ends_with(".git");
}

// A reference's name becomes a path below refs/, so it must not lead out of it.
bool is_reference(std::string_view name) {
    if (name.empty() || name.size() > 200) return false;
    for (const char c : name)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\' || c == '\'' || c == '"')
            return false;
    for (size_t begin = 0; begin <= name.size();) {
        const size_t end = std::min(name.find('/', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        if (part.empty() || part.front() == '.' || part.front() == '-') return false;
        begin = end + 1;
    }
    return true;
}

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

bool is_commit(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) && is_hex(text);
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::vector<std::string> snapshots_in(const std::string& folder) {
    std::vector<std::string> commits;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(fs::path(folder) / "snapshots", error), end; !error && entry != end;
         entry.increment(error))
        if (is_commit(entry->path().filename().string()) && entry->is_directory(ignored))
            commits.push_back(entry->path().filename().string());
    std::sort(commits.begin(), commits.end());
    return commits;
}

// The commit that a branch or tag stands for, if there is such a file.
std::optional<std::string> read_reference(const std::string& folder, const std::string& name) {
    const fs::path path = fs::path(folder) / "refs" / name;
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(path, ignored);
    if (!fs::exists(status) || fs::is_directory(status)) return std::nullopt;
    std::string text = read_text_file(path.string(), 4096);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
    if (!is_commit(text))
        throw Error("\"" + path.string() + "\" holds " + json_excerpt(Json(text), 60) +
                    ", expected a commit hash");
    return lower(text);
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (size_t i = 0; i < names.size() && i < max_listed; ++i) text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > max_listed ? text + ", ..." : text;
}

Error not_cached(const std::string& folder, const HubId& id, const std::string& what) {
    const std::vector<std::string> commits = snapshots_in(folder);
    return Error(
        what + " in \"" + folder + "\"",
        "To fetch it: " + fetch_command(id) + (commits.empty() ? "" : "  (there: " + listed(commits) + ")"));
}

HubSnapshot snapshot_of(const std::string& folder, const std::string& commit, const HubId& id) {
    const fs::path path = fs::path(folder) / "snapshots" / commit;
    std::error_code ignored;
    if (!fs::is_directory(path, ignored))
        throw not_cached(folder, id, "there is no snapshot \"" + commit + "\" of \"" + id.repository + "\"");
    return {path.string(), commit, {}};
}

HubSnapshot newest_snapshot(const std::string& folder, const HubId& id) {
    const std::vector<std::string> commits = snapshots_in(folder);
    if (commits.empty()) throw not_cached(folder, id, "there is no snapshot of \"" + id.repository + "\"");
    std::string newest;
    fs::file_time_type latest = fs::file_time_type::min();
    for (const std::string& commit : commits) {
        std::error_code ignored;
        const fs::file_time_type time = fs::last_write_time(fs::path(folder) / "snapshots" / commit, ignored);
        if (!newest.empty() && time <= latest) continue;
        newest = commit;
        latest = time;
    }
    HubSnapshot snapshot = snapshot_of(folder, newest, id);
    snapshot.note = id.repository + " has no branch main in the cache: took " +
                    (commits.size() == 1 ? "its only snapshot " : "its newest snapshot ") + newest;
    return snapshot;
}

HubSnapshot snapshot_by_hash(const std::string& folder, const HubId& id) {
    const std::string start = lower(id.revision);
    std::vector<std::string> found;
    for (const std::string& commit : snapshots_in(folder))
        if (start.size() >= 4 && is_hex(start) && lower(commit).starts_with(start)) found.push_back(commit);
    if (found.empty())
        throw not_cached(folder, id,
                         "there is no revision \"" + id.revision + "\" of \"" + id.repository + "\"");
    if (found.size() > 1)
        throw Error(
            "revision \"" + id.revision + "\" of \"" + id.repository + "\" could be each of " + listed(found),
            "Give more digits of the commit hash.");
    return snapshot_of(folder, found.front(), id);
}

}  // namespace

std::vector<std::string> hub_cache_folders() {
    std::string hub = first_set({"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"});
    if (hub.empty()) {
        std::string home = first_set({"HF_HOME"});
        if (home.empty()) {
            const std::string xdg = first_set({"XDG_CACHE_HOME"});
            const fs::path cache = xdg.empty() ? fs::path(environment("HOME")) / ".cache" : fs::path(xdg);
            home = (cache / "huggingface").string();
        }
        hub = (fs::path(home) / "hub").string();
    }
    std::vector<std::string> folders{hub};
    const std::string old =
        first_set({"TRANSFORMERS_CACHE", "PYTORCH_TRANSFORMERS_CACHE", "PYTORCH_PRETRAINED_BERT_CACHE"});
    if (!old.empty() && old != hub) folders.push_back(old);
    return folders;
}

HubId parse_hub_id(std::string_view text) {
    const size_t at = text.find('@');
    const std::string_view repository = text.substr(0, at);
    const size_t slash = repository.find('/');
    const bool named = slash == std::string_view::npos
                           ? is_name(repository)
                           : is_name(repository.substr(0, slash)) && is_name(repository.substr(slash + 1));
    const std::string quoted = "\"" + std::string(text.substr(0, 200)) + "\"";
    if (!named)
        throw Error(quoted + " is no Hugging Face id",
                    "An id is org/name or org/name@revision, of letters, digits, '-', '_' and '.'.");
    HubId id{std::string(repository), {}};
    if (at == std::string_view::npos) return id;
    id.revision = std::string(text.substr(at + 1));
    if (!is_reference(id.revision))
        throw Error(quoted + ": after the '@' is no revision",
                    "A revision is a branch, a tag or a commit hash, as in org/name@main.");
    return id;
}

std::string repository_folder(const std::string& cache_folder, const std::string& repository) {
    std::string name(folder_prefix);
    for (const char c : repository) name += c == '/' ? std::string(separator) : std::string(1, c);
    return (fs::path(cache_folder) / name).string();
}

HubSnapshot find_snapshot(const std::string& repository_folder, const HubId& id) {
    const std::string fetch = "To fetch it again: " + fetch_command(id);
    return with_hint(fetch.c_str(), [&] {
        const std::string wanted = id.revision.empty() ? "main" : id.revision;
        if (const auto commit = read_reference(repository_folder, wanted))
            return snapshot_of(repository_folder, *commit, id);
        return id.revision.empty() ? newest_snapshot(repository_folder, id)
                                   : snapshot_by_hash(repository_folder, id);
    });
}

std::vector<CachedRepository> cached_repositories() {
    std::vector<CachedRepository> all;
    for (const std::string& cache : hub_cache_folders()) {
        const auto first = static_cast<std::ptrdiff_t>(all.size());
        std::error_code error, ignored;
        for (fs::directory_iterator entry(cache, error), end; !error && entry != end;
             entry.increment(error)) {
            std::string name = entry->path().filename().string();
            if (!name.starts_with(folder_prefix) || !entry->is_directory(ignored)) continue;
            name.erase(0, folder_prefix.size());
            if (const size_t at = name.find(separator); at != std::string::npos)
                name.replace(at, separator.size(), "/");
            all.push_back({name, entry->path().string()});
        }
        std::sort(all.begin() + first, all.end(),
                  [](const CachedRepository& a, const CachedRepository& b) { return a.id < b.id; });
    }
    return all;
}

std::string fetch_command(const HubId& id) {
    return "hf download " + id.repository +
           (id.revision.empty() ? "" : " --revision " + shell_word(id.revision));
}

SnapshotPath parse_snapshot_path(const std::string& folder) {
    fs::path path = fs::path(folder).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    std::string name = path.parent_path().parent_path().filename().string();
    if (path.parent_path().filename() != "snapshots" || !is_commit(path.filename().string()) ||
        !name.starts_with(folder_prefix))
        return {};
    name.erase(0, folder_prefix.size());
    if (const size_t at = name.find(separator); at != std::string::npos)
        name.replace(at, separator.size(), "/");
    return {name, path.filename().string()};
}

}  // namespace weft
