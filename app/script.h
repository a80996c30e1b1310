// A file of named commands, one a line, that the window runs as if the user had: for tests and rehearsed
// lectures. Two lines are not commands: "wait SECONDS", and "settle", which waits until analysis and motion
// have come to rest.
#pragma once

#include <deque>
#include <string>

#include "app/commands.h"

namespace weft {

class Script {
  public:
    Script() = default;
    explicit Script(const std::string& path);  // throws weft::Error if it cannot be read

    // Runs every line that is due. `at_rest`: nothing is analysed and nothing moves. Throws what a command
    // throws, with the line's number.
    void run_due(const CommandTable& commands, double now_s, bool at_rest);
    size_t lines_left() const { return lines_.size(); }
    bool is_done() const { return lines_.empty(); }

  private:
    std::deque<std::string> lines_;
    size_t number_ = 0;
    double resume_s_ = 0.0;
};

}  // namespace weft
