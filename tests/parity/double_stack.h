// A stack in float64, with gates and means as METHODS states them and a push at any place inside: what the
// gradients of a pass are differentiated against. No torch in here.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "analysis/torch/stack_pass.h"

namespace weft::test {

// One copy of one text.
struct StackCase {
    int64_t rows = 0, source_rows = 0, first_layer = 0;
    std::vector<double> states, source;            // [rows, D], [S, D]
    std::vector<torch_part::LayerChange> changes;  // of one copy
};

// What is added, at one place.
struct Push {
    enum class Place { none, states, source, attention, values, context } place = Place::none;
    int64_t layer = 0;
    bool is_cross = false;
    std::vector<double>
        by;  // attention [H, Q, K] behind the gate, values [H, K, d], context [H, Q, d] as used
};

class DoubleStack {
  public:
    DoubleStack(std::shared_ptr<const torch_part::ModelWeights> weights, size_t stack);
    ~DoubleStack();

    std::vector<double> output(const StackCase& of, const Push& push = {}) const;  // [rows, D]

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// LibTorch's threads wait for each other spinning: in these small passes, on shared cores, for minutes.
void compute_with_one_thread();

}  // namespace weft::test
