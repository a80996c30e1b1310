#include "app/token_line.h"

#include <nlohmann/json.hpp>

namespace weft {

std::string token_line(const TokenStack& stack) {
    using Json = nlohmann::ordered_json;
    Json ids = Json::array(), tokens = Json::array(), spans = Json::array(), shared = Json::array();
    for (const Token& token : stack.tokens) {
        ids.push_back(token.id);
        tokens.push_back(token.text);
        spans.push_back({token.start, token.end});
        shared.push_back(token.shares_character);
    }
    const Json line = {{"ids", std::move(ids)}, {"tokens", std::move(tokens)}, {"spans", std::move(spans)}, {"shares_character", std::move(shared)}};
    // A vocabulary may hold pieces of characters: they are replaced, not fatal.
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace weft
