#include "analysis/tokenizer/component_json.h"

#include <nlohmann/json.hpp>

#include "analysis/error.h"

namespace weft {

void refuse_component(const std::string& source, const std::string& part, const std::string& found,
                      const std::string& supported) {
    throw Error("\"" + source + "\": " + part + " \"" + found.substr(0, 80) + "\" is not supported",
                "Supported: " + supported + ".");
}

const Json& required_list(const Json& object, const char* key, const std::string& source) {
    const Json* list = find_member(object, key);
    if (list == nullptr || !list->is_array())
        throw Error("\"" + source + "\": \"" + key + "\" is missing or not a list");
    return *list;
}

}  // namespace weft
