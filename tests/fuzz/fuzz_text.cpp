#include "analysis/tokenizer/tokenizer.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {
namespace {

constexpr std::string_view small_tokenizer = R"({"added_tokens":[{"id":1,"content":"[CLS]","special":true},
  {"id":2,"content":"[SEP]","special":true},{"id":8,"content":"<x>","lstrip":true,"rstrip":true,"single_word":true}],
  "normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},
  "post_processor":{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]",2]},
  "model":{"type":"WordPiece","max_input_chars_per_word":8,
           "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"e":3,"##e":4,"cat":5,"##s":6,".":7}}})";

}  // namespace

int fuzz_text(const uint8_t* data, size_t size) {
    try {
        static const Tokenizer tokenizer = Tokenizer::parse(small_tokenizer, "small");
        const std::string_view text(reinterpret_cast<const char*>(data), size);
        const TokenizedText result = tokenizer.tokenize(text, {}, {16, true});
        WEFT_ASSERT(result.stack.tokens.size() <= 16, std::to_string(result.stack.tokens.size()));
        for (const Token& token : result.stack.tokens)
            WEFT_ASSERT(token.start <= token.end && token.end <= result.stack.text.size(), token.text);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
