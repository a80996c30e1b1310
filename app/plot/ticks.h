// Where the numbers of an axis stand: round values inside a range, and ranges that are never empty. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace weft {

struct Range {
    double low = 0.0, high = 1.0;
    double size() const { return high - low; }
    bool operator==(const Range&) const = default;
};

struct Tick {
    double value = 0.0;
    std::string text;  // as many digits as the step needs
};

// Of the finite values; {0, 1} where there are none, room around a value that is alone.
Range range_of(std::span<const double> values);
// Holds both.
Range joined(const Range& a, const Range& b);

// Multiples of 1, 2 or 5 times a power of ten inside `range`, at most `most` of them. `whole`: of things that
// are counted, no step below 1.
std::vector<Tick> nice_ticks(const Range& range, int most, bool whole = false);

// Seven digits: the float32 that was computed. "not a number" and "infinite" where it is none.
std::string exact_text(double value);

}  // namespace weft
