// Everything that decides the numbers of the methods, as values: METHODS' options of `weft analyze`. Pure
// data, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/rollout.h"

namespace weft {

// The scalar y that is explained. It is chosen once, on the unchanged input: what is not given here is what
// the model itself puts first (METHODS "Targets").
struct TargetChoice {
    enum class Kind {
        automatic,  // a logit where the model has a head, else the norm of the mean-pooled last hidden state
        logit,      // of token or class `name` or the largest, at `position` or where the model predicts
        norm,       // of the mean-pooled last hidden state
        position_norm,  // of the last hidden state at `position`
        similarity      // cosine of the mean-pooled last hidden state with that of the text `other_text`
    } kind = Kind::automatic;
    std::string name;                 // a number, a vocabulary's string or a class's label; "": the largest
    std::optional<int64_t> position;  // row of the last stack's text; negative: from the end
    std::string other_text;
    bool operator==(const TargetChoice&) const = default;
};

enum class TargetSpace { logit, probability };

// adaptive: at most so many nodes as steps are given, where the function changes (adaptive_path.h).
enum class QuadratureRule {
    gauss_legendre,
    riemann_left,
    riemann_right,
    riemann_middle,
    riemann_trapezoid,
    adaptive
};

// The one head whose queries and keys are written.
struct HeadName {
    AttentionKind kind = AttentionKind::self;
    int64_t layer = 0, head = 0;
    bool operator==(const HeadName&) const = default;
};

struct MethodOptions {
    RolloutOptions rollout;  // its residual, fuse, first layer and discard are the flow's as well
    TargetChoice target;
    TargetSpace target_space = TargetSpace::logit;
    QuadratureRule ig_rule = QuadratureRule::gauss_legendre;
    int64_t ig_steps = 50;
    double ig_tolerance = 0.01;       // of the adaptive rule: what delta may be of the change of y
    int64_t attention_ig_steps = 20;  // always Gauss-Legendre
    std::string baseline = "zero";    // zero, pad, mask, unk, or a token of the vocabulary
    std::vector<int64_t> flow_rows;   // query rows of the flow that are computed; empty: all
    std::optional<int64_t>
        flow_first_row;  // is computed first, then those beside it; no number depends on it
    HeadName query_key_head;
    bool operator==(const MethodOptions&) const = default;
};

// Names of the rules as options spell them, in the enum's order.
const std::vector<std::string>& quadrature_names();

// `--target`: "auto", "norm", "norm@ROW", "similarity:TEXT", "NAME", "NAME@ROW" or "@ROW", where NAME is a
// number, a vocabulary's string or a class's label. Throws UsageError for a row that is no number.
TargetChoice parse_target(const std::string& value);
std::string target_text(const TargetChoice& target);

// A head whose context is set to 0 or to its mean over positions, for everything that is computed.
struct HeadAblation {
    AttentionKind kind = AttentionKind::self;
    int64_t layer = 0, head = 0;
    bool to_mean = false;
    auto operator<=>(const HeadAblation&) const = default;
};

}  // namespace weft
