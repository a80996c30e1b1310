// JSON from files that we did not write. nlohmann-json alone accepts nesting until the stack ends, turns -1
// into a huge unsigned number, stops at a NUL byte and keeps the last of two equal keys; here each of these
// is an Error that names the source. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

using Json = nlohmann::json;

struct JsonLimits {
    size_t max_bytes = 100'000'000;
    int max_depth = 64;
};

// An object too large for a tree (a vocabulary): its members, all integers, go to `member` instead, in file
// order.
struct JsonIntegerMap {
    std::vector<std::string> path;  // of keys from the root, {"model", "vocab"}
    std::function<void(std::string&& key, int64_t value)> member;
};

// A list too large for a tree (merges, a vocabulary with scores): each of its elements, a string or a list of
// strings and numbers, goes to `element` as what it holds, in file order. Both are reused: copy what you
// keep.
struct JsonFlatList {
    std::vector<std::string> path;
    std::function<void(const std::vector<std::string>& strings, const std::vector<double>& numbers)> element;
};

// Throws weft::Error "SOURCE is not valid JSON: why" for anything but exactly one JSON value in UTF-8 within
// `limits`: also for duplicate keys and for integers that fit neither int64 nor uint64. `source` names it,
// usually the path.
Json parse_json(std::string_view text, const std::string& source, const JsonLimits& limits = {},
                const JsonIntegerMap* integer_map = nullptr, std::span<const JsonFlatList> flat_lists = {});

// The whole file. Throws weft::Error if it is missing, unreadable, not a regular file or beyond the limit.
std::string read_text_file(const std::string& path, size_t max_bytes = 100'000'000);
Json read_json_file(const std::string& path, const JsonLimits& limits = {});

// Members of an object; each throws weft::Error naming source, key and value unless the value has exactly
// this type and range. An integer may be written 3 but not 3.0. `optional_` forms give `fallback` for a
// missing or null member.
int64_t required_int(const Json& object, const char* key, int64_t min, int64_t max,
                     const std::string& source);
int64_t optional_int(const Json& object, const char* key, int64_t fallback, int64_t min, int64_t max,
                     const std::string& source);
double optional_double(const Json& object, const char* key, double fallback, double min, double max,
                       const std::string& source);
bool optional_bool(const Json& object, const char* key, bool fallback, const std::string& source);
std::string required_string(const Json& object, const char* key, const std::string& source);
std::string optional_string(const Json& object, const char* key, const std::string& fallback,
                            const std::string& source);
const Json* find_member(const Json& object, const char* key);  // null if missing or JSON null

// At most `max_bytes` of a value as one line, for messages.
std::string json_excerpt(const Json& value, size_t max_bytes = 80);

}  // namespace weft
