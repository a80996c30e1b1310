// What `--model` means. Models lie in ${XDG_DATA_HOME:-~/.local/share}/weft/models/NAME, in the cache of
// Hugging Face's tools (hub_cache.h), or in any folder. Any thread.
#pragma once

#include <string>
#include <vector>

namespace weft {

inline constexpr const char* default_model = "all-MiniLM-L6-v2";

// WEFT_MODELS if that is set, else the data folder's models/.
std::string models_folder();

// Names of the folders there that have a config.json, sorted.
std::vector<std::string> list_models();

struct ModelFolder {
    std::string folder;
    std::string name;      // "org/name" of a cached snapshot, else the folder's last part
    std::string revision;  // the snapshot's commit hash, else empty
    std::string note;      // what was decided for the user ("took its newest snapshot ..."), or empty
};

// What of a cached snapshot must be there: a program may have fetched the tokenizer alone.
enum class ModelFiles { config, tokenizer, all };

// `model` is, in this order: a folder; the name of one below models_folder(); a Hugging Face id with or
// without "@revision" that is in the cache; empty: the default model, installed or cached. Throws
// weft::Error: the hint lists what is there and says how to fetch what isn't, or which files a snapshot
// lacks.
ModelFolder resolve_model(const std::string& model, ModelFiles needed = ModelFiles::all);

// Name and revision from a folder's path alone: a snapshot of the cache has them in it.
ModelFolder describe_model_folder(const std::string& folder);

// resolve_model(model).folder
std::string resolve_model_folder(const std::string& model);

// Files that a model needs and the folder lacks, each with the reason in words: "config.json",
// "model-2.safetensors (a link to nowhere)". Reads an index of shards, otherwise names only.
std::vector<std::string> missing_files(const std::string& folder, ModelFiles needed);

}  // namespace weft
