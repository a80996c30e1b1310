#include "analysis/tokenizer/older_settings.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"

namespace weft {
namespace {

// In the order of transformers' own list.
constexpr const char* named_keys[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                      "pad_token", "cls_token", "mask_token"};

struct RegisteredClass {
    const char* model_type;
    const char* tokenizer_class;
};
// For a folder whose files name no class. TokenizersBackend is transformers' name for no class of its own.
constexpr RegisteredClass registered_classes[] = {
    {"albert", "AlbertTokenizer"},
    {"bart", "RobertaTokenizer"},
    {"bert", "BertTokenizer"},
    {"camembert", "CamembertTokenizer"},
    {"distilbert", "BertTokenizer"},
    {"electra", "BertTokenizer"},
    {"gemma", "GemmaTokenizer"},
    {"gemma2", "GemmaTokenizer"},
    {"gpt2", "GPT2Tokenizer"},
    {"gpt_neox", "GPTNeoXTokenizer"},
    {"llama", "LlamaTokenizer"},
    {"m2m_100", "M2M100Tokenizer"},
    {"marian", "MarianTokenizer"},
    {"mbart", "MBartTokenizer"},
    {"mistral", "TokenizersBackend"},
    {"mpnet", "MPNetTokenizer"},
    {"mt5", "T5Tokenizer"},
    {"pegasus", "PegasusTokenizer"},
    {"qwen2", "Qwen2Tokenizer"},
    {"qwen3", "Qwen2Tokenizer"},
    {"roberta", "RobertaTokenizer"},
    {"t5", "T5Tokenizer"},
    {"xlm-roberta", "XLMRobertaTokenizer"},
};

struct SameClass {
    const char* name;
    const char* as;
};
constexpr SameClass same_classes[] = {
    {"BartTokenizer", "RobertaTokenizer"},        {"DistilBertTokenizer", "BertTokenizer"},
    {"ElectraTokenizer", "BertTokenizer"},        {"MT5Tokenizer", "T5Tokenizer"},
    {"PreTrainedTokenizer", "TokenizersBackend"}, {"PythonBackend", "TokenizersBackend"},
};

std::string without_fast(std::string name) {
    if (name.ends_with("Fast")) name.resize(name.size() - 4);
    return name;
}

Json read_if_there(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) ? read_json_file(path) : Json::object();
}

// A string, or an object with "content" and flags.
AddedToken read_token(const Json& value, bool special, const std::string& key, const std::string& source) {
    if (value.is_string()) return special_token(value.get<std::string>());
    if (!value.is_object())
        throw Error("\"" + source + "\": \"" + key.substr(0, 80) + "\" is " + json_excerpt(value) +
                    ", expected a token");
    AddedToken token;
    token.content = required_string(value, "content", source);
    token.special = optional_bool(value, "special", special, source) || special;
    token.normalized = optional_bool(value, "normalized", !token.special, source);
    token.single_word = optional_bool(value, "single_word", false, source);
    token.lstrip = optional_bool(value, "lstrip", false, source);
    token.rstrip = optional_bool(value, "rstrip", false, source);
    return token;
}

std::vector<AddedToken> read_special_tokens(const Json& list, const std::string& key,
                                            const std::string& source) {
    std::vector<AddedToken> tokens;
    for (const Json& item : list) tokens.push_back(read_token(item, true, key, source));
    return tokens;
}

int32_t id_from_key(const std::string& key, const std::string& source) {
    int64_t id = 0;
    for (const char digit : key) {
        if (digit < '0' || digit > '9' || id > max_token_id)
            throw Error("\"" + source + "\": \"" + key.substr(0, 80) + "\" is not a token id");
        id = id * 10 + (digit - '0');
    }
    if (key.empty() || id > max_token_id)
        throw Error("\"" + source + "\": \"" + key.substr(0, 80) + "\" is not a token id");
    return static_cast<int32_t>(id);
}

}  // namespace

AddedToken special_token(std::string content, bool lstrip) {
    AddedToken token;
    token.content = std::move(content);
    token.special = true;
    token.lstrip = lstrip;
    return token;
}

const AddedToken* NamedTokens::find(std::string_view key) const {
    for (const Named& named : all)
        if (named.token && key == named.key) return &*named.token;
    return nullptr;
}

const AddedToken& NamedTokens::required(std::string_view key, const std::string& source) const {
    const AddedToken* token = find(key);
    if (token == nullptr)
        throw Error("\"" + source + "\": \"" + std::string(key) + "\" is null, this tokenizer needs one");
    return *token;
}

OlderSettings::OlderSettings(const std::string& folder) : folder_(folder) {
    source_ = path("tokenizer_config.json");
    config_ = read_if_there(source_);
    model_config_ = read_if_there(path("config.json"));
    if (!config_.is_object()) throw Error("\"" + source_ + "\" is not an object");

    if (flag("split_special_tokens", false))
        throw Error("\"" + source_ + "\": \"split_special_tokens\" is true, which is not supported");
    const Json* extra = find_member(config_, "extra_special_tokens");
    if (extra == nullptr || extra->empty()) extra = find_member(config_, "additional_special_tokens");
    // Named with null it still means that there are none.
    if (config_.contains("extra_special_tokens") || config_.contains("additional_special_tokens"))
        extra_.emplace();
    if (extra != nullptr && extra->is_array())
        extra_ = read_special_tokens(*extra, "additional_special_tokens", source_);
    else if (extra != nullptr && !extra->empty())
        throw Error("\"" + source_ + "\": special tokens that are " + json_excerpt(*extra) +
                    " and not a list are not supported");

    if (const Json* decoder = find_member(config_, "added_tokens_decoder")) {
        read_declared(*decoder);
        return;
    }
    if (has_file("special_tokens_map.json")) read_special_tokens_map(path("special_tokens_map.json"));
    if (has_file("added_tokens.json")) read_added_tokens_file(path("added_tokens.json"));
}

bool OlderSettings::has_file(const std::string& file) const {
    std::error_code ignored;
    return std::filesystem::exists(path(file), ignored);
}

std::string OlderSettings::required_file(const std::string& file, const std::string& needed_by) const {
    if (!has_file(file))
        throw Error("model folder \"" + folder_ + "\" has no \"" + file + "\", which " + needed_by + " needs",
                    "Fetch it from the model's source, or a tokenizer.json in its place.");
    return path(file);
}

std::optional<bool> OlderSettings::flag(const char* key) const {
    if (!has(key)) return std::nullopt;
    return flag(key, false);
}

std::string OlderSettings::tokenizer_class() const {
    const std::string model_path = path("config.json");
    const std::string model_type = optional_string(model_config_, "model_type", "", model_path);
    std::string named = optional_string(config_, "tokenizer_class", "", source_);
    if (named.empty()) named = optional_string(model_config_, "tokenizer_class", "", model_path);
    named = without_fast(std::move(named));
    const auto registered =
        std::find_if(std::begin(registered_classes), std::end(registered_classes),
                     [&](const RegisteredClass& entry) { return model_type == entry.model_type; });
    const bool is_registered = registered != std::end(registered_classes);
    if (named.empty() && !is_registered && has_file("vocab.txt")) return "BertTokenizer";
    if (named.empty() && !is_registered)
        throw Error("model folder \"" + folder_ + "\" does not say what its tokenizer is: neither " +
                        "\"tokenizer_class\" nor a \"model_type\" that Weft knows",
                    "A tokenizer.json says all; transformers writes one with save_pretrained.");
    // transformers takes its own class where a published file is known to name a wrong one.
    const bool own_class =
        is_registered && (named.empty() || model_type == "qwen2" ||
                          std::string_view(registered->tokenizer_class) == "TokenizersBackend");
    std::string name = own_class ? registered->tokenizer_class : named;
    for (const SameClass& same : same_classes)
        if (name == same.name) name = same.as;
    return name;
}

void OlderSettings::read_declared(const Json& decoder) {
    if (!decoder.is_object())
        throw Error("\"" + source_ + "\": \"added_tokens_decoder\" is " + json_excerpt(decoder) +
                    ", expected an object");
    for (const auto& [key, item] : decoder.items()) {
        AddedToken token = read_token(item, false, key, source_);
        token.id = id_from_key(key, source_);
        declared_.push_back(std::move(token));
    }
    std::stable_sort(declared_.begin(), declared_.end(),
                     [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

// Wins over tokenizer_config.json, as long as that one declares no added tokens.
void OlderSettings::read_special_tokens_map(const std::string& path) {
    const Json map = read_json_file(path);
    if (!map.is_object()) throw Error("\"" + path + "\" is not an object");
    for (const auto& [key, value] : map.items()) {
        if (key == "additional_special_tokens" && value.is_array()) {
            additional_ = read_special_tokens(value, key, path);
        } else if (key == "extra_special_tokens" && value.is_array()) {
            extra_ = read_special_tokens(value, key, path);
        } else if (key.ends_with("_token")) {
            config_[key] = value;
        }
    }
}

void OlderSettings::read_added_tokens_file(const std::string& path) {
    const Json map = read_json_file(path);
    if (!map.is_object()) throw Error("\"" + path + "\" is not an object");
    for (const auto& [content, unused] : map.items()) {
        AddedToken token;
        token.content = content;
        token.id = static_cast<int32_t>(required_int(map, content.c_str(), 0, max_token_id, path));
        for (const char* key : named_keys)
            if (const Json* value = find_member(config_, key))
                token.special = token.special || read_token(*value, true, key, source_).content == content;
        if (extra_)
            for (const AddedToken& extra : *extra_) token.special = token.special || extra.content == content;
        token.normalized = !token.special;
        declared_.push_back(std::move(token));
    }
    std::stable_sort(declared_.begin(), declared_.end(),
                     [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

NamedTokens OlderSettings::named_tokens(const std::vector<NamedDefault>& defaults) const {
    NamedTokens tokens;
    for (const char* key : named_keys) {
        NamedTokens::Named named{key, std::nullopt};
        const auto by_default =
            std::find_if(defaults.begin(), defaults.end(),
                         [&](const NamedDefault& entry) { return std::string_view(entry.key) == key; });
        const bool lstrip = by_default != defaults.end() && by_default->lstrip;
        if (config_.contains(key)) {
            if (const Json& value = config_[key]; value.is_string())
                named.token = special_token(value.get<std::string>(), lstrip);
            else if (!value.is_null())
                named.token = read_token(value, true, key, source_);
            if (named.token) {
                for (const AddedToken& declared : declared_)
                    if (declared.content == named.token->content) named.token = declared;
                named.token->special = true;
            }
        } else if (by_default != defaults.end() && by_default->content != nullptr) {
            named.token = special_token(by_default->content, lstrip);
        }
        tokens.all.push_back(std::move(named));
    }
    // A model may have tokens of its own under further keys.
    for (const auto& [key, value] : config_.items()) {
        const bool is_known = std::any_of(std::begin(named_keys), std::end(named_keys),
                                          [&](const char* known) { return key == known; });
        if (!is_known && key.ends_with("_token") && value.is_string())
            tokens.all.push_back({key, special_token(value.get<std::string>())});
    }
    return tokens;
}

void OlderSettings::add_tokens(const NamedTokens& named, const std::vector<AddedToken>& extra,
                               int64_t next_id, Tokenizer::Parts& parts) const {
    const auto add = [&](AddedToken token) {
        if (token.content.empty()) return;
        for (const AddedToken& other : parts.added_tokens)
            if (other.content == token.content) return;
        const std::optional<int32_t> known = parts.vocabulary.find(token.content);
        if (!known && next_id > max_token_id)
            throw Error("\"" + source_ + "\": no id is left for added token \"" +
                        token.content.substr(0, 80) + "\"");
        token.id = known ? *known : static_cast<int32_t>(next_id++);
        parts.added_tokens.push_back(std::move(token));
    };
    for (AddedToken token : declared_) {
        for (const NamedTokens::Named& other : named.all)
            token.special = token.special || (other.token && other.token->content == token.content);
        add(std::move(token));
    }
    for (const NamedTokens::Named& token : named.all)
        if (token.token) add(*token.token);
    for (const AddedToken& token : extra_ ? *extra_ : extra) add(token);
}

void finish_older(const OlderSettings& settings, const NamedTokens& named, bool makes_token_types,
                  Tokenizer::Parts& parts) {
    parts.finish(settings.source());
    const auto id = [&](const char* key) -> std::optional<int32_t> {
        const AddedToken* token = named.find(key);
        return token == nullptr ? std::nullopt : parts.token_id(token->content);
    };
    parts.roles = {id("cls_token"), id("sep_token"), id("mask_token"), id("pad_token"),
                   id("unk_token"), id("bos_token"), id("eos_token")};
    parts.makes_token_types = makes_token_types;
}

}  // namespace weft
