#include "analysis/family/config_reader.h"

#include <nlohmann/json.hpp>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr int64_t largest_size = 1 << 24;

}  // namespace

bool ConfigReader::has(const char* key) const {
    return find_member(json_, key) != nullptr;
}

bool ConfigReader::is_null(const char* key) const {
    const auto member = json_.find(key);
    return member != json_.end() && member->is_null();
}

bool ConfigReader::is_empty(const char* key) const {
    const Json* value = find_member(json_, key);
    return value == nullptr || ((value->is_array() || value->is_object()) && value->empty());
}

int64_t ConfigReader::size(const char* key) const {
    return required_int(json_, key, 1, largest_size, source_);
}

int64_t ConfigReader::size(const char* key, int64_t fallback) const {
    return optional_int(json_, key, fallback, 1, largest_size, source_);
}

int64_t ConfigReader::integer(const char* key, int64_t fallback, int64_t min, int64_t max) const {
    return optional_int(json_, key, fallback, min, max, source_);
}

double ConfigReader::number(const char* key, double fallback, double min, double max) const {
    return optional_double(json_, key, fallback, min, max, source_);
}

bool ConfigReader::flag(const char* key, bool fallback) const {
    return optional_bool(json_, key, fallback, source_);
}

std::string ConfigReader::text(const char* key, const std::string& fallback) const {
    return optional_string(json_, key, fallback, source_);
}

std::vector<std::string> ConfigReader::texts(const char* key) const {
    std::vector<std::string> list;
    const Json* value = find_member(json_, key);
    if (value == nullptr) return list;
    if (!value->is_array())
        throw Error("\"" + source_ + "\": \"" + key + "\" is " + json_excerpt(*value) +
                    ", expected a list of strings");
    for (const Json& item : *value) {
        if (!item.is_string())
            throw Error("\"" + source_ + "\": \"" + key + "\" holds " + json_excerpt(item) +
                        ", expected strings");
        list.push_back(item.get<std::string>());
    }
    return list;
}

std::vector<int64_t> ConfigReader::integers(const char* key) const {
    std::vector<int64_t> list;
    const Json* value = find_member(json_, key);
    if (value == nullptr) return list;
    const Json items = value->is_array() ? *value : Json::array({*value});
    for (const Json& item : items)
        list.push_back(required_int(Json{{key, item}}, key, 0, largest_size, source_));
    return list;
}

std::vector<std::string> ConfigReader::labels() const {
    std::vector<std::string> list;
    const Json* value = find_member(json_, "id2label");
    if (value == nullptr) return list;
    if (!value->is_object())
        throw Error("\"" + source_ + "\": \"id2label\" is " + json_excerpt(*value) + ", expected an object");
    list.resize(value->size());
    for (size_t i = 0; i < list.size(); ++i) {
        const Json* label = find_member(*value, std::to_string(i).c_str());
        if (label == nullptr || !label->is_string())
            throw Error("\"" + source_ + "\": \"id2label\" has " + std::to_string(list.size()) +
                        " labels, but none for \"" + std::to_string(i) + "\"");
        list[i] = label->get<std::string>();
    }
    return list;
}

ConfigReader ConfigReader::object(const char* key) const {
    const Json* value = find_member(json_, key);
    if (value == nullptr || !value->is_object())
        throw Error("\"" + source_ + "\": \"" + key + "\" is " +
                    (value == nullptr ? "missing" : json_excerpt(*value) + ", expected an object"));
    return {*value, source_};
}

ConfigReader ConfigReader::object_or_empty(const char* key) const {
    static const Json empty = Json::object();
    return has(key) ? object(key) : ConfigReader(empty, source_);
}

std::array<int64_t, 2> ConfigReader::extent(const char* key, int64_t fallback) const {
    const Json* value = find_member(json_, key);
    if (value == nullptr) return {fallback, fallback};
    const std::vector<int64_t> list = integers(key);
    if (list.empty() || list.size() > 2 || list.front() < 1 || list.back() < 1)
        throw Error("\"" + source_ + "\": \"" + key + "\" is " + json_excerpt(*value) +
                    ", expected a positive number, or height and width");
    return {list.front(), list.back()};
}

Activation ConfigReader::activation(const char* key, const std::string& fallback) const {
    return activation_named(key, text(key, fallback));
}

Activation ConfigReader::activation_named(const char* key, const std::string& name) const {
    if (name == "gelu" || name == "gelu_python") return Activation::gelu_erf;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast")
        return Activation::gelu_tanh;
    if (name == "quick_gelu") return Activation::quick_gelu;
    if (name == "relu") return Activation::relu;
    if (name == "silu" || name == "swish") return Activation::silu;
    if (name == "tanh") return Activation::tanh;
    refuse(key,
           "Supported: gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, quick_gelu, relu, silu, swish, tanh.");
}

void ConfigReader::refuse(const char* key, const std::string& hint) const {
    const Json* value = find_member(json_, key);
    throw Error("\"" + source_ + "\": \"" + key + "\" is " + (value ? json_excerpt(*value) : "missing") +
                    ", which is not supported",
                hint);
}

void ConfigReader::expect_flag(const char* key, bool expected, const std::string& hint) const {
    if (flag(key, expected) != expected) refuse(key, hint);
}

void ConfigReader::expect_text(const char* key, const std::string& expected, const std::string& hint) const {
    if (text(key, expected) != expected) refuse(key, hint);
}

void ConfigReader::expect_empty(const char* key, const std::string& hint) const {
    if (!is_empty(key)) refuse(key, hint);
}

void ConfigReader::check_multiple(const char* key_a, int64_t a, const char* key_b, int64_t b) const {
    if (a % b != 0)
        throw Error("\"" + source_ + "\": \"" + key_a + "\" is " + std::to_string(a) +
                    ", not a multiple of \"" + key_b + "\" " + std::to_string(b));
}

}  // namespace weft
