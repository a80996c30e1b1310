#include <nlohmann/json.hpp>

#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"

namespace weft {

PreTokenizer read_pre_tokenizer(const Json* json, const std::string& source) {
    if (json == nullptr) return {};
    const std::string type = required_string(*json, "type", source);
    if (type == "BertPreTokenizer") return split_bert_words;
    refuse_component(source, "pre_tokenizer", type, "BertPreTokenizer");
}

}  // namespace weft
