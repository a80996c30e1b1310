// What a part and the files for other programs say alike. Private to app/text_statistics*.cpp.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/text_statistics.h"

namespace weft {

using OrderedJson = nlohmann::ordered_json;

inline std::string dump(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

inline OrderedJson broken_json(uint64_t count, const std::vector<BrokenLine>& broken) {
    OrderedJson first = OrderedJson::array();
    for (const BrokenLine& line : broken) first.push_back({{"line", line.number}, {"reason", line.reason}});
    return {{"count", count}, {"first", first}};
}

inline OrderedJson file_json(const TextFileIdentity& file) {
    return {{"name", file.name},
            {"bytes", file.bytes},
            {"lines", file.lines},
            {"hash", std::to_string(file.hash)}};
}

}  // namespace weft
