// Texts of a known number of tokens, the same in texts.py, and lists of figures as JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace weft_bench {

// A text of so many tokens: each word is one, two more are added by the tokenizer. Another first word leaves
// a decoder nothing to keep.
inline std::string text_of(int64_t tokens, const std::string& first_word = "the") {
    const std::vector<std::string> words = {"the", "red",   "thread", "goes",  "over", "one",
                                            "and", "under", "two",    "until", "the",  "cloth",
                                            "is",  "as",    "long",   "as",    "the",  "house"};
    std::string text;
    for (int64_t i = 0; i < tokens - 2; ++i)
        text += i == 0 ? first_word : " " + words[static_cast<size_t>(i) % words.size()];
    return text;
}

inline std::string json_list(const std::vector<double>& values) {
    std::string list = "[";
    for (size_t i = 0; i < values.size(); ++i) list += (i ? ", " : "") + std::to_string(values[i]);
    return list + "]";
}

inline double since_ms(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace weft_bench
