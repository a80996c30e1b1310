// All eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to three diagonals, then QL
// steps with implicit shifts (Golub & Van Loan, Matrix Computations, chapter 8). O(n^3), float64,
// deterministic. Pure, any thread.
#pragma once

#include <cstddef>
#include <vector>

namespace weft {

struct Eigenpairs {
    std::vector<double> values;   // [n], largest first
    std::vector<double> vectors;  // [n, n], row k belongs to values[k], length 1
};

Eigenpairs symmetric_eigen(std::vector<double> matrix, size_t size);  // matrix [n, n]

}  // namespace weft
