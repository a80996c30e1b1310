// One entry point per parser of files that we did not write. Each takes any bytes and may end in weft::Error
// only; everything else (crash, sanitizer report, other exception) is a bug. An entry has the signature of
// libFuzzer's LLVMFuzzerTestOneInput, so that `-fsanitize=fuzzer` drives any of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::fuzz {

int fuzz_json(const uint8_t* data, size_t size);
int fuzz_safetensors(const uint8_t* data, size_t size);
int fuzz_weight_index(const uint8_t* data, size_t size);
int fuzz_hub_id(const uint8_t* data, size_t size);  // a --model, and refs/main after it
int fuzz_config(const uint8_t* data, size_t size);
int fuzz_generation_config(const uint8_t* data, size_t size);
int fuzz_tokenizer_json(const uint8_t* data, size_t size);
int fuzz_trace(const uint8_t* data, size_t size);
int fuzz_image(const uint8_t* data, size_t size);  // PNG, JPEG, WebP: by their content
int fuzz_preprocessor(const uint8_t* data, size_t size);
int fuzz_text(const uint8_t* data, size_t size);   // typed text through a small tokenizer of each kind
int fuzz_regex(const uint8_t* data, size_t size);  // a regular expression, and a text through it

int fuzz_sentencepiece(const uint8_t* data, size_t size);  // a model file, and a text through it
int fuzz_charsmap(const uint8_t* data, size_t size);       // a precompiled_charsmap, and a text through it
int fuzz_unigram(const uint8_t* data, size_t size);        // a text and a vocabulary
int fuzz_obj(const uint8_t* data, size_t size);            // a mesh
int fuzz_places(const uint8_t* data, size_t size);         // saved places

}  // namespace weft::fuzz
