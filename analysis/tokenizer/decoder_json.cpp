#include <nlohmann/json.hpp>

#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"

namespace weft {

Decoder read_decoder(const Json*, const std::string&) {
    return {};
}

}  // namespace weft
