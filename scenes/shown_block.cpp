#include "scenes/shown_block.h"

#include <algorithm>
#include <array>

#include "analysis/error.h"
#include "analysis/method/method_table.h"

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
    const MethodRow* row = find_method(view.quantity);
    if (chosen == nullptr && shows_two_towers(frame, view) && (!row || row->has_cross))
        chosen = find_block(frame, AttentionKind::cross);
    return chosen != nullptr ? *chosen : frame.blocks.front();
}

bool shows_two_towers(const AttentionFrame& frame, const ViewState& view) {
    const AttentionBlock *encoder = find_block(frame, AttentionKind::encoder),
                         *decoder = find_block(frame, AttentionKind::decoder);
    return view.scene == SceneChoice::automatic && encoder && decoder && encoder->keys > 0 &&
           decoder->queries > 0 && encoder->layers > 0 && decoder->layers > 0;
}

int focus_block(const AttentionFrame& frame, const ViewState& view) {
    return shows_two_towers(frame, view) ? static_cast<int>(&shown_block(frame, view) - frame.blocks.data())
                                         : 0;
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

bool reads_patches(const TextStackPlan& plan) {
    if (!plan.frame || plan.frame->blocks.empty()) return false;
    const AttentionBlock& block = shown_block(plan);
    return block.kind == AttentionKind::cross && plan.frame->stacks.at(block.key_stack).grid.has_value();
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
