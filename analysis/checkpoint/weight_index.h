// model.safetensors.index.json: which tensor lies in which shard. Its total_size is not trusted, so it is not
// read. Pure data, any thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

inline constexpr size_t max_index_bytes = 32'000'000;  // the largest published one has 9 MB

struct WeightIndex {
    std::vector<std::string> shards;         // plain file names, each once, sorted
    std::map<std::string, size_t> shard_of;  // tensor name -> index into `shards`
};

// Throws weft::Error: not such an index, no tensors, a shard's name that is no plain name of a .safetensors
// file (a path could leave the folder), too many shards. `source` names the file in errors.
WeightIndex parse_weight_index(std::string_view json_text, const std::string& source);

}  // namespace weft
