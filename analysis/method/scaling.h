// Places in the plane whose distances are near to given ones: classical multidimensional scaling (Torgerson
// 1952). With B = -J D^2 J / 2 (squares of the entries, J takes the mean off) and its two largest eigenvalues
// a, b with vectors u, v, the place of k is (sqrt(a) u_k, sqrt(b) v_k); a negative eigenvalue counts as 0. In
// each column the entry of the largest size is positive, the first of equal ones: the same places every time.
// Pure, any thread.
#pragma once

#include "analysis/attention_frame.h"

namespace weft {

FrameTensor scale_to_plane(const FrameTensor& distances);  // [n, n] to [n, 2]

}  // namespace weft
