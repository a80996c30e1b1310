// The options of the command line as data: one row an option. Private to the command line and its tests.
#pragma once

#include <string>
#include <vector>

#include "app/command_line.h"

namespace weft {

struct SubcommandRow {
    Subcommand subcommand;
    const char* name;
    const char* help;
    const char* usage;
};

struct OptionRow {
    const char* name;        // "--size"
    const char* value_name;  // "WxH"; empty: a flag
    unsigned subcommands;    // bit of each Subcommand that takes it
    const char* help;
    void (*apply)(Options& options, const std::string& value);
};

const std::vector<SubcommandRow>& subcommand_table();
const std::vector<OptionRow>& option_table();

constexpr unsigned bit(Subcommand subcommand) {
    return 1u << static_cast<unsigned>(subcommand);
}

}  // namespace weft
