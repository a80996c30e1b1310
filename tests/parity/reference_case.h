// One file of tests/parity/references/passes with the checkpoint that it is of (write_pass_references.py).
#pragma once

#include "analysis/method/method_options.h"
#include "analysis/torch/stack_forward.h"
#include "tests/parity/family_case.h"

namespace weft::test {

struct ReferenceCase {
    std::string name;
    ModelConfig config;
    std::shared_ptr<const torch_part::ModelWeights> weights;
    FamilyReference inputs, reference;

    explicit ReferenceCase(const std::string& case_name);
    std::vector<AttentionKind> kinds() const;
    bool fits_kernels() const;
    size_t stack_of(AttentionKind kind) const;
    // Rows of integers [A, 3]: those that the reference ablates together.
    std::vector<HeadAblation> ablations() const;
};

std::vector<std::string> reference_case_names();

// "contribution" or "contribution.cross".
std::string named(const std::string& name, AttentionKind kind);

using MakeForward = std::function<std::unique_ptr<torch_part::StackForward>(size_t stack)>;

// Plain ATen, and the kernels where they fit, with the path's name.
std::vector<std::pair<std::string, MakeForward>> paths_of(
    const ReferenceCase& of, const std::shared_ptr<const torch_part::ModelWeights>& weights);

struct CasePass {
    std::map<AttentionKind, std::vector<float>> attention;  // [L, H, Q, K]
    std::vector<float> output;                              // logits, or states behind the final norm
    std::vector<float> hidden;                              // [L + 1, N, D] of the last stack
    int64_t rows = 0, last = 0;                             // of it, and the row that a head of one row reads
    std::vector<std::unique_ptr<torch_part::StackForward>> forwards;
};

// All layers of all stacks with the ablations.
CasePass run_case(const ReferenceCase& of, const MakeForward& make,
                  const std::vector<HeadAblation>& ablations);

// "logit_lens" and what comes with it, of the last stack.
std::map<std::string, FrameTensor> logit_lens_of(const ReferenceCase& of, const CasePass& pass);

}  // namespace weft::test
