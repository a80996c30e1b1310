#include "analysis/method/largest_eigen.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace weft {
namespace {

constexpr size_t least_size = 48;          // below, all of them are found as fast
constexpr size_t vectors_a_look = 8;       // between two looks at what the space tells
constexpr double largest_residual = 1e-9;  // of the largest eigenvalue

// In four lanes, so that no sum waits for the one before.
double product(const double* a, const double* b, size_t n) {
    double lanes[4] = {};
    size_t k = 0;
    for (; k + 4 <= n; k += 4)
        for (size_t lane = 0; lane < 4; ++lane) lanes[lane] += a[k + lane] * b[k + lane];
    for (; k < n; ++k) lanes[0] += a[k] * b[k];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

void add(double* to, double factor, const double* what, size_t n) {
    for (size_t k = 0; k < n; ++k) to[k] += factor * what[k];
}

class Space {
  public:
    Space(const std::vector<double>& matrix, size_t n, size_t most) : matrix_(matrix), n_(n), most_(most) {
        basis_.reserve(most * n);
        images_.reserve(most * n);
        within_.resize(most * most);
    }

    size_t size() const { return size_; }

    // `vector` [n], less what is in the space already; one of its own where nothing is left.
    void grow(std::vector<double> vector) {
        while (!orthogonalise(vector)) vector = some_vector();
        basis_.insert(basis_.end(), vector.begin(), vector.end());
        images_.resize(basis_.size(), 0.0);
        double* image = images_.data() + size_ * n_;
        for (size_t row = 0; row < n_; ++row) add(image, vector[row], matrix_.data() + row * n_, n_);
        ++size_;
        for (size_t k = 0; k < size_; ++k)
            within_[k * most_ + size_ - 1] = within_[(size_ - 1) * most_ + k] =
                product(basis_.data() + k * n_, image, n_);
    }

    std::vector<double> some_vector() {
        std::vector<double> vector(n_);
        for (double& x : vector) x = static_cast<double>(random_()) * 0x1p-32 - 0.5;
        return vector;
    }

    std::vector<double> image(size_t of) const {
        const auto from = images_.begin() + static_cast<ptrdiff_t>(of * n_);
        return {from, from + static_cast<ptrdiff_t>(n_)};
    }

    // The best of the space, and whether they solve their equation.
    std::pair<Eigenpairs, bool> best() const {
        std::vector<double> within(size_ * size_);
        for (size_t k = 0; k < size_; ++k)
            std::copy_n(within_.begin() + static_cast<ptrdiff_t>(k * most_), size_,
                        within.begin() + static_cast<ptrdiff_t>(k * size_));
        const Eigenpairs inside = symmetric_eigen(std::move(within), size_, 2);
        Eigenpairs pairs{inside.values, std::vector<double>(inside.values.size() * n_, 0.0)};
        bool solved = true;
        for (size_t pair = 0; pair < pairs.values.size(); ++pair) {
            double* vector = pairs.vectors.data() + pair * n_;
            std::vector<double> rest(n_, 0.0);
            for (size_t k = 0; k < size_; ++k) {
                add(vector, inside.vectors[pair * size_ + k], basis_.data() + k * n_, n_);
                add(rest.data(), inside.vectors[pair * size_ + k], images_.data() + k * n_, n_);
            }
            add(rest.data(), -pairs.values[pair], vector, n_);
            const double residual = std::sqrt(product(rest.data(), rest.data(), n_));
            solved = solved && residual <= largest_residual * std::abs(pairs.values[0]);
        }
        return {std::move(pairs), solved};
    }

  private:
    // To length 1; false where too little is left to have a direction.
    bool orthogonalise(std::vector<double>& vector) const {
        double before = std::sqrt(product(vector.data(), vector.data(), n_));
        for (int pass = 0; pass < 2; ++pass) {
            for (size_t k = 0; k < size_; ++k) {
                const double* of = basis_.data() + k * n_;
                add(vector.data(), -product(of, vector.data(), n_), of, n_);
            }
            const double after = std::sqrt(product(vector.data(), vector.data(), n_));
            if (!(after > 1e-10 * before)) return false;
            for (double& x : vector) x /= after;
            before = 1;
        }
        return true;
    }

    const std::vector<double>& matrix_;
    size_t n_, most_, size_ = 0;
    std::vector<double> basis_, images_;  // [size, n], the second is the matrix times the first
    std::vector<double> within_;          // [most, most], basis times images
    std::mt19937 random_{1};
};

}  // namespace

Eigenpairs two_largest_eigen(std::vector<double> matrix, size_t n) {
    if (n < least_size) return symmetric_eigen(std::move(matrix), n, 2);
    const size_t most = std::min(n / 2 / vectors_a_look, size_t{20}) * vectors_a_look;
    Space space(matrix, n, most);
    for (size_t next = 0; space.size() < most;) {
        for (size_t side = 0; side < 2; ++side)
            space.grow(space.size() < 2 ? space.some_vector() : space.image(next++));
        if (space.size() % vectors_a_look != 0) continue;
        auto [pairs, solved] = space.best();
        if (solved) return pairs;
    }
    return symmetric_eigen(std::move(matrix), n, 2);
}

}  // namespace weft
