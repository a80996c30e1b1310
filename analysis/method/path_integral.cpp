#include "analysis/method/path_integral.h"

#include <algorithm>

#include "analysis/error.h"

namespace weft {

void put_point(std::span<const float> from, std::span<const float> to, double place, std::span<float> point) {
    for (size_t i = 0; i < point.size(); ++i)
        point[i] = static_cast<float>(from[i] + place * (double{to[i]} - from[i]));
}

std::vector<double> mean_gradient(const PathIntegral& path, const PointGradients& gradients) {
    const size_t size = path.from.size();
    WEFT_ASSERT(size == path.to.size() && path.copies > 0, std::to_string(path.to.size()));
    const int64_t steps = static_cast<int64_t>(path.rule.nodes.size());
    std::vector<double> sum(size, 0.0);
    std::vector<float> points, values;
    for (int64_t first = 0; first < steps; first += path.copies) {
        const int64_t copies = std::min(path.copies, steps - first);
        points.resize(static_cast<size_t>(copies) * size);
        values.resize(points.size());
        for (int64_t k = 0; k < copies; ++k)
            put_point(path.from, path.to, path.rule.nodes[static_cast<size_t>(first + k)],
                      std::span(points).subspan(static_cast<size_t>(k) * size, size));
        if (!gradients(points, copies, values)) return {};
        for (int64_t k = 0; k < copies; ++k) {
            const double weight = path.rule.weights[static_cast<size_t>(first + k)];
            const float* value = values.data() + static_cast<size_t>(k) * size;
            for (size_t i = 0; i < size; ++i) sum[i] += weight * value[i];
        }
        if (path.progress) path.progress(static_cast<float>(first + copies) / static_cast<float>(steps));
    }
    return sum;
}

std::vector<double> attributions(const PathIntegral& path, std::span<const double> mean_gradient) {
    std::vector<double> result(mean_gradient.size());
    for (size_t i = 0; i < result.size(); ++i)
        result[i] = (double{path.to[i]} - path.from[i]) * mean_gradient[i];
    return result;
}

}  // namespace weft
