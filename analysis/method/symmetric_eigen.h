// The largest eigenvalues of a symmetric matrix and their eigenvectors: Householder's reduction to three
// diagonals, then QL steps with implicit shifts (Golub & Van Loan, Matrix Computations, chapter 8). O(n^3),
// float64, deterministic. Pure, any thread.
#pragma once

#include <cstddef>
#include <vector>

namespace weft {

struct Eigenpairs {
    std::vector<double> values;   // [count], largest first
    std::vector<double> vectors;  // [count, n], row k belongs to values[k], length 1
};

// matrix [n, n]; count <= n of them, each vector O(n^2) more.
Eigenpairs symmetric_eigen(std::vector<double> matrix, size_t size, size_t count);

}  // namespace weft
