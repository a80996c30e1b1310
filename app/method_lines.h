// A line of progress for each method of an analysis on the command line, while it is computed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "analysis/analysis_progress.h"
#include "app/progress.h"

namespace weft {

class MethodLines {
  public:
    explicit MethodLines(std::shared_ptr<const AnalysisProgress> of);  // to stderr
    MethodLines(std::shared_ptr<const AnalysisProgress> of, FILE* stream, bool is_terminal,
                Progress::Clock clock);

    void update();  // as often as one likes
    void finish() { line_.reset(); }

  private:
    std::shared_ptr<const AnalysisProgress> of_;
    FILE* stream_;
    bool is_terminal_;
    Progress::Clock clock_;
    std::string method_;  // that line_ is about
    std::optional<Progress> line_;
};

}  // namespace weft
