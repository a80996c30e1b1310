// Which tokens play a part of their own, and what the model takes beside ids.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {
namespace {

struct Role {
    const char* key;
    std::optional<int32_t> TokenizerRoles::*id;
    std::vector<const char*> usual;  // names, tried in order where no file says
};

const std::vector<Role>& all_roles() {
    static const std::vector<Role> roles = {
        {"cls_token", &TokenizerRoles::cls, {"[CLS]"}},
        {"sep_token", &TokenizerRoles::sep, {"[SEP]"}},
        {"mask_token", &TokenizerRoles::mask, {"[MASK]", "<mask>"}},
        {"pad_token", &TokenizerRoles::pad, {"[PAD]", "<pad>"}},
        {"unk_token", &TokenizerRoles::unk, {"[UNK]", "<unk>"}},
        {"bos_token", &TokenizerRoles::bos, {"<s>", "<bos>", "<|begin_of_text|>", "<|endoftext|>"}},
        {"eos_token", &TokenizerRoles::eos, {"</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>"}},
    };
    return roles;
}

// A string, or an object with "content".
std::optional<std::string> token_named(const Json& json, const char* key, const std::string& source) {
    const Json* value = find_member(json, key);
    if (value == nullptr) return std::nullopt;
    return value->is_object() ? required_string(*value, "content", source)
                              : required_string(json, key, source);
}

// Classes whose tokenizers give the model token type ids where "model_input_names" does not say.
bool class_makes_token_types(const std::string& name) {
    static const char* const starts[] = {"BertTokenizer", "BertJapanese", "ConvBert",   "Deberta",
                                         "Electra",       "MobileBert",   "SqueezeBert"};
    return std::any_of(std::begin(starts), std::end(starts),
                       [&](const char* start) { return name.starts_with(start); });
}

bool file_makes_token_types(const Json& json, const std::string& source) {
    if (const Json* names = find_member(json, "model_input_names"); names != nullptr && names->is_array())
        return std::find(names->begin(), names->end(), Json("token_type_ids")) != names->end();
    const std::string name = optional_string(json, "tokenizer_class", "", source);
    return name.empty() || class_makes_token_types(name);
}

}  // namespace

void read_roles(const std::string& folder, Tokenizer::Parts& parts) {
    const std::filesystem::path root(folder);
    std::vector<std::pair<Json, std::string>> files;
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
        std::error_code ignored;
        const std::string path = (root / name).string();
        if (std::filesystem::exists(path, ignored)) files.emplace_back(read_json_file(path), path);
    }
    for (const auto& [json, path] : files)
        if (path.ends_with("tokenizer_config.json"))
            parts.makes_token_types = file_makes_token_types(json, path);
    for (const Role& role : all_roles()) {
        for (const auto& [json, path] : files)
            if (!(parts.roles.*role.id))
                if (const auto token = token_named(json, role.key, path))
                    parts.roles.*role.id = parts.token_id(*token);
        for (const char* name : role.usual)
            if (!(parts.roles.*role.id)) parts.roles.*role.id = parts.token_id(name);
    }
}

}  // namespace weft
