// The cache that Hugging Face's tools keep on this machine: CACHE/models--ORG--NAME/ with refs/BRANCH (a file
// that holds a commit hash) and snapshots/HASH/ (the files, mostly links into blobs/). Only read, never
// fetched into. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct HubId {
    std::string repository;  // "org/name", or an old "name"
    std::string revision;    // branch, tag, commit hash, also a short one; empty: main
};

struct HubSnapshot {
    std::string folder;
    std::string commit;  // 40 hex digits, or 64
    std::string note;    // what was decided for the user, or empty
};

struct CachedRepository {
    std::string id;      // "org/name"
    std::string folder;  // models--org--name
};

// Where the tools put models, searched in this order: HF_HUB_CACHE or its old name HUGGINGFACE_HUB_CACHE,
// else HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub; then what
// transformers 4 prefers to that: TRANSFORMERS_CACHE or its old names PYTORCH_TRANSFORMERS_CACHE and
// PYTORCH_PRETRAINED_BERT_CACHE. "~" and "$NAME" are expanded as the tools do; an empty variable is unset.
std::vector<std::string> hub_cache_folders();

// "org/name", "name", each with an optional "@revision". Throws weft::Error if it is none.
HubId parse_hub_id(std::string_view text);

// `repository_folder` is models--org--name. The revision is looked up among the refs, then as a commit hash
// or the start of one. Without revision: refs/main, else the newest snapshot, which `note` says. Throws
// weft::Error with the command that would fetch it.
HubSnapshot find_snapshot(const std::string& repository_folder, const HubId& id);

// In all cache folders, sorted by id within each.
std::vector<CachedRepository> cached_repositories();

// Where the repository would lie in a cache folder.
std::string repository_folder(const std::string& cache_folder, const std::string& repository);

std::string fetch_command(const HubId& id);  // "hf download org/name --revision v1"

// A path that ends in models--org--name/snapshots/HASH; both empty for any other.
struct SnapshotPath {
    std::string repository, commit;
};
SnapshotPath parse_snapshot_path(const std::string& folder);

}  // namespace weft
