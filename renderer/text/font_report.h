// What `doctor` says about fonts: which file would draw which kind of text. Main thread.
#pragma once

#include <string>
#include <vector>

namespace weft {

struct FontReport {
    std::string text;    // "latin", "latin bold", "chinese, japanese, korean", "arabic", "hebrew",
                         // "devanagari", "thai", "symbols", "emoji in colour"
    std::string family;  // empty: nothing on this system has it, it is drawn as boxes with code points
    std::string file;
    std::string hint;  // what to install; empty where a font was found
};

// One line for each kind of text; with no usable font at all every family is empty. Never throws.
std::vector<FontReport> font_report();

}  // namespace weft
