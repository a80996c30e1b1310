#include <nlohmann/json.hpp>

#include "analysis/tokenizer/bert_normalizer.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"

namespace weft {
namespace {

Normalizer read_bert(const Json& json, const std::string& source) {
    BertNormalizerSettings settings;
    settings.clean_text = optional_bool(json, "clean_text", true, source);
    settings.handle_chinese_chars = optional_bool(json, "handle_chinese_chars", true, source);
    settings.lowercase = optional_bool(json, "lowercase", true, source);
    settings.strip_accents = optional_bool(json, "strip_accents", settings.lowercase, source);
    return [settings](std::vector<TextPoint>& text) { text = bert_normalize(text, settings); };
}

}  // namespace

Normalizer read_normalizer(const Json* json, const std::string& source) {
    if (json == nullptr) return {};
    const std::string type = required_string(*json, "type", source);
    if (type == "BertNormalizer") return read_bert(*json, source);
    refuse_component(source, "normalizer", type, "BertNormalizer");
}

}  // namespace weft
