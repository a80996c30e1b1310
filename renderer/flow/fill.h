// Sums of flow lines in a band of rows, pixel by pixel: shaders/flow_lines.frag for the processor. One
// source, two instruction sets, chosen at run time. Pure but for the band; any thread, one band each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

// `rows` rows of the picture from `first_row`, and of them the columns from `first_column`. Pixels hold
// sums (c a w, a w) and T = prod (1 - a). Each row has room for a few pixels more, which nobody reads.
struct FlowBand {
    static constexpr int spare = 8;
    FlowBand(int most_columns, int most_rows);
    int columns_with_room() const { return stride - spare; }

    int columns, stride, first_column = 0, first_row = 0, rows = 0;
    std::vector<float> red, green, blue, weight, transmittance;
    struct Touched {
        int low, high;
    };
    std::vector<Touched>
        touched;  // of each row: columns, from the band's first, that hold anything; none if low >= high
};

// c + x column + y row, of a pixel's centre.
struct Linear {
    float c = 0.0f, x = 0.0f, y = 0.0f;
    float at(float column, float row) const { return c + x * column + y * row; }
};

// The piece of a line between two of its points.
struct FlowPiece {
    static constexpr int most_edges = 5;
    // Columns of a row's pixels: the first is ceil(max of lows - 0.5), the end ceil(min of highs - 0.5).
    struct Edge {
        float at_row_0, per_row;
    };
    Edge lows[most_edges], highs[most_edges];
    int low_count = 0, high_count = 0;
    int first_row = 0, end_row = 0;  // of the picture
    Linear across, half_px, end_px, opacity, t;
    float red = 0.0f, green = 0.0f, blue = 0.0f;  // linear
    float weight = 1.0f;                          // of depth
};

// What a batch's pieces share, shaders/shared/flow_params.h.
struct FlowEffects {
    bool pulses = false, dashes = false;  // dashes only where the piece's value is negative
    float pulse_phase = 0.0f, pulse_inverse_sigma = 1.0f, pulse_gain = 0.0f, pulse_base = 1.0f,
          pulse_white = 0.0f;
    float dash_count = 0.0f;
};

struct FlowFill {
    void (*add)(const FlowPiece& piece, const FlowEffects& effects, FlowBand& band);
    // The mean colour times cover, and cover = 1 - T, as half floats: [rows, columns, 4]. Empties the
    // band.
    void (*take)(FlowBand& band, uint16_t* rgba);
};

// The fastest that this processor has.
const FlowFill& flow_fill();

}  // namespace weft
