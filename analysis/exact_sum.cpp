#include "analysis/exact_sum.h"

#include <cmath>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr uint32_t most_adds = 1u << 30;  // each adds less than 2^32 to a limb of 63 bits
constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

void ExactSum::add(double value) {
    WEFT_ASSERT(std::isfinite(value), std::to_string(value));
    if (value == 0) return;
    int exponent = 0;
    const double fraction = std::frexp(std::abs(value), &exponent);  // 53 bits from 1/2 on
    const int shift = exponent - 53 - lowest_exponent;
    uint64_t mantissa = static_cast<uint64_t>(std::ldexp(fraction, 53));
    int limb = shift / limb_bits, bit = shift % limb_bits;
    if (shift < 0) {  // its lowest bits are 0
        WEFT_ASSERT(shift > -64 && (mantissa & ((uint64_t{1} << -shift) - 1)) == 0, std::to_string(value));
        mantissa >>= -shift;
        limb = bit = 0;
    }
    WEFT_ASSERT(limb + 2 < limb_count, std::to_string(value));
    const int64_t sign = value < 0 ? -1 : 1;
    const uint64_t low = mantissa << bit, high = bit > 0 ? mantissa >> (64 - bit) : 0;
    const size_t first = static_cast<size_t>(limb);
    limbs_[first] += sign * static_cast<int64_t>(low & 0xffffffffu);
    limbs_[first + 1] += sign * static_cast<int64_t>(low >> limb_bits);
    limbs_[first + 2] += sign * static_cast<int64_t>(high);
    if (++adds_ == most_adds) carry();
}

void ExactSum::add(const ExactSum& other) {
    ExactSum carried = other;
    carried.carry();
    carry();
    for (size_t k = 0; k < limb_count; ++k) limbs_[k] += carried.limbs_[k];
    carry();
}

// All limbs but the last from 0 to 2^32 - 1: the only such form of a value.
void ExactSum::carry() {
    for (size_t k = 0; k + 1 < limb_count; ++k) {
        limbs_[k + 1] += limbs_[k] >> limb_bits;
        limbs_[k] &= 0xffffffff;
    }
    adds_ = 0;
}

std::pair<ExactSum, bool> ExactSum::magnitude() const {
    ExactSum carried = *this;
    carried.carry();
    const bool is_negative = carried.limbs_.back() < 0;
    if (is_negative) {
        for (int64_t& limb : carried.limbs_) limb = -limb;
        carried.carry();
    }
    return {carried, is_negative};
}

long double ExactSum::value() const {
    const auto [carried, is_negative] = magnitude();
    long double sum = 0;
    for (size_t k = limb_count; k-- > 0;)
        sum += std::ldexp(static_cast<long double>(carried.limbs_[k]),
                          static_cast<int>(k) * limb_bits + lowest_exponent);
    return is_negative ? -sum : sum;
}

std::string ExactSum::text() const {
    const auto [carried, is_negative] = magnitude();
    std::string text;
    for (size_t k = limb_count; k-- > 0;)
        for (int nibble = 7; nibble >= 0; --nibble) {
            const auto digit = static_cast<size_t>((carried.limbs_[k] >> (4 * nibble)) & 15);
            if (digit != 0 || !text.empty()) text += digits[digit];
        }
    if (text.empty()) return "0";
    return is_negative ? "-" + text : text;
}

ExactSum ExactSum::parse(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    const std::string_view number = text.substr(is_negative ? 1 : 0);
    if (number.empty() || number.size() > limb_count * 8 || number.find_first_not_of(digits) != number.npos ||
        (number.size() == limb_count * 8 && number.front() > '7'))
        throw Error("\"" + std::string(text.substr(0, 80)) + "\" is no exact sum");
    ExactSum sum;
    for (size_t k = 0; k < number.size(); ++k) {
        const size_t place = number.size() - 1 - k;
        sum.limbs_[place / 8] |= static_cast<int64_t>(digits.find(number[k])) << (4 * (place % 8));
    }
    if (is_negative)
        for (int64_t& limb : sum.limbs_) limb = -limb;
    sum.carry();
    return sum;
}

}  // namespace weft
