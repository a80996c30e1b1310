#include "analysis/method/method_options.h"

#include <charconv>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr std::string_view similarity = "similarity:";

// The row behind the last "@", if a number stands there.
std::optional<int64_t> row_of(std::string_view text) {
    int64_t row = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return row;
}

}  // namespace

const std::vector<std::string>& quadrature_names() {
    static const std::vector<std::string> names = {"gauss_legendre", "riemann_left",      "riemann_right",
                                                   "riemann_middle", "riemann_trapezoid", "adaptive"};
    return names;
}

TargetChoice parse_target(const std::string& value) {
    TargetChoice target;
    if (value.empty() || value == "auto") return target;
    if (value.starts_with(similarity)) {
        target.kind = TargetChoice::Kind::similarity;
        target.other_text = value.substr(similarity.size());
        return target;
    }
    target.name = value;
    if (const size_t at = value.rfind('@'); at != std::string::npos) {
        target.position = row_of(std::string_view(value).substr(at + 1));
        if (target.position) target.name = value.substr(0, at);
        // A token may have an "@" of its own, but not at the beginning of a row that is meant.
        if (!target.position && at == 0 && value.size() > 1)
            throw UsageError("--target '" + value + "': '" + value.substr(1) + "' is no row",
                             "Write the row's number behind the @, from 0, or from the end as -1.");
    }
    target.kind = TargetChoice::Kind::logit;
    if (target.name == "norm") {
        target.name.clear();
        target.kind = target.position ? TargetChoice::Kind::position_norm : TargetChoice::Kind::norm;
    }
    return target;
}

std::string target_text(const TargetChoice& target) {
    using Kind = TargetChoice::Kind;
    const std::string row = target.position ? "@" + std::to_string(*target.position) : "";
    switch (target.kind) {
        case Kind::automatic:
            return "auto";
        case Kind::norm:
        case Kind::position_norm:
            return "norm" + row;
        case Kind::similarity:
            return std::string(similarity) + target.other_text;
        case Kind::logit:
            return target.name + row;
    }
    return "auto";
}

}  // namespace weft
