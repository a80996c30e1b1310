#include "scenes/shown_block.h"

#include <algorithm>
#include <array>

#include "analysis/error.h"

namespace weft {
namespace {

const std::array<std::string, 4> names{"self", "encoder", "decoder",
                                       "cross"};  // in the order of AttentionKind

}  // namespace

const AttentionBlock* find_block(const AttentionFrame& frame, AttentionKind kind) {
    const auto found = std::find_if(frame.blocks.begin(), frame.blocks.end(),
                                    [kind](const AttentionBlock& block) { return block.kind == kind; });
    return found == frame.blocks.end() ? nullptr : &*found;
}

const AttentionBlock& shown_block(const AttentionFrame& frame, const ViewState& view) {
    WEFT_ASSERT(!frame.blocks.empty(), frame.provenance.title);
    const AttentionBlock* chosen = view.attention ? find_block(frame, *view.attention) : nullptr;
    return chosen != nullptr ? *chosen : frame.blocks.front();
}

const AttentionBlock& shown_block(const TextStackPlan& plan) {
    return shown_block(*plan.frame, plan.view);
}

const std::vector<Token>& key_tokens(const AttentionFrame& frame, const AttentionBlock& block) {
    return frame.stacks.at(block.key_stack).tokens;
}

const std::vector<Token>& query_tokens(const AttentionFrame& frame, const AttentionBlock& block) {
    return frame.stacks.at(block.query_stack).tokens;
}

const std::string& attention_name(AttentionKind kind) {
    return names.at(static_cast<size_t>(kind));
}

std::optional<AttentionKind> attention_from_name(const std::string& name) {
    const auto found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<AttentionKind>(found - names.begin());
}

std::string attention_title(AttentionKind kind) {
    switch (kind) {
        case AttentionKind::self:
            return "";
        case AttentionKind::encoder:
            return "encoder self-attention";
        case AttentionKind::decoder:
            return "decoder self-attention";
        case AttentionKind::cross:
            return "cross-attention";
    }
    return "";
}

std::string key_word(AttentionKind kind) {
    return kind == AttentionKind::cross ? "source key" : "key";
}

std::string query_word(AttentionKind kind) {
    return kind == AttentionKind::cross ? "target query" : "query";
}

}  // namespace weft
