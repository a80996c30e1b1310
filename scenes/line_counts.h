// Lines and their weight, counted while a plan is made. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace weft {

// Sums of weight before they become shares.
struct LedgerSums {
    double total = 0.0, drawn = 0.0, sinks = 0.0, neighbours = 0.0;
    uint64_t lines = 0;
    LedgerSums& operator+=(const LedgerSums& other);
};

// Steps of weight from 2^-16 to 2, four to an octave: which of the drawn lines are thinner than a picture can
// show is asked each frame, and answered without a walk over the lines.
class WeightSteps {
  public:
    static constexpr int count = 68;

    static int step_of(float weight) {
        const auto place = static_cast<int>(std::bit_cast<uint32_t>(weight) >> 21) - first_;
        return std::clamp(place, 0, count - 1);
    }
    // The least weight of a step; step 0 has everything below the next.
    static float least(int step) {
        return step <= 0 ? 0.0f : std::bit_cast<float>(static_cast<uint32_t>(step + first_) << 21);
    }
    // The lowest step whose lines all have at least `weight`.
    static int from(float weight) {
        const int step = step_of(weight);
        return least(step) < weight ? std::min(step + 1, count - 1) : step;
    }

  private:
    static constexpr int first_ = (127 - 16) << 2;  // exponent and two digits of a float
};

struct LinesByWeight {
    std::array<uint64_t, WeightSteps::count> lines{};
    std::array<double, WeightSteps::count> sums{};

    void add(float weight, double sum) {
        const auto step = static_cast<size_t>(WeightSteps::step_of(weight));
        ++lines[step];
        sums[step] += sum;
    }
};

}  // namespace weft
