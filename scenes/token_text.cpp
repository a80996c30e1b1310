#include "scenes/token_text.h"

#include <string_view>

namespace weft {

namespace {

struct Sign {
    std::string_view from, to;
};
constexpr Sign whitespace_signs[] = {{"\n", "⏎"},
                                     {"\t", "⇥"},
                                     {" ", "␣"},
                                     {"\r", "␍"},
                                     {"Ċ", "⏎"},
                                     {"ĉ", "⇥"},
                                     {"Ġ", "␣"},
                                     {"▁", "␣"},
                                     {"\u00a0", "␣"},
                                     {"\u3000", "␣"},
                                     // What joins or varies its neighbours has no shape of its own.
                                     {"\u200b", "‹zwsp›"},
                                     {"\u200c", "‹zwnj›"},
                                     {"\u200d", "‹zwj›"},
                                     {"\ufe0e", "‹vs15›"},
                                     {"\ufe0f", "‹vs16›"}};

}  // namespace

std::string token_text(const Token& token) {
    std::string signs;
    for (std::string_view rest = token.text; !rest.empty();) {
        bool found = false;
        for (const Sign& sign : whitespace_signs) {
            if (!rest.starts_with(sign.from)) continue;
            signs += sign.to;
            rest.remove_prefix(sign.from.size());
            found = true;
            break;
        }
        if (found) continue;
        for (const std::string_view marker :
             {std::string_view("Ġ"), std::string_view("▁"), std::string_view(" ")}) {
            if (token.text.starts_with(marker)) return token.text.substr(marker.size());
        }
        return token.text;
    }
    return signs.empty() ? "∅" : signs;
}

}  // namespace weft
