// One folder of tests/parity/checkpoints: computed by every path that takes it, compared with its reference.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/checkpoint/checkpoint.h"
#include "analysis/torch/stack_forward.h"
#include "analysis/torch/stack_loader.h"

namespace weft::test {

struct FamilyErrors {
    double attention = 0, hidden = 0;  // absolute; of the largest hidden state
    std::optional<double> logits;      // of the largest logit
    bool by_kernels = false;

    std::string logits_text() const {
        if (!logits) return "none   ";
        char text[16];
        std::snprintf(text, sizeof text, "%.1e", *logits);
        return text;
    }
};

struct FamilyReference {
    Safetensors file;

    std::vector<float> floats(const std::string& name) const {
        const SafetensorsTensor* tensor = file.find(name);
        REQUIRE(tensor != nullptr);
        return to_float32(*tensor, file.path());
    }
    std::vector<int32_t> ids(const std::string& name) const {
        const SafetensorsTensor* tensor = file.find(name);
        if (!tensor) return {};
        REQUIRE(tensor->dtype == Dtype::i64);
        std::vector<int64_t> wide(tensor->elements);
        std::memcpy(wide.data(), tensor->data.data(), tensor->data.size());
        return {wide.begin(), wide.end()};
    }
};

// Infinite where a number on either side is none: std::max alone would pass over it.
inline double largest_distance(const std::vector<float>& a, const std::vector<float>& b) {
    REQUIRE(a.size() == b.size());
    double worst = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        const double distance = std::abs(double{a[i]} - b[i]);
        if (!std::isfinite(distance)) return std::numeric_limits<double>::infinity();
        worst = std::max(worst, distance);
    }
    return worst;
}

inline double largest_of(const std::vector<float>& values) {
    double largest = 1e-6;
    for (const float value : values) largest = std::max(largest, std::abs(double{value}));
    return largest;
}

FamilyErrors check_family_case(const std::filesystem::path& folder);

}  // namespace weft::test
