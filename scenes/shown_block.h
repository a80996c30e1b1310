// Which attention a view shows: that of a one-stack model, or an encoder's, a decoder's, or the
// cross-attention between the two. Everything that draws, picks or names asks here. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "scenes/text_stack.h"
#include "scenes/view_state.h"

namespace weft {

// Null where the frame has no such block.
const AttentionBlock* find_block(const AttentionFrame& frame, AttentionKind kind);

// An encoder and a decoder, and the view does not ask for panes of one attention alone.
bool shows_two_towers(const AttentionFrame& frame, const ViewState& view);

// The view's choice. Where there is none, or no such block: of two towers cross-attention, if the view's
// quantity is defined for it; else the frame's first block. The frame must have a block.
const AttentionBlock& shown_block(const AttentionFrame& frame, const ViewState& view);
const AttentionBlock& shown_block(const TextStackPlan& plan);

// What Focus::block says where the shown attention is meant: its index among the frame's blocks where several
// are shown, else 0.
int focus_block(const AttentionFrame& frame, const ViewState& view);

const std::vector<Token>& key_tokens(const AttentionFrame& frame, const AttentionBlock& block);
const std::vector<Token>& query_tokens(const AttentionFrame& frame, const AttentionBlock& block);

// Whether words read patches of an image: weight is then spread over many keys that have no words.
bool reads_patches(const TextStackPlan& plan);

// "encoder", "decoder", "cross"; "self" with one stack.
const std::string& attention_name(AttentionKind kind);
// The one of those names that can be chosen; none for any other word.
std::optional<AttentionKind> attention_from_name(const std::string& name);
// What a title calls it: "encoder self-attention", "decoder self-attention", "cross-attention"; "" with one
// stack, where there is nothing to tell apart.
std::string attention_title(AttentionKind kind);
// What keys and queries are: "source key" and "target query" for cross-attention, else "key" and "query".
std::string key_word(AttentionKind kind);
std::string query_word(AttentionKind kind);

}  // namespace weft
