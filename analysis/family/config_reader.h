// One config.json for the families' files: typed members with the value and the file in every error. Lives
// as long as the parsed JSON. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/family/activation.h"
#include "analysis/json_guard.h"

namespace weft {

class ConfigReader {
  public:
    ConfigReader(const Json& object, std::string source) : json_(object), source_(std::move(source)) {}

    const std::string& source() const { return source_; }
    bool has(const char* key) const;       // and is not null
    bool is_null(const char* key) const;   // there, as null
    bool is_empty(const char* key) const;  // missing, null, {} or []

    // Of a size: 1 to a million or so, so that products of two cannot overflow.
    int64_t size(const char* key) const;
    int64_t size(const char* key, int64_t fallback) const;
    int64_t integer(const char* key, int64_t fallback, int64_t min, int64_t max) const;
    double number(const char* key, double fallback, double min, double max) const;
    bool flag(const char* key, bool fallback) const;
    std::string text(const char* key, const std::string& fallback) const;
    std::vector<std::string> texts(const char* key) const;  // a list of strings; empty if missing
    std::vector<int64_t> integers(const char* key) const;   // a number or a list of numbers
    std::vector<std::string> labels() const;                // id2label in order; empty if missing
    ConfigReader object(const char* key) const;             // throws if it is none
    ConfigReader object_or_empty(const char* key) const;    // likewise; empty if missing or null
    // Height and width: one size for both, or a list of two.
    std::array<int64_t, 2> extent(const char* key, int64_t fallback) const;
    double epsilon(const char* key, double fallback) const { return number(key, fallback, 1e-38, 0.1); }
    Activation activation(const char* key, const std::string& fallback) const;
    // Of a name that was part of the value of `key`.
    Activation activation_named(const char* key, const std::string& name) const;

    // `key` must be missing, null or `expected`, else it is refused by name.
    void expect_flag(const char* key, bool expected, const std::string& hint) const;
    void expect_text(const char* key, const std::string& expected, const std::string& hint) const;
    void expect_empty(const char* key, const std::string& hint) const;  // missing, null, {} or []
    // Throws: the value of `key` is not supported.
    [[noreturn]] void refuse(const char* key, const std::string& hint) const;
    // a is a multiple of b, both named in the error.
    void check_multiple(const char* key_a, int64_t a, const char* key_b, int64_t b) const;

  private:
    const Json& json_;
    std::string source_;
};

}  // namespace weft
