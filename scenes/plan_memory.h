// What is found once in a plan's weights and asked each frame. Made with the plan, filled as it is asked; any
// thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "renderer/draw_list.h"

namespace weft {

// One drawn line of a block.
struct DrawnLine {
    uint32_t slice = 0, row = 0, column = 0;
};
using DrawnLines = std::vector<DrawnLine>;

class PlanMemory {
  public:
    // All lines of a block that pass the selection; the last few lists are kept.
    std::shared_ptr<const DrawnLines> lines(const WeightBlock& block, const FlowSelection& selection);

    // Numbers under a name, made when they are first asked.
    using Numbers = std::shared_ptr<const std::vector<double>>;
    Numbers numbers(const std::string& name, const std::function<std::vector<double>()>& make);

  private:
    struct List {
        std::shared_ptr<const std::vector<float>> values;
        FlowSelection selection;
        std::shared_ptr<const DrawnLines> lines;
    };
    std::mutex lists_mutex_;
    std::vector<List> lists_;   // the last asked at the end
    std::mutex numbers_mutex_;  // held while numbers are made: that may ask for lines, not for other numbers
    std::map<std::string, Numbers> numbers_;
};

}  // namespace weft
