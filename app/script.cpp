#include "app/script.h"

#include <fstream>

#include "analysis/error.h"
#include "app/view_options.h"

namespace weft {

Script::Script(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw Error("cannot read script '" + path + "'", "Check the path and its permissions.");
    for (std::string line; std::getline(file, line);) lines_.push_back(line);
}

void Script::run_due(const CommandTable& commands, double now_s, bool at_rest) {
    while (!lines_.empty() && now_s >= resume_s_) {
        const std::string line = lines_.front();
        if (line == "settle" && !at_rest) return;
        lines_.pop_front();
        ++number_;
        if (line == "settle") continue;
        try {
            if (line.starts_with("wait ")) {
                resume_s_ = now_s + parse_number("wait", line.substr(5), 0.0, 3600.0);
                return;
            }
            commands.run_line(line);
        } catch (const UsageError& error) {
            throw UsageError("line " + std::to_string(number_) + " of the script: " + error.what(),
                             error.hint());
        }
        // What the line started must be seen before the next "settle" asks.
        at_rest = false;
    }
}

}  // namespace weft
