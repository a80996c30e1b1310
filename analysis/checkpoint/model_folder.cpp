#include "analysis/checkpoint/model_folder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "analysis/checkpoint/hub_cache.h"
#include "analysis/checkpoint/weight_index.h"
#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

const char* const default_repository = "sentence-transformers/all-MiniLM-L6-v2";

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_folder(const fs::path& path) {
    std::error_code error;
    const bool folder = fs::is_directory(path, error);
    if (error == std::errc::permission_denied)
        throw Error("cannot read \"" + path.string() + "\": " + error.message(), "Change its permissions.");
    return folder;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

// A name must not lead out of the models folder.
bool stays_below(const std::string& name) {
    const fs::path path(name);
    return !name.empty() && !path.is_absolute() &&
           std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

enum class Presence { there, broken_link, nothing };

Presence presence(const fs::path& path) {
    std::error_code ignored;
    if (fs::exists(path, ignored)) return Presence::there;
    return fs::exists(fs::symlink_status(path, ignored)) ? Presence::broken_link : Presence::nothing;
}

std::string with_reason(const std::string& name, Presence found) {
    return found == Presence::broken_link ? name + " (a link to nowhere)" : name;
}

std::vector<std::string> missing_shards(const fs::path& folder, const fs::path& index_path) {
    std::vector<std::string> missing;
    try {
        const std::string source = index_path.string();
        for (const std::string& shard :
             parse_weight_index(read_text_file(source, max_index_bytes), source).shards)
            if (const Presence found = presence(folder / shard); found != Presence::there)
                missing.push_back(with_reason(shard, found));
    } catch (const Error&) {
        // Checkpoint::open says what is wrong with the index.
    }
    return missing;
}

// Weights that are there but not read are Checkpoint::open's to refuse, with the way to convert them.
bool has_other_weights(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string suffix = entry->path().extension().string();
        for (const char* other : {".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack"})
            if (suffix == other) return true;
    }
    return false;
}

void add_missing_weights(const fs::path& folder, std::vector<std::string>& missing) {
    const Presence single = presence(folder / "model.safetensors");
    if (single == Presence::there) return;
    const fs::path index = folder / "model.safetensors.index.json";
    if (single == Presence::nothing && presence(index) == Presence::there) {
        for (std::string& shard : missing_shards(folder, index)) missing.push_back(std::move(shard));
        return;
    }
    if (single == Presence::broken_link || !has_other_weights(folder))
        missing.push_back(with_reason("model.safetensors", single));
}

void add_missing_inputs(const fs::path& folder, std::vector<std::string>& missing) {
    bool broken = false;
    for (const char* name : {"tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "tokenizer.model",
                             "sentencepiece.bpe.model", "source.spm", "preprocessor_config.json"}) {
        const Presence found = presence(folder / name);
        if (found == Presence::there) return;
        if (found == Presence::nothing) continue;
        missing.push_back(with_reason(name, found));
        broken = true;
    }
    if (!broken) missing.push_back("tokenizer.json, vocab.txt or another tokenizer's file");
}

// Looks through all cache folders; the first reason stays if none has it.
std::optional<HubSnapshot> cached_snapshot(const HubId& id) {
    std::optional<Error> refusal;
    for (const std::string& cache : hub_cache_folders()) {
        const std::string repository = repository_folder(cache, id.repository);
        if (!is_folder(repository)) continue;
        try {
            return find_snapshot(repository, id);
        } catch (const Error& error) {
            if (!refusal) refusal = error;
        }
    }
    if (refusal) throw *refusal;
    return std::nullopt;
}

std::string what_is_there() {
    const std::vector<std::string> names = list_models();
    std::string text = "In \"" + models_folder() + "\": ";
    text += names.empty() ? "no model; scripts/run fetches " + std::string(default_model) : joined(names);
    std::vector<std::string> cached;
    for (const CachedRepository& repository : cached_repositories()) cached.push_back(repository.id);
    if (cached.size() > 20) {
        cached.resize(20);
        cached.emplace_back("...");
    }
    if (!cached.empty()) text += ". In the Hugging Face cache: " + joined(cached);
    return text + ". A folder's path works as well.";
}

ModelFolder resolve_cached(const std::string& model, ModelFiles needed) {
    HubId id;
    try {
        id = parse_hub_id(model);
    } catch (const Error& error) {
        throw Error("there is no model \"" + model.substr(0, 200) + "\"",
                    what_is_there() + (model.find('@') == std::string::npos ? "" : " " + error.hint()));
    }
    const std::optional<HubSnapshot> snapshot = cached_snapshot(id);
    if (!snapshot)
        throw Error("there is no model \"" + model + "\"",
                    "To fetch it from Hugging Face: " + fetch_command(id) + "  " + what_is_there());
    const std::vector<std::string> missing = missing_files(snapshot->folder, needed);
    if (!missing.empty())
        throw Error(
            "\"" + model + "\" is in the cache, but \"" + snapshot->folder + "\" lacks " + joined(missing),
            "To fetch the rest: " + fetch_command({id.repository, snapshot->commit}));
    return {snapshot->folder, id.repository, snapshot->commit, snapshot->note};
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

std::vector<std::string> missing_files(const std::string& folder, ModelFiles needed) {
    std::vector<std::string> missing;
    if (const Presence found = presence(fs::path(folder) / "config.json"); found != Presence::there)
        missing.push_back(with_reason("config.json", found));
    if (needed == ModelFiles::all) add_missing_weights(folder, missing);
    if (needed != ModelFiles::config) add_missing_inputs(folder, missing);
    return missing;
}

ModelFolder describe_model_folder(const std::string& folder) {
    const SnapshotPath snapshot = parse_snapshot_path(folder);
    if (!snapshot.commit.empty()) return {folder, snapshot.repository, snapshot.commit, {}};
    fs::path path = fs::path(folder).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    std::string name = path.filename().string();
    if (!error && (name == "." || name == "..")) name = real.filename().string();
    return {folder, name, error ? "" : parse_snapshot_path(real.string()).commit, {}};
}

ModelFolder resolve_model(const std::string& model, ModelFiles needed) {
    const std::string wanted = model.empty() ? default_model : model;
    if (!model.empty() && is_folder(wanted)) return describe_model_folder(wanted);
    const fs::path below = fs::path(models_folder()) / wanted;
    if (stays_below(wanted) && is_folder(below)) return describe_model_folder(below.string());
    if (model.empty() && !cached_snapshot({default_repository, {}}))
        throw Error("there is no model \"" + wanted + "\"", "scripts/run fetches it. " + what_is_there());
    return resolve_cached(model.empty() ? default_repository : wanted, needed);
}

std::string resolve_model_folder(const std::string& model) {
    return resolve_model(model).folder;
}

}  // namespace weft
