#include "analysis/method/relevance.h"

namespace weft {

namespace {

using Matrix = std::vector<double>;

Matrix identity(int64_t size) {
    Matrix result(static_cast<size_t>(size * size), 0.0);
    for (int64_t i = 0; i < size; ++i) result[static_cast<size_t>(i * (size + 1))] = 1;
    return result;
}

// result [rows, columns] += a [rows, inner] b [inner, columns]. False: stopped.
template <class Number>
bool add_product(const Number* a, const double* b, int64_t rows, int64_t inner, int64_t columns,
                 double* result, const std::function<bool()>& stop) {
    for (int64_t i = 0; i < rows; ++i) {
        if (stop && stop()) return false;
        for (int64_t k = 0; k < inner; ++k) {
            const double factor = a[i * inner + k];
            if (factor == 0) continue;  // half of a causal matrix
            for (int64_t j = 0; j < columns; ++j) result[i * columns + j] += factor * b[k * columns + j];
        }
    }
    return true;
}

// R + E R
bool add_layer(const std::vector<float>& layer, int64_t rows, int64_t columns, Matrix& relevance,
               const std::function<bool()>& stop) {
    Matrix next = relevance;
    if (!add_product(layer.data(), relevance.data(), rows, rows, columns, next.data(), stop)) return false;
    relevance = std::move(next);
    return true;
}

// rownorm(R - I) + I, a row of zeros stays one.
Matrix normalised(const Matrix& relevance, int64_t size) {
    Matrix result = relevance;
    for (int64_t i = 0; i < size; ++i) {
        double* row = result.data() + i * size;
        row[i] -= 1;
        double sum = 0;
        for (int64_t j = 0; j < size; ++j) sum += row[j];
        if (sum != 0)
            for (int64_t j = 0; j < size; ++j) row[j] /= sum;
        row[i] += 1;
    }
    return result;
}

Matrix transposed(const Matrix& matrix, int64_t size) {
    Matrix result(matrix.size());
    for (int64_t i = 0; i < size; ++i)
        for (int64_t j = 0; j < size; ++j)
            result[static_cast<size_t>(j * size + i)] = matrix[static_cast<size_t>(i * size + j)];
    return result;
}

}  // namespace

std::vector<double> self_relevance(const LayerMatrices& self, int64_t tokens,
                                   const std::function<bool()>& stop) {
    Matrix relevance = identity(tokens);
    for (const std::vector<float>& layer : self)
        if (!add_layer(layer, tokens, tokens, relevance, stop)) return {};
    return relevance;
}

CrossRelevance cross_relevance(const LayerMatrices& self, const LayerMatrices& cross, int64_t targets,
                               const std::vector<double>& source_relevance, int64_t sources,
                               const std::function<bool()>& stop) {
    const Matrix source = normalised(source_relevance, sources);
    CrossRelevance result{identity(targets), Matrix(static_cast<size_t>(targets * sources), 0.0)};
    for (size_t l = 0; l < self.size(); ++l) {
        if (!add_layer(self[l], targets, targets, result.target, stop)) return {};
        if (!add_layer(self[l], targets, sources, result.cross, stop)) return {};
        Matrix seen(result.cross.size(), 0.0);
        if (!add_product(cross[l].data(), source.data(), targets, sources, sources, seen.data(), stop))
            return {};
        const Matrix asked = transposed(normalised(result.target, targets), targets);
        if (!add_product(asked.data(), seen.data(), targets, targets, sources, result.cross.data(), stop))
            return {};
    }
    return result;
}

}  // namespace weft
