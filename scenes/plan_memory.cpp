#include "scenes/plan_memory.h"

#include <algorithm>
#include <cmath>

#include "scenes/picking.h"

namespace weft {
namespace {

constexpr size_t kept_lists = 200;  // two for each layer of the deepest models, and those of the focus
constexpr size_t kept_numbers = 256;

DrawnLines find_lines(const WeightBlock& block, const FlowSelection& selection) {
    DrawnLines lines;
    const auto range = [](int only, uint32_t count) {
        return only >= 0
                   ? std::pair{static_cast<uint32_t>(only), std::min(static_cast<uint32_t>(only) + 1, count)}
                   : std::pair{0u, count};
    };
    const auto [s_first, s_end] = range(selection.only_slice, block.slices);
    const auto [r_first, r_end] = range(selection.only_row, block.rows);
    const auto [c_first, c_end] = range(selection.only_column, block.columns);
    for (uint32_t s = s_first; s < s_end; ++s)
        for (uint32_t r = r_first; r < r_end; ++r) {
            const float* row = block.values->data() + (size_t{s} * block.rows + r) * block.columns;
            for (uint32_t c = c_first; c < c_end; ++c) {
                if (!(std::abs(row[c]) >= selection.threshold)) continue;  // nearly all end here
                if (is_selected_line(selection, block, static_cast<int>(s), static_cast<int>(r),
                                     static_cast<int>(c)))
                    lines.push_back({s, r, c});
            }
        }
    return lines;
}

}  // namespace

std::shared_ptr<const DrawnLines> PlanMemory::lines(const WeightBlock& block,
                                                    const FlowSelection& selection) {
    const std::lock_guard lock(lists_mutex_);
    const auto found = std::ranges::find_if(
        lists_, [&](const List& list) { return list.values == block.values && list.selection == selection; });
    if (found != lists_.end()) {
        std::rotate(found, found + 1, lists_.end());
        return lists_.back().lines;
    }
    if (lists_.size() == kept_lists) lists_.erase(lists_.begin());
    lists_.push_back(
        {block.values, selection, std::make_shared<const DrawnLines>(find_lines(block, selection))});
    return lists_.back().lines;
}

PlanMemory::Numbers PlanMemory::numbers(const std::string& name,
                                        const std::function<std::vector<double>()>& make) {
    const std::lock_guard lock(numbers_mutex_);
    if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
    if (numbers_.size() == kept_numbers) numbers_.clear();
    return numbers_[name] = std::make_shared<const std::vector<double>>(make());
}

}  // namespace weft
