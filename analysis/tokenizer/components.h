// The components of a tokenizer.json, each from its own object there. A null `json` gives an empty function:
// the part is not there. Each throws weft::Error naming a component or setting that is not known.
#pragma once

#include <memory>
#include <string>

#include "analysis/json_guard.h"
#include "analysis/tokenizer/split_behavior.h"
#include "analysis/tokenizer/text_pipeline.h"
#include "analysis/tokenizer/vocabulary.h"

namespace weft {

// {"String": text} or {"Regex": pattern}, as Split and Replace hold it.
MatchFinder read_pattern(const Json& json, const std::string& source);

struct MetaspaceSettings {
    enum class Prepend { always, first, never } prepend = Prepend::always;  // first: at the text's beginning
    char32_t mark = 0x2581;                                                 // that a space becomes
};
MetaspaceSettings read_metaspace_settings(const Json& json, const std::string& source);

Normalizer read_normalizer(const Json* json, const std::string& source);
PreTokenizer read_pre_tokenizer(const Json* json, const std::string& source);
Decoder read_decoder(const Json* json, const std::string& source);

}  // namespace weft
