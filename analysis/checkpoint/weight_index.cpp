#include "analysis/checkpoint/weight_index.h"

#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

constexpr size_t max_shards = 4096;  // the largest published checkpoints have some 200

std::string checked_shard(const Json& value, const std::string& tensor, const std::string& source) {
    const std::string what =
        "\"" + source + "\": the shard of \"" + tensor.substr(0, 120) + "\" is " + json_excerpt(value);
    if (!value.is_string()) throw Error(what + ", expected a file's name");
    const std::string name = value.get<std::string>();
    for (const char c : name)
        if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            throw Error(what + ", which is no plain file name", "Shards lie in the index's own folder.");
    constexpr std::string_view suffix = ".safetensors";
    if (name.ends_with(".bin"))
        throw Error(what + ", a pickle, which can run any code as it is read",
                    "Save the model with transformers: save_pretrained(FOLDER) writes .safetensors files.");
    if (!name.ends_with(suffix) || name.size() == suffix.size() || name.size() > 255)
        throw Error(what + ", expected the name of a .safetensors file");
    return name;
}

}  // namespace

WeightIndex parse_weight_index(std::string_view json_text, const std::string& source) {
    const Json json = parse_json(json_text, source, {max_index_bytes, 16});
    if (!json.is_object()) throw Error("\"" + source + "\" is not an object");
    const Json* map = find_member(json, "weight_map");
    if (map == nullptr || !map->is_object())
        throw Error("\"" + source + "\": \"weight_map\" is missing or not an object");
    if (map->empty()) throw Error("\"" + source + "\": \"weight_map\" is empty");

    WeightIndex index;
    std::map<std::string, size_t> known;
    for (const auto& [tensor, value] : map->items()) {
        known.emplace(checked_shard(value, tensor, source), 0);
        if (known.size() > max_shards)
            throw Error("\"" + source + "\" names more than " + std::to_string(max_shards) + " shards");
    }
    for (auto& [name, position] : known) {
        position = index.shards.size();
        index.shards.push_back(name);
    }
    for (const auto& [tensor, value] : map->items())
        index.shard_of.emplace(tensor, known.at(value.get_ref<const std::string&>()));
    return index;
}

}  // namespace weft
