// The kernels for processors with matrix units (AMX): those of AVX-512, and products of many rows by the
// units. They multiply bfloat16, eight bits of a number at a time; a float32 is the exact sum of three such,
// and of the nine products the six that reach into 24 bits are added up in float32. Compiled with its own
// flags (analysis/CMakeLists.txt).
#include <immintrin.h>

#include <cstdint>

namespace {
constexpr int lanes = 16, tile_rows = 12;
}

#include "analysis/torch/kernels_back_impl.h"

namespace weft::torch_part {
namespace {

constexpr int64_t side = 16, depth = 32;  // of a tile: 16 rows of 32 numbers
constexpr int64_t tile_numbers = side * depth;
constexpr int64_t pieces = 3;
constexpr int64_t most_rows = 512;  // whose sums are kept at a time
constexpr int64_t together = 4;     // panels whose pieces are made at a time

typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint16_t Halves __attribute__((vector_size(32)));

// x = parts[0] + parts[1] + parts[2], each with eight bits of it in the upper half of its word.
WEFT_INLINE void split_vector(Vector x, Words (&parts)[pieces]) {
    for (int piece = 0; piece < pieces; ++piece) {
        parts[piece] = reinterpret_cast<Words>(x) & 0xFFFF0000u;
        x -= reinterpret_cast<Vector>(parts[piece]);
    }
}

int64_t steps_of(int64_t inner) {
    return (inner + depth - 1) / depth;
}

// Tiles [rows / 16, steps, piece] of 16 rows each; what is missing to 32 rows and to the last step is 0.
void split_rows(const float* x, int64_t stride, int64_t rows, int64_t inner, uint16_t* to) {
    const int64_t steps = steps_of(inner), all_rows = (rows + 2 * side - 1) / (2 * side) * (2 * side);
    for (int64_t i = 0; i < all_rows; ++i)
        for (int64_t step = 0; step < steps; ++step) {
            uint16_t* row = to + (i / side * steps + step) * pieces * tile_numbers + i % side * depth;
            for (int64_t half = 0; half < depth; half += lanes) {
                const int64_t k = step * depth + half;
                Words parts[pieces];
                split_vector(i < rows && k < inner ? load(x + i * stride + k) : Vector{}, parts);
                for (int piece = 0; piece < pieces; ++piece) {
                    const Halves halves = __builtin_convertvector(parts[piece] >> 16, Halves);
                    __builtin_memcpy(row + piece * tile_numbers + half, &halves, sizeof halves);
                }
            }
        }
}

// One packed panel [inner, 16] as tiles [steps, piece] whose rows hold two numbers k, k + 1 of each column.
void split_panel(const float* packed, int64_t inner, uint16_t* to) {
    const int64_t steps = steps_of(inner);
    for (int64_t k = 0; k < steps * depth; k += 2) {
        Words even[pieces], odd[pieces];
        split_vector(k < inner ? load(packed + k * panel_width) : Vector{}, even);
        split_vector(k < inner ? load(packed + (k + 1) * panel_width) : Vector{}, odd);
        uint16_t* row = to + k / depth * pieces * tile_numbers + k % depth * panel_width;
        for (int piece = 0; piece < pieces; ++piece) {
            const Words pair = even[piece] >> 16 | odd[piece];
            __builtin_memcpy(row + piece * tile_numbers, &pair, sizeof pair);
        }
    }
}

// sums[32, 32] = or += products over `steps`; `second_*`: distance to the second 16 rows and columns.
void product_of_tiles(const uint16_t* a, int64_t second_a, const uint16_t* b, int64_t second_b, int64_t steps,
                      bool is_first, float* sums) {
    constexpr int64_t row_bytes = depth * 2, sum_bytes = 2 * side * 4;
    float* const below = sums + side * 2 * side;
    if (is_first) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    } else {
        _tile_loadd(0, sums, sum_bytes);
        _tile_loadd(1, sums + side, sum_bytes);
        _tile_loadd(2, below, sum_bytes);
        _tile_loadd(3, below + side, sum_bytes);
    }
#define WEFT_LOAD_A(piece)                               \
    _tile_loadd(4, a + (piece)*tile_numbers, row_bytes); \
    _tile_loadd(5, a + second_a + (piece)*tile_numbers, row_bytes);
#define WEFT_LOAD_B(piece)                               \
    _tile_loadd(6, b + (piece)*tile_numbers, row_bytes); \
    _tile_loadd(7, b + second_b + (piece)*tile_numbers, row_bytes);
#define WEFT_MULTIPLY()      \
    _tile_dpbf16ps(0, 4, 6); \
    _tile_dpbf16ps(1, 4, 7); \
    _tile_dpbf16ps(2, 5, 6); \
    _tile_dpbf16ps(3, 5, 7);
    for (int64_t step = 0; step < steps; ++step) {
        WEFT_LOAD_A(0)
        WEFT_LOAD_B(2)
        WEFT_MULTIPLY()
        WEFT_LOAD_B(1)
        WEFT_MULTIPLY()
        WEFT_LOAD_B(0)
        WEFT_MULTIPLY()
        WEFT_LOAD_A(2)
        WEFT_MULTIPLY()
        WEFT_LOAD_A(1)
        WEFT_MULTIPLY()
        WEFT_LOAD_B(1)
        WEFT_MULTIPLY()
        a += pieces * tile_numbers;
        b += pieces * tile_numbers;
    }
#undef WEFT_LOAD_A
#undef WEFT_LOAD_B
#undef WEFT_MULTIPLY
    _tile_stored(0, sums, sum_bytes);
    _tile_stored(1, sums + side, sum_bytes);
    _tile_stored(2, below, sum_bytes);
    _tile_stored(3, below + side, sum_bytes);
}

// What LinearTask says of the sums `from`, 16 columns of one row.
WEFT_INLINE void finish(const LinearTask& task, const float* from, int64_t row, int64_t column) {
    const int64_t at = row * task.y_stride + column;
    float* y = task.y + at;
    Vector sum = load(from) + load(task.adds ? y : task.bias + column);
    if (task.factor) {
        sum *= load(task.factor + at);
    } else if (task.slope) {
        Vector value;
        store(task.slope + at, slope_of(sum, task.activation, value));
        sum = value;
    } else {
        sum = activate(sum, task.activation);
    }
    store(y, sum);
}

// The panels [first, end) of up to most_rows rows: a few steps at a time, so that what is multiplied comes
// from the nearer caches, and sums go to `sums` in between.
void columns_of_split(const LinearTask& task, const uint16_t* x, const uint16_t* panels, int64_t row,
                      int64_t rows, int64_t first, int64_t end, float* sums) {
    constexpr int64_t cached_steps = 4;
    const int64_t steps = steps_of(task.inner), panel = steps * pieces * tile_numbers;
    for (int64_t step = 0; step < steps; step += cached_steps) {
        const int64_t some = steps - step < cached_steps ? steps - step : cached_steps;
        const int64_t at = step * pieces * tile_numbers;
        for (int64_t i = 0; i < rows; i += 2 * side)
            for (int64_t p = first; p < end; p += 2)
                product_of_tiles(x + i / side * panel + at, panel, panels + (p - first) * panel + at,
                                 p + 1 < end ? panel : 0, some, step == 0,
                                 sums + (i * together + (p - first) * 2 * side) * side);
    }
    for (int64_t i = 0; i < rows; i += 2 * side)
        for (int64_t p = first; p < end; ++p) {
            const float* of =
                sums + (i * together + (p - first) / 2 * 2 * 2 * side) * side + (p - first) % 2 * side;
            for (int64_t r = 0; r < 2 * side && i + r < rows; ++r)
                finish(task, of + r * 2 * side, row + i + r, p * panel_width);
        }
}

void linear_of_split(const LinearTask& task, const uint16_t* x, uint16_t* scratch) {
    struct alignas(64) Shape {
        uint8_t palette = 1, start_row = 0, reserved[14] = {};
        uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
        uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    };
    const Shape shape;
    _tile_loadconfig(&shape);
    const int64_t steps = steps_of(task.inner), panel = steps * pieces * tile_numbers;
    alignas(64) float sums[most_rows * together * side];
    for (int64_t first = task.panel_begin; first < task.panel_end; first += together) {
        const int64_t end = first + together < task.panel_end ? first + together : task.panel_end;
        for (int64_t p = first; p < end; ++p)
            split_panel(task.packed + p * task.inner * panel_width, task.inner,
                        scratch + (p - first) * panel);
        for (int64_t row = 0; row < task.rows; row += most_rows) {
            const int64_t rows = task.rows - row < most_rows ? task.rows - row : most_rows;
            columns_of_split(task, x + row / side * panel, scratch, row, rows, first, end, sums);
        }
    }
    _tile_release();
}

}  // namespace

extern const Kernels kernels_amx;
const Kernels kernels_amx = {"amx",
                             tile_panels,
                             tile_rows,
                             linear,
                             attention,
                             arrange,
                             normalise,
                             multiply_by,
                             rotate,
                             normalise_back,
                             attention_back,
                             contribution,
                             {split_rows, linear_of_split}};

}  // namespace weft::torch_part
