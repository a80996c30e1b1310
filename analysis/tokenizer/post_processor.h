// The frame that a post-processor puts around one or two texts, and what it does to spans. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/json_guard.h"
#include "analysis/tokenizer/text_pipeline.h"
#include "analysis/tokenizer/vocabulary.h"

namespace weft {

// One part of the frame: a text, or tokens that the tokenizer adds.
struct TemplatePiece {
    enum class Kind { first_text, second_text, added } kind = Kind::added;
    uint8_t segment = 0;
    std::vector<int32_t> ids;  // of `added`
};

struct PostProcessor {
    std::vector<TemplatePiece> single{{TemplatePiece::Kind::first_text, 0, {}}};
    std::vector<TemplatePiece> pair{{TemplatePiece::Kind::first_text, 0, {}},
                                    {TemplatePiece::Kind::second_text, 1, {}}};
    bool trims_spans = false;        // the space at a token's edge does not belong to its span
    bool adds_prefix_space = false;  // the first token's first space was not typed
};

// `json` is the "post_processor" of a tokenizer.json, null for none. Throws weft::Error naming the component.
PostProcessor read_post_processor(const Json* json, const std::string& source);

// As ByteLevel and RobertaProcessing do with "trim_offsets": leading and trailing spaces of each token leave
// its span, one typed character each.
void trim_spans(std::string_view text, const Vocabulary& vocabulary, bool adds_prefix_space,
                std::vector<TokenPiece>& pieces);

}  // namespace weft
