#include "analysis/method/head_ablations.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "analysis/error.h"

namespace weft {

namespace {

constexpr std::array<std::pair<std::string_view, AttentionKind>, 3> prefixes = {
    {{"encoder:", AttentionKind::encoder},
     {"decoder:", AttentionKind::decoder},
     {"cross:", AttentionKind::cross}}};
constexpr std::string_view mean_suffix = ":mean", zero_suffix = ":zero";

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

bool read_number(std::string_view text, int64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= 0;
}

bool read_head(std::string_view text, HeadName& head) {
    for (const auto& [prefix, kind] : prefixes)
        if (take_prefix(text, prefix)) {
            head.kind = kind;
            break;
        }
    const size_t dot = text.find('.');
    return dot != std::string_view::npos && read_number(text.substr(0, dot), head.layer) &&
           read_number(text.substr(dot + 1), head.head);
}

HeadAblation parse_one(std::string_view text) {
    HeadAblation ablation;
    std::string_view rest = text;
    ablation.to_mean = take_suffix(rest, mean_suffix);
    if (!ablation.to_mean) take_suffix(rest, zero_suffix);
    HeadName head;
    if (!read_head(rest, head))
        throw UsageError("--ablate '" + std::string(text) + "' is no head",
                         "Write layer and head from 0, as 3.5, 3.5:mean or, of two stacks, encoder:3.5.");
    ablation.kind = head.kind;
    ablation.layer = head.layer;
    ablation.head = head.head;
    return ablation;
}

std::string text_of(const HeadAblation& ablation) {
    std::string text;
    for (const auto& [prefix, kind] : prefixes)
        if (kind == ablation.kind) text = prefix;
    return text + std::to_string(ablation.layer) + "." + std::to_string(ablation.head) +
           (ablation.to_mean ? std::string(mean_suffix) : "");
}

bool same_head(const HeadAblation& a, const HeadAblation& b) {
    return a.kind == b.kind && a.layer == b.layer && a.head == b.head;
}

std::string kinds_hint(const std::vector<AttentionSize>& sizes) {
    if (sizes.size() == 1) return "The model has one stack: write layer and head alone, as 3.5.";
    return "The model has two stacks: write encoder:3.5, decoder:3.5 or cross:3.5.";
}

}  // namespace

std::vector<HeadAblation> parse_ablations(std::string_view text) {
    std::vector<HeadAblation> ablations;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        ablations.push_back(parse_one(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    std::ranges::sort(ablations);
    if (const auto twice = std::ranges::adjacent_find(ablations, same_head); twice != ablations.end())
        throw UsageError("--ablate '" + std::string(text) + "' has the head " + text_of(*twice) + " twice",
                         "Leave one of them out.");
    return ablations;
}

HeadName parse_head(const std::string& option, std::string_view text) {
    HeadName head;
    if (!read_head(text, head))
        throw UsageError("--" + option + " '" + std::string(text) + "' is no head",
                         "Write layer and head from 0, as 3.5 or, of two stacks, cross:3.5.");
    return head;
}

std::string ablations_text(const std::vector<HeadAblation>& ablations) {
    std::string text;
    for (const HeadAblation& ablation : ablations) text += (text.empty() ? "" : ",") + text_of(ablation);
    return text;
}

std::string ablations_title(const std::vector<HeadAblation>& ablations) {
    constexpr size_t most_by_name = 3;
    if (ablations.empty()) return "";
    if (ablations.size() > most_by_name) return " (without " + std::to_string(ablations.size()) + " heads)";
    return std::string(" (without head") + (ablations.size() > 1 ? "s " : " ") + ablations_text(ablations) +
           ")";
}

void check_ablations(const std::vector<HeadAblation>& ablations, const std::vector<AttentionSize>& sizes) {
    for (const HeadAblation& ablation : ablations) {
        const auto size = std::ranges::find(sizes, ablation.kind, &AttentionSize::kind);
        if (size == sizes.end())
            throw UsageError("--ablate '" + text_of(ablation) + "': the model has no such attention",
                             kinds_hint(sizes));
        if (ablation.layer < 0 || ablation.layer >= size->layers)
            throw UsageError(
                "--ablate '" + text_of(ablation) + "': there is no layer " + std::to_string(ablation.layer),
                "The layers are 0 to " + std::to_string(size->layers - 1) + ".");
        if (ablation.head < 0 || ablation.head >= size->heads)
            throw UsageError(
                "--ablate '" + text_of(ablation) + "': there is no head " + std::to_string(ablation.head),
                "The heads are 0 to " + std::to_string(size->heads - 1) + ".");
    }
}

bool has_mean(const std::vector<HeadAblation>& ablations) {
    return std::ranges::any_of(ablations, &HeadAblation::to_mean);
}

std::vector<HeadAblation> ablations_of_stack(const std::vector<HeadAblation>& ablations, size_t stack) {
    std::vector<HeadAblation> of;
    for (const HeadAblation& ablation : ablations) {
        const bool is_second =
            ablation.kind == AttentionKind::decoder || ablation.kind == AttentionKind::cross;
        if (is_second == (stack == 1)) of.push_back(ablation);
    }
    return of;
}

}  // namespace weft
