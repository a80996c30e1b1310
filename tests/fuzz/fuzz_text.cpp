#include "analysis/tokenizer/tokenizer.h"

#include "analysis/error.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {
namespace {

// BERT; Llama on characters with bytes to fall back on; GPT-2 on bytes; Unigram with a regular expression.
constexpr std::string_view small_tokenizers[] = {
    R"({"added_tokens":[{"id":1,"content":"[CLS]","special":true},
  {"id":2,"content":"[SEP]","special":true},{"id":8,"content":"<x>","lstrip":true,"rstrip":true,"single_word":true}],
  "normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},
  "post_processor":{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]",2]},
  "model":{"type":"WordPiece","max_input_chars_per_word":8,
           "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"e":3,"##e":4,"cat":5,"##s":6,".":7}}})",
    R"({"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"_"},{"type":"Replace",
  "pattern":{"String":" "},"content":"_"}]},
  "model":{"type":"BPE","unk_token":"u","fuse_unk":true,"byte_fallback":true,
           "vocab":{"u":0,"_":1,"t":2,"h":3,"e":4,"he":5,"the":6,"_the":7,"<0xC3>":8,"<0xA9>":9},
           "merges":["h e","t he","_ the"]}})",
    R"({"added_tokens":[{"id":6,"content":"<x>","lstrip":true}],"normalizer":{"type":"NFC"},
  "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true},
  "post_processor":{"type":"ByteLevel","trim_offsets":true,"add_prefix_space":true},
  "model":{"type":"BPE","vocab":{"\u0120":0,"t":1,"h":2,"e":3,"he":4,"\u0120t":5},"merges":["h e","\u0120 t"]}})",
    R"({"normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},{"type":"Lowercase"},
  {"type":"Replace","pattern":{"Regex":"\\s{2,}"},"content":" "}]},
  "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{L}+|\\p{N}{1,3}|\\W"},
  "behavior":"MergedWithPrevious"},{"type":"Metaspace","replacement":"_","prepend_scheme":"first"}]},
  "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["_",-1],["the",-2],["t",-3],["h",-3],["e",-3]]}})"};

}  // namespace

int fuzz_text(const uint8_t* data, size_t size) {
    static const std::vector<Tokenizer> tokenizers = [] {
        std::vector<Tokenizer> all;
        for (const std::string_view file : small_tokenizers) all.push_back(Tokenizer::parse(file, "small"));
        return all;
    }();
    for (const Tokenizer& tokenizer : tokenizers) {
        try {
            const TokenizedText result =
                tokenizer.tokenize({reinterpret_cast<const char*>(data), size}, {}, {16, true});
            WEFT_ASSERT(result.stack.tokens.size() <= 16, std::to_string(result.stack.tokens.size()));
            std::vector<int32_t> ids;
            for (const Token& token : result.stack.tokens) {
                WEFT_ASSERT(token.start <= token.end && token.end <= result.stack.text.size(), token.text);
                ids.push_back(token.id);
            }
            tokenizer.decode(ids);
        } catch (const Error&) {
        }
    }
    return 0;
}

}  // namespace weft::fuzz
