// The parts of a tokenizer, as tokenizer.json names them: typed text -> normalizer -> pre-tokenizer -> model
// -> post-processor; a decoder leads back. Each is a function made once when the files are read; immutable
// afterwards, any thread. Text is code points, each with its bytes in the typed text, so that spans follow.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/utf8.h"

namespace weft {

// What a model makes of a word. `start` and `end` are bytes of the typed text.
struct TokenPiece {
    int32_t id = -1;
    uint32_t start = 0, end = 0;
    bool shares_character = false;  // set after the model
    bool is_added = false;          // an added token, found as it was typed
    bool operator==(const TokenPiece&) const = default;
};

// Points [begin, end) of the text that holds them.
struct WordRange {
    uint32_t begin = 0, end = 0;
    bool operator==(const WordRange&) const = default;
};

// A text cut into words; points between words were dropped. Words are in order, never empty, never overlap.
struct SplitText {
    std::vector<TextPoint> points;
    std::vector<WordRange> words;

    std::span<const TextPoint> word(const WordRange& range) const {
        return std::span(points).subspan(range.begin, range.end - range.begin);
    }
};

// An empty function stands for a part that the file does not have.
using Normalizer = std::function<void(std::vector<TextPoint>& text)>;
using PreTokenizer = std::function<void(SplitText& text)>;
using WordModel = std::function<void(std::span<const TextPoint> word, std::vector<TokenPiece>& pieces)>;
using Decoder = std::function<void(std::vector<std::string>& tokens)>;  // the text is what is left, joined

}  // namespace weft
