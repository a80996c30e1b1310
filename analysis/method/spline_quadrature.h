// Integrals by the cubic spline through values at given nodes, of which no condition is made at the ends: the
// first two pieces are one cubic, and the last two ("not a knot"; de Boor 1978, chapter IV). Exact for
// cubics. Pure, any thread.
#pragma once

#include <span>
#include <vector>

namespace weft {

class SplineQuadrature {
  public:
    // At least four nodes, strictly ascending.
    explicit SplineQuadrature(std::vector<double> nodes);

    // sum_k weights[k] value[k] is the integral from the first node to the last, [n].
    std::vector<double> weights() const;
    // The integral over each piece between two nodes, [n - 1].
    std::vector<double> parts(std::span<const double> values) const;

  private:
    // The second derivatives at the inner nodes solve a tridiagonal system; those at both ends follow from
    // them.
    std::vector<double> widths_;                  // [n - 1]
    std::vector<double> below_, middle_, above_;  // [n - 2]
};

}  // namespace weft
