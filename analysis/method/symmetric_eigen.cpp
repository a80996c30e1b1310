#include "analysis/method/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace weft {
namespace {

// matrix = basis^T T basis with T tridiagonal; `basis` has orthonormal rows.
struct Tridiagonal {
    std::vector<double> diagonal, beside;  // beside[k] between k and k + 1
    std::vector<double> basis;             // [n, n]
};

Tridiagonal reduce(std::vector<double>& a, size_t n) {
    Tridiagonal t{std::vector<double>(n), std::vector<double>(n, 0.0), std::vector<double>(n * n, 0.0)};
    for (size_t k = 0; k < n; ++k) t.basis[k * n + k] = 1;
    std::vector<double> v(n), w(n), mixed(n);
    for (size_t k = 0; k + 2 < n; ++k) {
        // The reflection I - 2 v v^T that leaves of column k only the entry below the diagonal.
        double square = 0;
        for (size_t i = k + 1; i < n; ++i) square += a[i * n + k] * a[i * n + k];
        const double length = std::sqrt(square), corner = a[(k + 1) * n + k];
        const double turned = corner > 0 ? -length : length;
        const double norm = std::sqrt(2 * length * (length + std::abs(corner)));
        if (norm == 0) continue;
        for (size_t i = k + 1; i < n; ++i) v[i] = a[i * n + k] / norm;
        v[k + 1] = (corner - turned) / norm;
        double product = 0;
        for (size_t i = k + 1; i < n; ++i) {
            w[i] = 0;
            for (size_t j = k + 1; j < n; ++j) w[i] += a[i * n + j] * v[j];
            product += w[i] * v[i];
        }
        for (size_t i = k + 1; i < n; ++i) w[i] = 2 * (w[i] - product * v[i]);
        for (size_t i = k + 1; i < n; ++i)
            for (size_t j = k + 1; j < n; ++j) a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
        for (size_t i = k + 1; i < n; ++i) a[i * n + k] = a[k * n + i] = 0;
        a[(k + 1) * n + k] = a[k * n + k + 1] = turned;
        std::ranges::fill(mixed, 0.0);
        for (size_t i = k + 1; i < n; ++i)
            for (size_t j = 0; j < n; ++j) mixed[j] += v[i] * t.basis[i * n + j];
        for (size_t i = k + 1; i < n; ++i)
            for (size_t j = 0; j < n; ++j) t.basis[i * n + j] -= 2 * v[i] * mixed[j];
    }
    for (size_t k = 0; k < n; ++k) {
        t.diagonal[k] = a[k * n + k];
        if (k + 1 < n) t.beside[k] = a[(k + 1) * n + k];
    }
    return t;
}

void rotate(double* upper, double* lower, double cosine, double sine, size_t n) {
    for (size_t k = 0; k < n; ++k) {
        const double before = lower[k];
        lower[k] = sine * upper[k] + cosine * before;
        upper[k] = cosine * upper[k] - sine * before;
    }
}

// One implicit QL step on rows [first, last].
void step(Tridiagonal& t, size_t first, size_t last, size_t n) {
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
        rotate(t.basis.data() + i * n, t.basis.data() + (i + 1) * n, cosine, sine, n);
    }
    d[first] -= moved;
    e[first] = bulge;
    e[last] = 0;
}

}  // namespace

Eigenpairs symmetric_eigen(std::vector<double> matrix, size_t n) {
    Tridiagonal t = reduce(matrix, n);
    double scale = 0;
    for (size_t k = 0; k < n; ++k) scale = std::max(scale, std::abs(t.diagonal[k]) + std::abs(t.beside[k]));
    const double negligible = std::numeric_limits<double>::epsilon() * scale;
    for (size_t first = 0; first < n; ++first)
        for (;;) {
            size_t last = first;
            while (last + 1 < n && std::abs(t.beside[last]) > negligible) ++last;
            if (last == first) break;
            step(t, first, last, n);
        }
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return t.diagonal[a] > t.diagonal[b]; });
    Eigenpairs pairs{{}, std::vector<double>(n * n)};
    for (size_t k = 0; k < n; ++k) {
        pairs.values.push_back(t.diagonal[order[k]]);
        std::copy_n(t.basis.begin() + static_cast<ptrdiff_t>(order[k] * n), n,
                    pairs.vectors.begin() + static_cast<ptrdiff_t>(k * n));
    }
    return pairs;
}

}  // namespace weft
