// Two weights' share of the Jensen-Shannon divergence as a distance in a plain space, so that the divergences
// of many heads become products of matrices. With phi(x) = x ln x and
//   I(p, q) = phi(p + q) - phi(p) - phi(q) = integral over t > 0 of (1 - exp(-p t)) (1 - exp(-q t)) / t^2
// (twice Frullani's integral), a positive definite kernel with I(p, p) = 2 p ln 2, there are features v with
// v(p).v(q) = I(p, q), and of two rows JS = sum_k |v(p_k) - v(q_k)|^2 / 4. Sixteen features are kept: the
// kernel's first eigenvectors on 64 weights from 1e-8 to 1, where the weight x counts (x + 1e-3)^-0.8,
// continued to all others (Nystroem). A row's JS is then too small by at most 1.1e-6 for 128 keys and 4.5e-6
// for 2,048, whatever the rows, and exact where they are equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

inline constexpr size_t divergence_features = 16;
// The first eight, turned among themselves so that none is much larger than another, are told to 16 bits; the
// other eight are a fiftieth of these and told to 8.
inline constexpr size_t fine_features = 8;

// Parabolas in x, -1 to 1 from one end of a bin to the other: (curve x + slope) x + middle.
struct alignas(64) FeatureBin {
    float curve[divergence_features], slope[divergence_features], middle[divergence_features];
};

// Feature f of p, in units of `step`, plus offset[f] is in [0, 65535), for coarse ones in [0, 255). With
// r = min(p + least_weight, 1) the bins are the sixteenths of r's octaves, from that of least_weight to that
// of 1.
struct DivergenceTable {
    static constexpr float least_weight = 0x1p-24f;
    static constexpr int bins_log2 = 4;  // of an octave

    std::vector<FeatureBin> bins;
    alignas(64) float offset[divergence_features] = {};
    double fine_step = 0, coarse_step = 0;
};

// Made the first time, in some milliseconds. Any thread.
const DivergenceTable& divergence_table();

}  // namespace weft
