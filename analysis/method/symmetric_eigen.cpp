#include "analysis/method/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace weft {
namespace {

// Turns rows `upper` and `upper` + 1.
struct Rotation {
    size_t upper;
    double cosine, sine;
};

// matrix = basis^T T basis with T tridiagonal. The basis is what the reflections and after them the rotations
// make of the unit matrix; it is not multiplied out, for few of its rows are asked for.
struct Tridiagonal {
    std::vector<double> diagonal, beside;  // beside[k] between k and k + 1
    std::vector<double> reflections;       // I - 2 v v^T, the v [n, n], some 0
    std::vector<Rotation> rotations;
};

Tridiagonal reduce(std::vector<double>& a, size_t n) {
    Tridiagonal t{std::vector<double>(n), std::vector<double>(n, 0.0), std::vector<double>(n * n, 0.0), {}};
    std::vector<double> w(n);
    for (size_t k = 0; k + 2 < n; ++k) {
        double* v = t.reflections.data() + k * n;
        // The reflection I - 2 v v^T that leaves of column k only the entry below the diagonal.
        double square = 0;
        for (size_t i = k + 1; i < n; ++i) square += a[i * n + k] * a[i * n + k];
        const double length = std::sqrt(square), corner = a[(k + 1) * n + k];
        const double turned = corner > 0 ? -length : length;
        const double norm = std::sqrt(2 * length * (length + std::abs(corner)));
        if (norm == 0) continue;
        for (size_t i = k + 1; i < n; ++i) v[i] = a[i * n + k] / norm;
        v[k + 1] = (corner - turned) / norm;
        std::ranges::fill(w, 0.0);
        for (size_t i = k + 1; i < n;
             ++i)  // by rows, which are columns too: no term waits for the one before
            for (size_t j = k + 1; j < n; ++j) w[j] += v[i] * a[i * n + j];
        double product = 0;
        for (size_t i = k + 1; i < n; ++i) product += w[i] * v[i];
        for (size_t i = k + 1; i < n; ++i) w[i] = 2 * (w[i] - product * v[i]);
        for (size_t i = k + 1; i < n; ++i)
            for (size_t j = k + 1; j < n; ++j) a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
        for (size_t i = k + 1; i < n; ++i) a[i * n + k] = a[k * n + i] = 0;
        a[(k + 1) * n + k] = a[k * n + k + 1] = turned;
    }
    for (size_t k = 0; k < n; ++k) {
        t.diagonal[k] = a[k * n + k];
        if (k + 1 < n) t.beside[k] = a[(k + 1) * n + k];
    }
    return t;
}

// Row `row` of the basis.
std::vector<double> basis_row(const Tridiagonal& t, size_t row, size_t n) {
    std::vector<double> x(n, 0.0);
    x[row] = 1;
    for (size_t r = t.rotations.size(); r-- > 0;) {
        const auto& [upper, cosine, sine] = t.rotations[r];
        const double before = x[upper];
        x[upper] = cosine * before + sine * x[upper + 1];
        x[upper + 1] = cosine * x[upper + 1] - sine * before;
    }
    for (size_t k = n; k-- > 0;) {
        const double* v = t.reflections.data() + k * n;
        double product = 0;
        for (size_t i = k + 1; i < n; ++i) product += v[i] * x[i];
        for (size_t i = k + 1; i < n; ++i) x[i] -= 2 * product * v[i];
    }
    return x;
}

// One implicit QL step on rows [first, last].
void step(Tridiagonal& t, size_t first, size_t last) {
    std::vector<double>&d = t.diagonal, &e = t.beside;
    const double slope = (d[first + 1] - d[first]) / (2 * e[first]);
    double bulge = d[last] - d[first] + e[first] / (slope + std::copysign(std::hypot(slope, 1.0), slope));
    double sine = 1, cosine = 1, moved = 0;
    for (size_t i = last; i-- > first;) {
        const double beyond = sine * e[i], kept = cosine * e[i];
        const double length = std::hypot(beyond, bulge);
        e[i + 1] = length;
        if (length == 0) {  // the matrix falls apart here
            d[i + 1] -= moved;
            e[last] = 0;
            return;
        }
        sine = beyond / length;
        cosine = bulge / length;
        const double shifted = d[i + 1] - moved;
        const double change = (d[i] - shifted) * sine + 2 * cosine * kept;
        moved = sine * change;
        d[i + 1] = shifted + moved;
        bulge = cosine * change - kept;
        t.rotations.push_back({i, cosine, sine});
    }
    d[first] -= moved;
    e[first] = bulge;
    e[last] = 0;
}

}  // namespace

Eigenpairs symmetric_eigen(std::vector<double> matrix, size_t n, size_t count) {
    Tridiagonal t = reduce(matrix, n);
    double scale = 0;
    for (size_t k = 0; k < n; ++k) scale = std::max(scale, std::abs(t.diagonal[k]) + std::abs(t.beside[k]));
    const double negligible = std::numeric_limits<double>::epsilon() * scale;
    for (size_t first = 0; first < n; ++first)
        for (;;) {
            size_t last = first;
            while (last + 1 < n && std::abs(t.beside[last]) > negligible) ++last;
            if (last == first) break;
            step(t, first, last);
        }
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return t.diagonal[a] > t.diagonal[b]; });
    Eigenpairs pairs;
    for (size_t k = 0; k < std::min(count, n); ++k) {
        pairs.values.push_back(t.diagonal[order[k]]);
        const std::vector<double> vector = basis_row(t, order[k], n);
        pairs.vectors.insert(pairs.vectors.end(), vector.begin(), vector.end());
    }
    return pairs;
}

}  // namespace weft
