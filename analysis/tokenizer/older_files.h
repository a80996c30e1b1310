// The tokenizer files from before tokenizer.json, each read to what transformers makes of them. One reader
// for each kind of model; `name` is the class as OlderSettings::tokenizer_class() says it. Inside
// analysis/tokenizer/ only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/tokenizer/older_settings.h"
#include "analysis/tokenizer/sentencepiece_file.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {

using PartsPointer = std::shared_ptr<Tokenizer::Parts>;

PartsPointer read_wordpiece_files(const std::string& name, const OlderSettings& settings);  // vocab.txt
PartsPointer read_bpe_files(const std::string& name,
                            const OlderSettings& settings);  // vocab.json, merges.txt
PartsPointer read_unigram_files(const std::string& name, const OlderSettings& settings);  // *.model
PartsPointer read_spm_bpe_files(const std::string& name, const OlderSettings& settings);  // tokenizer.model
PartsPointer read_marian_files(const OlderSettings& settings);   // source.spm, target.spm, vocab.json
PartsPointer read_m2m_100_files(const OlderSettings& settings);  // sentencepiece.bpe.model, vocab.json

// What several of them share.

// tokenizer.model wins over `file`, as in transformers.
SentencepieceFile read_model_file(const std::string& file, const std::string& name,
                                  const OlderSettings& settings);
// Control and user-defined pieces are added tokens.
std::vector<AddedToken> added_pieces(const SentencepieceFile& file);
// A JSON object of tokens and ids. Throws weft::Error for an id out of range and for an empty one.
void read_vocab_json(const std::string& path, Vocabulary& vocabulary);

Normalizer precompiled_normalizer(const std::string& charsmap, const std::string& source);  // empty: none
Normalizer in_order(std::vector<Normalizer> normalizers);
Json metaspace(const char* prepend_scheme, bool split);
PreTokenizer whitespace_then_metaspace(const char* prepend_scheme, const std::string& source);

TemplatePiece first_text();
TemplatePiece second_text(uint8_t segment);
TemplatePiece added(std::vector<int32_t> ids, uint8_t segment = 0);

// The id of a token that a frame adds. Throws weft::Error where there is none.
int32_t required_id(const Tokenizer::Parts& parts, const std::string& token, const std::string& source);
// "add_bos_token" and "add_eos_token", off where no file says, around one text or each of two.
PostProcessor begin_end_frame(const OlderSettings& settings, const NamedTokens& named,
                              const Tokenizer::Parts& parts);

}  // namespace weft
