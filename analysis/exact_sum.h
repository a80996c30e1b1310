// A sum of numbers without rounding, whose value does not depend on their order: a fixed-point number wide
// enough for every float32 and every product of two. Parts of a sum that were made apart add up to the same
// bits. Pure; one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

class ExactSum {
  public:
    // A finite number that is a float32 or a product of two.
    void add(double value);
    void add(const ExactSum& other);
    long double value() const;  // rounded once more than long double rounds

    // "-1a2f": units of 2^-298 in hexadecimal, the same for equal sums.
    std::string text() const;
    static ExactSum parse(std::string_view text);  // throws weft::Error

  private:
    // From 2^-298 up to 2^256, and room for 2^60 of the largest.
    static constexpr int lowest_exponent = -298, limb_bits = 32, limb_count = 20;
    void carry();
    std::pair<ExactSum, bool> magnitude() const;  // carried, and whether the sum is below 0
    std::array<int64_t, limb_count> limbs_{};     // the value is sum limbs[k] 2^(32 k - 298)
    uint32_t adds_ = 0;                           // since the last carry
};

}  // namespace weft
