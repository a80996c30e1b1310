#include "analysis/json_guard.h"

#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/error.h"

namespace weft {
namespace {

// Builds the tree like nlohmann's own handler, and refuses what that one lets through.
class GuardedBuilder : public nlohmann::json_sax<Json> {
  public:
    GuardedBuilder(const JsonLimits& limits, const JsonIntegerMap* map, std::span<const JsonFlatList> lists)
        : limits_(limits), map_(map), lists_(lists), tracks_keys_(map != nullptr || !lists.empty()) {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override {
        if (list_ != nullptr) return add_to_list(static_cast<double>(value));
        return in_map_ ? add_to_map(value) : add(value);
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (list_ != nullptr) return add_to_list(static_cast<double>(value));
        if (!in_map_) return add(value);
        if (value > static_cast<uint64_t>(INT64_MAX)) return fail("integer out of range");
        return add_to_map(static_cast<int64_t>(value));
    }
    bool number_float(number_float_t value, const string_t& raw) override {
        if (raw.find_first_of(".eE") == std::string::npos)
            return fail("integer " + raw.substr(0, 40) + " is out of range");
        return list_ != nullptr ? add_to_list(value) : add(value);
    }
    bool string(string_t& value) override {
        if (list_ == nullptr) return add(std::move(value));
        next_string().swap(value);
        return in_element_ || close_element();
    }
    bool binary(binary_t&) override { return fail("binary value"); }
    bool start_object(std::size_t) override {
        if (list_ != nullptr) return fail("an object where strings and numbers are expected");
        if (map_ != nullptr && keys_ == map_->path &&
            (in_map_ || open_.empty() || open_.back()->is_object())) {
            if (in_map_) return fail("an object where an integer is expected");
            if (!add(Json::object())) return false;
            in_map_ = true;
            return true;
        }
        return open(Json::object());
    }
    bool key(string_t& value) override {
        if (in_map_) {
            map_key_ = std::move(value);
            return true;
        }
        Json& object = *open_.back();
        if (object.contains(value)) return fail("key \"" + value.substr(0, 80) + "\" appears twice");
        slot_ = &object[value];
        if (tracks_keys_) {
            keys_.resize(object_depth_ - 1);
            keys_.push_back(value);
        }
        return true;
    }
    bool end_object() override {
        if (in_map_) {
            in_map_ = false;
            return true;
        }
        --object_depth_;
        if (tracks_keys_) keys_.resize(object_depth_);
        return close();
    }
    bool start_array(std::size_t) override {
        if (list_ != nullptr) {
            if (in_element_) return fail("a list three deep where strings and numbers are expected");
            in_element_ = true;
            return true;
        }
        if (open_.empty() || !open_.back()->is_object()) return open(Json::array());
        for (const JsonFlatList& list : lists_) {
            if (keys_ != list.path) continue;
            if (!add(Json::array())) return false;
            list_ = &list;
            return true;
        }
        return open(Json::array());
    }
    bool end_array() override {
        if (list_ == nullptr) return close();
        if (in_element_) return close_element();
        list_ = nullptr;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& e) override {
        // nlohmann's text: "[json.exception.parse_error.101] parse error at line 1, column 2: why; last read:
        // '...'"
        const std::string text = e.what();
        const size_t bracket = text.find("] ");
        reason_ = (bracket == std::string::npos ? text : text.substr(bracket + 2)).substr(0, 300) +
                  " (byte " + std::to_string(position) + ")";
        return false;
    }

    Json take() { return std::move(root_); }
    const std::string& reason() const { return reason_; }

  private:
    bool fail(std::string reason) {
        reason_ = std::move(reason);
        return false;
    }
    bool add_to_map(int64_t value) {
        map_->member(std::move(map_key_), value);
        return true;
    }
    bool add_to_list(double value) {
        if (!in_element_) return fail("a number where a string or a list is expected");
        numbers_.push_back(value);
        return true;
    }
    std::string& next_string() {
        if (strings_.size() == strings_used_) strings_.emplace_back();
        return strings_[strings_used_++];
    }
    bool close_element() {
        in_element_ = false;
        strings_.resize(strings_used_);
        list_->element(strings_, numbers_);
        strings_used_ = 0;
        numbers_.clear();
        return true;
    }
    template <class Value>
    bool add(Value&& value) {
        if (list_ != nullptr) return fail("a value that is neither string nor number in a flat list");
        if (in_map_) return fail("\"" + map_key_.substr(0, 80) + "\" is not an integer");
        place(Json(std::forward<Value>(value)));
        return true;
    }
    Json* place(Json&& value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (open_.back()->is_array()) {
            auto& array = open_.back()->get_ref<Json::array_t&>();
            array.push_back(std::move(value));
            return &array.back();
        }
        *slot_ = std::move(value);
        return slot_;
    }
    bool open(Json&& value) {
        if (in_map_) return fail("\"" + map_key_.substr(0, 80) + "\" is not an integer");
        if (open_.size() >= static_cast<size_t>(limits_.max_depth))
            return fail("nested deeper than " + std::to_string(limits_.max_depth));
        if (value.is_object()) ++object_depth_;
        open_.push_back(place(std::move(value)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    const JsonLimits& limits_;
    const JsonIntegerMap* map_;
    const std::span<const JsonFlatList> lists_;
    const bool tracks_keys_;
    const JsonFlatList* list_ = nullptr;  // the one that is being read
    bool in_element_ = false;
    std::vector<std::string> strings_;  // of the element
    size_t strings_used_ = 0;
    std::vector<double> numbers_;
    Json root_;
    std::vector<Json*> open_;        // the open arrays and objects; stays valid: only the innermost one grows
    Json* slot_ = nullptr;           // where the value of the last key goes
    std::vector<std::string> keys_;  // of the open objects, kept for map and lists only
    size_t object_depth_ = 0;
    bool in_map_ = false;
    std::string map_key_;
    std::string reason_;
};

Error wrong_member(const std::string& source, const char* key, const Json& value,
                   const std::string& expected) {
    return Error("\"" + source + "\": \"" + key + "\" is " + json_excerpt(value) + ", expected " + expected);
}

const Json& required_member(const Json& object, const char* key, const std::string& source) {
    if (!object.is_object())
        throw Error("\"" + source + "\": expected an object, found " + json_excerpt(object));
    const Json* member = find_member(object, key);
    if (member == nullptr) throw Error("\"" + source + "\": \"" + key + "\" is missing");
    return *member;
}

int64_t int_in_range(const Json& value, const char* key, int64_t min, int64_t max,
                     const std::string& source) {
    const std::string expected = "an integer from " + std::to_string(min) + " to " + std::to_string(max);
    if (!value.is_number_integer()) throw wrong_member(source, key, value, expected);
    if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))
        throw wrong_member(source, key, value, expected);
    const int64_t number = value.get<int64_t>();
    if (number < min || number > max) throw wrong_member(source, key, value, expected);
    return number;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& source, const JsonLimits& limits,
                const JsonIntegerMap* integer_map, std::span<const JsonFlatList> flat_lists) {
    const std::string prefix = "\"" + source + "\" is not valid JSON: ";
    if (text.size() > limits.max_bytes)
        throw Error("\"" + source + "\" has " + std::to_string(text.size()) +
                    " bytes, more than the limit of " + std::to_string(limits.max_bytes));
    const size_t nul = text.find('\0');
    if (nul != std::string_view::npos) throw Error(prefix + "NUL at byte " + std::to_string(nul));
    GuardedBuilder builder(limits, integer_map, flat_lists);
    if (!Json::sax_parse(text.begin(), text.end(), &builder)) throw Error(prefix + builder.reason());
    return builder.take();
}

std::string read_text_file(const std::string& path, size_t max_bytes) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
        throw Error("cannot read \"" + path + "\": " + std::strerror(errno));
    if (!S_ISREG(info.st_mode)) throw Error("\"" + path + "\" is not a file");
    if (static_cast<uint64_t>(info.st_size) > max_bytes)
        throw Error("\"" + path + "\" has " + std::to_string(info.st_size) +
                    " bytes, more than the limit of " + std::to_string(max_bytes));
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<size_t>(info.st_size), '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size())))
        throw Error("cannot read \"" + path + "\": " + std::strerror(errno));
    return text;
}

Json read_json_file(const std::string& path, const JsonLimits& limits) {
    return parse_json(read_text_file(path, limits.max_bytes), path, limits);
}

const Json* find_member(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto member = object.find(key);
    return member == object.end() || member->is_null() ? nullptr : &*member;
}

int64_t required_int(const Json& object, const char* key, int64_t min, int64_t max,
                     const std::string& source) {
    return int_in_range(required_member(object, key, source), key, min, max, source);
}

int64_t optional_int(const Json& object, const char* key, int64_t fallback, int64_t min, int64_t max,
                     const std::string& source) {
    const Json* member = find_member(object, key);
    return member == nullptr ? fallback : int_in_range(*member, key, min, max, source);
}

double optional_double(const Json& object, const char* key, double fallback, double min, double max,
                       const std::string& source) {
    const Json* member = find_member(object, key);
    if (member == nullptr) return fallback;
    const double value = member->is_number() ? member->get<double>() : NAN;
    if (!(value >= min && value <= max))
        throw wrong_member(source, key, *member,
                           "a number from " + Json(min).dump() + " to " + Json(max).dump());
    return value;
}

bool optional_bool(const Json& object, const char* key, bool fallback, const std::string& source) {
    const Json* member = find_member(object, key);
    if (member == nullptr) return fallback;
    if (!member->is_boolean()) throw wrong_member(source, key, *member, "true or false");
    return member->get<bool>();
}

std::string required_string(const Json& object, const char* key, const std::string& source) {
    const Json& member = required_member(object, key, source);
    if (!member.is_string()) throw wrong_member(source, key, member, "a string");
    return member.get<std::string>();
}

std::string optional_string(const Json& object, const char* key, const std::string& fallback,
                            const std::string& source) {
    return find_member(object, key) == nullptr ? fallback : required_string(object, key, source);
}

std::string json_excerpt(const Json& value, size_t max_bytes) {
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > max_bytes) text = text.substr(0, max_bytes) + "...";
    return text;
}

}  // namespace weft
