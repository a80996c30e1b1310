#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>

#include "analysis/error.h"
#include "analysis/tokenizer/regex.h"
#include "analysis/tokenizer/unicode_classes.h"

namespace weft {
namespace {

using namespace unicode_classes;

void append_range(std::string& out, char32_t first, char32_t last) {
    char text[40];
    std::snprintf(text, sizeof(text), "\\x{%x}-\\x{%x}", static_cast<unsigned>(first),
                  static_cast<unsigned>(last));
    out += text;
}

// Of a general category, one letter or two: the points that have it since Unicode 14, as class items.
std::string newer_points(std::string_view category) {
    std::string items;
    for (size_t i = 0; i < newer_count; ++i)
        if (newer[i].major == category[0] && (category.size() == 1 || newer[i].minor == category[1]))
            append_range(items, newer[i].first, newer[i].last);
    return items;
}

std::string word_items() {
    std::string items = "\\p{L}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe";
    for (size_t i = 0; i < word_beyond_unicode_14_count; ++i) {
        const CodePointRange& range = word_beyond_unicode_14[i];
        if (range.first == 0x200c && range.last == 0x200d) continue;  // the joiners are Rust's \w only
        append_range(items, range.first, range.last);
    }
    return items;
}

// The points that none of the ranges holds, as class items.
std::string complement(std::span<const CodePointRange> ranges) {
    std::string items;
    char32_t next = 0;
    for (const CodePointRange& range : ranges) {
        if (range.first > next) append_range(items, next, range.first - 1);
        next = range.last + 1;
    }
    append_range(items, next, 0x10ffff);
    return items;
}

// Inside a class a negated set is spelled out: a class can hold no difference of sets.
std::string negated_items(char escape) {
    static const std::string not_word = [] {
        std::vector<CodePointRange> ranges;
        for (size_t i = 0; i < word_count; ++i)
            if (word[i].first != 0x200c) ranges.push_back(word[i]);
        for (const CodePointRange extra : {CodePointRange{0xb2, 0xb3}, {0xb9, 0xb9}, {0xbc, 0xbe}})
            ranges.push_back(extra);
        std::sort(ranges.begin(), ranges.end(), [](auto& a, auto& b) { return a.first < b.first; });
        return complement(ranges);
    }();
    static constexpr CodePointRange spaces[] = {
        {0x9, 0xd},       {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
        {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
    static constexpr CodePointRange hex_digits[] = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
    switch (escape) {
        case 'W':
            return not_word;
        case 'S':
            return complement(spaces);
        case 'H':
            return complement(hex_digits);
        default:
            return "\\P{Nd}";
    }
}

std::string negated_property(const std::string& name) {
    if (name == "L") return complement({letter, letter_count});
    if (name == "N") return complement({number, number_count});
    return "\\P{" + name + "}";
}

constexpr const char* space_items =
    "\\t-\\r\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"
    "\\x{205f}\\x{3000}";

class Translator {
  public:
    explicit Translator(std::string_view in) : in_(in) {}

    std::string run() {
        while (at_ < in_.size()) step();
        return std::move(out_);
    }

  private:
    void step() {
        const char c = in_[at_];
        if (c == '\\') return escape();
        if (in_class_ > 0) return class_character(c);
        if (c == '[') {
            atom_ = out_.size();
            open_class();
        } else if (c == '(') {
            groups_.push_back(out_.size());
            open_group();
        } else if (c == ')') {
            if (!groups_.empty()) {
                atom_ = groups_.back();
                groups_.pop_back();
            }
            copy(1);
        } else if (c == '{' && is_interval()) {
            interval();
        } else {
            if (std::strchr("*+?|^$", c) == nullptr) atom_ = out_.size();
            copy(1);
        }
    }

    void copy(size_t bytes) {
        out_ += in_.substr(at_, bytes);
        at_ += bytes;
    }

    // In Oniguruma (?m) lets the dot match a newline, which PCRE2 calls (?s).
    void open_group() {
        size_t end = at_ + 1;
        if (end >= in_.size() || in_[end] != '?') return copy(1);
        while (++end < in_.size() && std::strchr("imxas-", in_[end]) != nullptr) {
        }
        const bool sets_options = end < in_.size() && (in_[end] == ':' || in_[end] == ')') && end > at_ + 2;
        if (!sets_options) return copy(2);
        for (; at_ < end; ++at_)
            if (in_[at_] != 's' && in_[at_] != 'a') out_ += in_[at_] == 'm' ? 's' : in_[at_];
    }

    void open_class() {
        ++in_class_;
        copy(1);
        if (at_ < in_.size() && in_[at_] == '^') copy(1);
        if (at_ < in_.size() && in_[at_] == ']') {  // a first ] is a character
            out_ += "\\]";
            ++at_;
        }
    }

    void class_character(char c) {
        if (c == ']') {
            --in_class_;
            if (in_class_ == 0) return copy(1);
            ++at_;
            return;
        }
        if (c == '[' && at_ + 1 < in_.size() && in_[at_ + 1] == ':') {
            const size_t end = in_.find(":]", at_);
            if (end != std::string_view::npos) return copy(end + 2 - at_);
        }
        if (c == '&' && in_.substr(at_, 2) == "&&")
            throw Error("an intersection of character classes (&&) is not supported");
        if (c != '[') return copy(1);
        // A class in a class adds its members.
        if (in_.substr(at_ + 1, 1) == "^")
            throw Error("a negated class within a class ([^) is not supported");
        ++in_class_;
        ++at_;
    }

    bool is_interval() const {
        size_t end = at_ + 1;
        while (end < in_.size() && (std::strchr("0123456789,", in_[end]) != nullptr)) ++end;
        return end > at_ + 1 && end < in_.size() && in_[end] == '}';
    }

    // {1,2}+ repeats the repetition in Oniguruma; PCRE2 would make it possessive.
    void interval() {
        const size_t end = in_.find('}', at_) + 1;
        std::string text(in_.substr(at_, end - at_));
        if (text[1] == ',') text.insert(1, "0");
        at_ = end;
        if (end < in_.size() && in_[end] == '+') {
            out_.insert(atom_, "(?:");
            out_ += text + ")+";
            ++at_;
        } else {
            out_ += text;
        }
    }

    void escape() {
        if (in_class_ == 0) atom_ = out_.size();
        if (at_ + 1 >= in_.size()) return copy(1);
        const char c = in_[at_ + 1];
        switch (c) {
            case 's':
                return items(space_items, false);
            case 'S':
                return items(space_items, true);
            case 'w':
                return items(word_items(), false);
            case 'W':
                return items(word_items(), true);
            case 'd':
                return items("\\p{Nd}" + newer_points("Nd"), false);
            case 'D':
                return items("\\p{Nd}" + newer_points("Nd"), true);
            case 'h':
                return items("0-9A-Fa-f", false);
            case 'H':
                return items("0-9A-Fa-f", true);
            case 'b':
            case 'B':
                if (in_class_ == 0) return boundary(c == 'b');
                return copy(2);
            case 'p':
            case 'P':
                return property();
            case 'u':
                return unicode_escape();
            default: {  // all bytes of the character
                size_t end = at_ + 2;
                while (end < in_.size() && (static_cast<uint8_t>(in_[end]) & 0xc0) == 0x80) ++end;
                return copy(end - at_);
            }
        }
    }

    // \uHHHH
    void unicode_escape() {
        out_ += "\\x{" + std::string(in_.substr(at_ + 2, 4)) + "}";
        at_ = std::min(in_.size(), at_ + 6);
    }

    void items(const std::string& positive, bool negated) {
        if (in_class_ == 0)
            out_ += (negated ? "[^" : "[") + positive + "]";
        else
            out_ += negated ? negated_items(in_[at_ + 1]) : positive;
        at_ += 2;
    }

    void boundary(bool positive) {
        const std::string word = "[" + word_items() + "]";
        const std::string before = "(?<=" + word + ")", not_before = "(?<!" + word + ")",
                          after = "(?=" + word + ")", not_after = "(?!" + word + ")";
        out_ += positive ? "(?:" + before + not_after + "|" + not_before + after + ")"
                         : "(?:" + before + after + "|" + not_before + not_after + ")";
        at_ += 2;
    }

    void property() {
        const bool upper = in_[at_ + 1] == 'P';
        const size_t open = at_ + 2, close = in_.find('}', open);
        if (open >= in_.size() || in_[open] != '{' || close == std::string_view::npos) return copy(2);
        std::string name(in_.substr(open + 1, close - open - 1));
        bool negated = upper;
        if (!name.empty() && name[0] == '^') {
            negated = !negated;
            name.erase(0, 1);
        }
        static constexpr std::pair<const char*, const char*> long_names[] = {
            {"Letter", "L"}, {"Number", "N"}, {"Punctuation", "P"},
            {"Symbol", "S"}, {"Mark", "M"},   {"Separator", "Z"}};
        for (const auto& [longer, shorter] : long_names)
            if (name == longer) name = shorter;
        at_ = close + 1;
        const std::string extra = name.size() == 1 || name.size() == 2 ? newer_points(name) : std::string();
        if (negated && (in_class_ > 0 || extra.empty())) {
            out_ += negated_property(name);
            if (in_class_ == 0) out_.insert(atom_, "["), out_ += "]";
        } else if (in_class_ > 0) {
            out_ += "\\p{" + name + "}" + extra;
        } else {
            out_ += (negated ? "[^\\p{" : "[\\p{") + name + "}" + extra + "]";
        }
    }

    std::string_view in_;
    size_t at_ = 0;
    std::string out_;
    int in_class_ = 0;
    size_t atom_ = 0;  // where in out_ the last thing that can be repeated begins
    std::vector<size_t> groups_;
};

}  // namespace

std::string to_pcre2(std::string_view pattern) {
    return Translator(pattern).run();
}

}  // namespace weft
