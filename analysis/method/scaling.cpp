#include "analysis/method/scaling.h"

#include <algorithm>
#include <cmath>

#include "analysis/method/largest_eigen.h"

namespace weft {

FrameTensor scale_to_plane(const FrameTensor& distances) {
    const size_t n = static_cast<size_t>(distances.shape[0]);
    std::vector<double> b(n * n), means(n, 0.0);
    double mean = 0;
    for (size_t i = 0; i < n * n; ++i) {
        const double distance = static_cast<double>((*distances.values)[i]);
        b[i] = distance * distance;
        means[i / n] += b[i] / static_cast<double>(n);
    }
    for (const double of_row : means) mean += of_row / static_cast<double>(n);
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j) b[i * n + j] = -0.5 * (b[i * n + j] - means[i] - means[j] + mean);
    const Eigenpairs pairs = two_largest_eigen(std::move(b), n);
    auto places = std::make_shared<std::vector<float>>(n * 2, 0.0f);
    for (size_t axis = 0; axis < std::min<size_t>(2, n); ++axis) {
        const double* vector = pairs.vectors.data() + axis * n;
        size_t largest = 0;
        for (size_t k = 1; k < n; ++k)
            if (std::abs(vector[k]) > std::abs(vector[largest]) * (1 + 1e-9)) largest = k;
        const double sign = vector[largest] < 0 ? -1 : 1;
        const double length = std::sqrt(std::max(pairs.values[axis], 0.0));
        for (size_t k = 0; k < n; ++k)
            (*places)[k * 2 + axis] = static_cast<float>(sign * length * vector[k]);
    }
    return {{static_cast<int64_t>(n), 2}, std::move(places)};
}

}  // namespace weft
