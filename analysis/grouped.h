// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace weft {

// 1234567 as "1,234,567".
inline std::string grouped(uint64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<size_t>(at), ",");
    return digits;
}

}  // namespace weft
