#include "app/head_list.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "analysis/method/patterns.h"
#include "app/quantity_values.h"

namespace weft {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void set_pattern(HeadListRow& row, std::span<const float> scores, std::span<const float> uniform) {
    size_t best = 0;
    for (size_t p = 1; p < scores.size(); ++p)
        if (scores[p] - uniform[p] > scores[best] - uniform[best]) best = p;
    row.pattern = pattern_name(static_cast<Pattern>(best));
    row.excess = static_cast<double>(scores[best] - uniform[best]);
    row.is_named = head_name(scores, uniform).has_value();
}

double number_in(const HeadListRow& row, HeadColumn column) {
    switch (column) {
        case HeadColumn::entropy:
            return row.entropy;
        case HeadColumn::importance:
            return row.importance;
        case HeadColumn::distance:
            return row.distance;
        case HeadColumn::pattern:
            return row.excess;
        case HeadColumn::name:
            break;
    }
    return 0.0;
}

}  // namespace

std::vector<HeadListRow> head_list(const AttentionBlock& block, const std::vector<HeadAblation>& ablations) {
    const std::vector<double> entropies = head_means(block, "entropy");
    const std::vector<double> importances = head_means(block, "head_importance");
    const std::vector<double> distances = head_means(block, "attention_distance");
    const FrameTensor* scores = find_quantity(block, "patterns");
    const FrameTensor* uniform = find_quantity(block, "patterns.uniform");
    const size_t heads = size_t{block.layers} * block.heads;
    const bool has_patterns = scores && uniform && scores->values->size() == heads * pattern_count &&
                              uniform->values->size() == heads * pattern_count;
    std::vector<HeadListRow> rows;
    for (uint32_t l = 0; l < block.layers; ++l) {
        for (uint32_t h = 0; h < block.heads; ++h) {
            const size_t index = size_t{l} * block.heads + h;
            HeadListRow row;
            row.layer = static_cast<int>(l);
            row.head = static_cast<int>(h);
            row.entropy = entropies.empty() ? missing : entropies[index];
            row.importance = importances.empty() ? missing : importances[index];
            row.distance = distances.empty() ? missing : distances[index];
            row.excess = missing;
            if (has_patterns)
                set_pattern(row, std::span(*scores->values).subspan(index * pattern_count, pattern_count),
                            std::span(*uniform->values).subspan(index * pattern_count, pattern_count));
            for (const HeadAblation& ablation : ablations)
                if (ablation.kind == block.kind && ablation.layer == row.layer && ablation.head == row.head)
                    row.ablation = ablation;
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

const std::vector<std::string>& head_column_names() {
    static const std::vector<std::string> names{"name", "entropy", "importance", "pattern", "distance"};
    return names;
}

void sort_heads(std::vector<HeadListRow>& rows, HeadColumn column, bool descending) {
    std::ranges::stable_sort(rows, [&](const HeadListRow& a, const HeadListRow& b) {
        if (column == HeadColumn::name) {
            const auto left = std::pair(a.layer, a.head), right = std::pair(b.layer, b.head);
            return descending ? right < left : left < right;
        }
        const double x = number_in(a, column), y = number_in(b, column);
        if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
        if (column == HeadColumn::pattern && a.is_named != b.is_named) return a.is_named;
        if (column == HeadColumn::pattern && a.is_named && a.pattern != b.pattern)
            return descending ? b.pattern < a.pattern : a.pattern < b.pattern;
        return descending ? y < x : x < y;
    });
}

}  // namespace weft
