// The two largest eigenvalues of a symmetric matrix and their eigenvectors: Rayleigh and Ritz in a space of
// Krylov's, grown by two vectors at a time so that an equal pair is found, orthogonalised twice against all
// it has (Golub & Van Loan, Matrix Computations, chapter 10). O(n^2) for each of some twenty vectors; where
// that space does not tell them to a billionth, as symmetric_eigen() does. Float64, deterministic. Pure, any
// thread.
#pragma once

#include "analysis/method/symmetric_eigen.h"

namespace weft {

// matrix [n, n]; fewer than two where n is less.
Eigenpairs two_largest_eigen(std::vector<double> matrix, size_t size);

}  // namespace weft
