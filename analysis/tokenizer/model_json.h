// The "model" of a tokenizer.json. Its vocabulary and merges are too large for a tree: they go past it while
// the file is read. Inside analysis/tokenizer/ only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/json_guard.h"
#include "analysis/tokenizer/tokenizer_files.h"
#include "analysis/tokenizer/unigram.h"

namespace weft {

// What was read past the tree.
struct ModelLists {
    std::vector<UnigramPiece> scored;  // of Unigram, ids in order
    std::string merge_text;            // sides of all merges in a row
    std::vector<uint32_t> merge_ends;  // of each side there, two a merge
    size_t merges() const { return merge_ends.size() / 2; }
};

// Makes parts.model from the tree without the lists. Throws weft::Error.
void read_model(const Json& json, ModelLists lists, const std::string& source, Tokenizer::Parts& parts);

}  // namespace weft
