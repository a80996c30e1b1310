// A line of progress for each method of an analysis while it is computed, for programs without a window.
#pragma once

#include <optional>
#include <string>

#include "app/progress.h"

namespace weft {

class MethodLines {
  public:
    MethodLines();  // to stderr
    MethodLines(FILE* stream, bool is_terminal, Progress::Clock clock);

    // What is computed now, "" for nothing, and how far it is, 0 to 1; as often as one likes.
    void update(const std::string& method, float fraction);
    void finish() { line_.reset(); }

  private:
    FILE* stream_;
    bool is_terminal_;
    Progress::Clock clock_;
    std::string method_;  // that line_ is about
    std::optional<Progress> line_;
};

}  // namespace weft
