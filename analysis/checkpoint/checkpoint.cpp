#include "analysis/checkpoint/checkpoint.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <utility>

#include "analysis/checkpoint/other_weights.h"
#include "analysis/checkpoint/weight_index.h"
#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {

struct Checkpoint::Files {
    struct Place {
        const SafetensorsTensor* tensor;
        size_t file;
    };
    std::string path;
    std::vector<Safetensors> files;
    std::vector<Place> by_name;  // sorted

    const Place* find(std::string_view name) const {
        const auto found =
            std::lower_bound(by_name.begin(), by_name.end(), name,
                             [](const Place& place, std::string_view n) { return place.tensor->name < n; });
        return found == by_name.end() || found->tensor->name != name ? nullptr : &*found;
    }
};

namespace {

namespace fs = std::filesystem;

const char* const fetch_again = "Copy the model folder again from its source, complete and unchanged.";
constexpr size_t listed_names = 20;

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (size_t i = 0; i < names.size() && i < listed_names; ++i)
        text += (i == 0 ? "\"" : ", \"") + names[i].substr(0, 120) + "\"";
    if (names.size() > listed_names) text += " and " + std::to_string(names.size() - listed_names) + " more";
    return text;
}

// Something of this name is there, be it a link to nowhere.
bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

void refuse_broken_link(const fs::path& path) {
    std::error_code error, ignored;
    if (!fs::is_symlink(fs::symlink_status(path, ignored)) || fs::exists(path, error)) return;
    throw Error("\"" + path.string() + "\" is a link to \"" + fs::read_symlink(path, ignored).string() +
                    "\", which " + (error ? "can't be followed: " + error.message() : "is not there"),
                "An interrupted or cleaned download leaves such links: fetch the model again.");
}

// Git without its LFS extension puts a text of three lines where the file should be.
void refuse_lfs_pointer(const fs::path& path) {
    constexpr std::string_view start = "version https://git-lfs.github.com/spec/";
    std::array<char, start.size()> bytes{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(bytes.data(), bytes.size())) return;
    if (std::string_view(bytes.data(), bytes.size()) != start) return;
    throw Error("\"" + path.string() + "\" is a Git LFS pointer, not the file itself",
                "In its folder: git lfs pull");
}

Safetensors open_file(const fs::path& path) {
    refuse_broken_link(path);
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) refuse_lfs_pointer(path);
    return Safetensors::open(path.string());
}

void check_shards_are_there(const fs::path& folder, const WeightIndex& index, const std::string& source) {
    std::vector<std::string> missing;
    for (const std::string& shard : index.shards)
        if (!is_there(folder / shard)) missing.push_back(shard);
    if (missing.empty()) return;
    throw Error("\"" + source + "\" names " + std::to_string(index.shards.size()) + " shards, " +
                    std::to_string(missing.size()) + " of them missing: " + listed(missing),
                "Fetch the missing files into the same folder.");
}

std::vector<Safetensors> open_shards(const fs::path& folder, const fs::path& index_path, WeightIndex& index) {
    const std::string source = index_path.string();
    refuse_broken_link(index_path);
    std::error_code ignored;
    if (fs::is_regular_file(index_path, ignored)) refuse_lfs_pointer(index_path);
    index = with_hint(fetch_again,
                      [&] { return parse_weight_index(read_text_file(source, max_index_bytes), source); });
    check_shards_are_there(folder, index, source);
    std::vector<Safetensors> files;
    for (const std::string& shard : index.shards) files.push_back(open_file(folder / shard));

    std::vector<std::string> lacking;
    for (const auto& [name, shard] : index.shard_of)
        if (files[shard].find(name) == nullptr) lacking.push_back(name);
    if (!lacking.empty()) {
        const std::string& shard = index.shards[index.shard_of.at(lacking.front())];
        throw Error("\"" + source + "\" says that tensor \"" + lacking.front().substr(0, 120) +
                        "\" lies in \"" + shard + "\", which lacks it (" + std::to_string(lacking.size()) +
                        " such tensors: " + listed(lacking) + ")",
                    fetch_again);
    }
    return files;
}

}  // namespace

Checkpoint Checkpoint::open(const std::string& folder) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored))
        throw Error("model folder \"" + folder + "\" is missing",
                    "Give a folder in the Hugging Face layout.");
    const fs::path single = fs::path(folder) / "model.safetensors";
    const fs::path index_path = fs::path(folder) / "model.safetensors.index.json";
    auto files = std::make_shared<Files>();
    if (is_there(single)) {
        files->path = single.string();
        files->files.push_back(open_file(single));
    } else if (is_there(index_path)) {
        WeightIndex index;
        files->path = index_path.string();
        files->files = open_shards(folder, index_path, index);
    } else {
        throw no_weights(folder);
    }

    for (size_t i = 0; i < files->files.size(); ++i)
        for (const SafetensorsTensor& tensor : files->files[i].tensors())
            files->by_name.push_back({&tensor, i});
    std::stable_sort(files->by_name.begin(), files->by_name.end(),
                     [](const auto& a, const auto& b) { return a.tensor->name < b.tensor->name; });
    const auto twice =
        std::adjacent_find(files->by_name.begin(), files->by_name.end(),
                           [](const auto& a, const auto& b) { return a.tensor->name == b.tensor->name; });
    if (twice != files->by_name.end())
        throw Error("tensor \"" + twice->tensor->name.substr(0, 120) + "\" is in both \"" +
                        files->files[twice->file].path() + "\" and \"" +
                        files->files[std::next(twice)->file].path() + "\"",
                    fetch_again);

    Checkpoint checkpoint;
    checkpoint.files_ = std::move(files);
    return checkpoint;
}

const SafetensorsTensor* Checkpoint::find(std::string_view name) const {
    const Files::Place* place = files_->find(name);
    return place == nullptr ? nullptr : place->tensor;
}

std::vector<const SafetensorsTensor*> Checkpoint::tensors() const {
    std::vector<const SafetensorsTensor*> all;
    for (const Safetensors& file : files_->files)
        for (const SafetensorsTensor& tensor : file.tensors()) all.push_back(&tensor);
    return all;
}

const std::string& Checkpoint::file_of(const SafetensorsTensor& tensor) const {
    const Files::Place* place = files_->find(tensor.name);
    WEFT_ASSERT(place != nullptr && place->tensor == &tensor,
                "tensor " + tensor.name + " of " + files_->path);
    return files_->files[place->file].path();
}

const std::string& Checkpoint::path() const {
    return files_->path;
}

int64_t Checkpoint::size_bytes() const {
    int64_t sum = 0;
    for (const Safetensors& file : files_->files) sum += file.size_bytes();
    return sum;
}

int64_t Checkpoint::parameters() const {
    int64_t sum = 0;
    for (const Safetensors& file : files_->files)
        for (const SafetensorsTensor& tensor : file.tensors()) sum += tensor.elements;
    return sum;
}

int64_t Checkpoint::conversion_bytes() const {
    int64_t sum = 0;
    for (const Safetensors& file : files_->files)
        for (const SafetensorsTensor& tensor : file.tensors()) {
            const auto address = reinterpret_cast<uintptr_t>(tensor.data.data());
            const bool usable = tensor.dtype == Dtype::f32 && address % alignof(float) == 0;
            if (!usable) sum += tensor.elements * static_cast<int64_t>(sizeof(float));
        }
    return sum;
}

}  // namespace weft
