#include <algorithm>
#include <iterator>

#include "analysis/error.h"
#include "analysis/method/attention_distance.h"
#include "analysis/method/entropy.h"
#include "analysis/method/flow.h"
#include "analysis/method/frame_steps.h"
#include "analysis/method/head_distance.h"
#include "analysis/method/patterns.h"
#include "analysis/method/rollout.h"
#include "analysis/method/scaling.h"

namespace weft {

namespace {

// One part of so many of a step, all alike.
Watch watch_of_part(size_t part, size_t parts, const StepContext& context) {
    return {context.stop, [part, parts, &context](float share) {
                context.progress((static_cast<float>(part) + share) / static_cast<float>(parts));
            }};
}

Watch watch_of_block(const AttentionFrame& frame, const AttentionBlock& block, const StepContext& context) {
    return watch_of_part(static_cast<size_t>(&block - frame.blocks.data()), frame.blocks.size(), context);
}

bool add_rollout(AttentionFrame& frame, const RolloutOptions& options, const StepContext& context) {
    for (AttentionBlock& block : frame.blocks) {
        if (block.kind == AttentionKind::cross) continue;
        FrameTensor tensor = rollout(block, options, watch_of_block(frame, block, context));
        if (!tensor.values || tensor.values->empty()) return false;
        block.quantities["rollout"] = std::move(tensor);
    }
    return true;
}

bool add_entropy(AttentionFrame& frame, const std::function<bool()>& stop) {
    for (AttentionBlock& block : frame.blocks) {
        EntropyResult tensors = entropy(block, stop);
        if (!tensors.entropy.values || tensors.entropy.values->empty()) return false;
        block.quantities["entropy"] = std::move(tensors.entropy);
        block.quantities["entropy.normalised"] = std::move(tensors.normalised);
    }
    return true;
}

// A function of one block's attention, under the method's name; false where it was stopped.
using OfBlock = std::function<std::map<std::string, FrameTensor>(const AttentionBlock&, const TokenStack&)>;

bool add_to_blocks(AttentionFrame& frame, bool with_cross, const OfBlock& of_block) {
    std::vector<std::map<std::string, FrameTensor>> found;
    for (const AttentionBlock& block : frame.blocks) {
        found.emplace_back();
        if (block.kind == AttentionKind::cross && !with_cross) continue;
        found.back() = of_block(block, frame.stacks[block.query_stack]);
        for (const auto& [name, tensor] : found.back())
            if (!tensor.values) return false;
    }
    for (size_t b = 0; b < found.size(); ++b)
        for (auto& [name, tensor] : found[b]) frame.blocks[b].quantities[name] = std::move(tensor);
    return true;
}

bool add_patterns(AttentionFrame& frame, const std::function<bool()>& stop) {
    return add_to_blocks(frame, false, [&](const AttentionBlock& block, const TokenStack& stack) {
        PatternResult result = patterns(block, stack, stop);
        return std::map<std::string, FrameTensor>{{"patterns", std::move(result.patterns)},
                                                  {"patterns.uniform", std::move(result.uniform)}};
    });
}

bool add_attention_distance(AttentionFrame& frame, const std::function<bool()>& stop) {
    return add_to_blocks(frame, false, [&](const AttentionBlock& block, const TokenStack& stack) {
        return std::map<std::string, FrameTensor>{
            {"attention_distance", attention_distance(block, stack, stop)}};
    });
}

// With every key: between the heads of each layer, which tells whether they attend alike.
bool add_head_distance_within(AttentionFrame& frame, const StepContext& context) {
    return add_to_blocks(frame, true, [&](const AttentionBlock& block, const TokenStack&) {
        return std::map<std::string, FrameTensor>{
            {"head_distance.within", head_distance_within(block, watch_of_block(frame, block, context))}};
    });
}

bool add_head_distance(AttentionFrame& frame, const StepContext& context) {
    return add_to_blocks(frame, true, [&](const AttentionBlock& block, const TokenStack&) {
        std::map<std::string, FrameTensor> tensors;
        FrameTensor& distances = tensors["head_distance"] =
            head_distance(block, watch_of_block(frame, block, context));
        if (!distances.values) return tensors;
        tensors["head_distance.within"] = head_distance_within(block, distances);
        tensors["head_distance.layout"] = scale_to_plane(distances);
        return tensors;
    });
}

// Those that the block has; none: all.
std::optional<std::vector<int64_t>> flow_rows_of(const AttentionBlock& block,
                                                 const std::vector<int64_t>& asked) {
    if (asked.empty()) return std::nullopt;
    std::vector<int64_t> rows;
    std::ranges::copy_if(asked, std::back_inserter(rows), [&](int64_t row) { return row < block.queries; });
    return rows;
}

void check_flow_rows(const std::vector<AttentionBlock*>& blocks, const std::vector<int64_t>& asked) {
    int64_t most = 0;
    for (const AttentionBlock* block : blocks) most = std::max<int64_t>(most, block->queries);
    for (const int64_t row : asked)
        if (row < 0 || row >= most)
            throw UsageError("--flow-rows: there is no row \"" + std::to_string(row) + "\"",
                             "The text has rows 0 to " + std::to_string(most - 1) + ".");
}

// Of every stack in turn; the rows that are there are posted on the way.
bool add_flow(AttentionFrame& frame, const MethodOptions& options, const StepContext& context) {
    std::vector<AttentionBlock*> blocks;
    for (AttentionBlock& block : frame.blocks)
        if (block.kind != AttentionKind::cross) blocks.push_back(&block);
    check_flow_rows(blocks, options.flow_rows);
    for (size_t b = 0; b < blocks.size(); ++b) {
        AttentionBlock& block = *blocks[b];
        const FlowOptions of_flow{options.rollout, flow_rows_of(block, options.flow_rows),
                                  options.flow_first_row};
        FlowWatch watch{watch_of_part(b, blocks.size(), context), {}};
        watch.partial = [&](const FrameTensor& rows) {
            block.quantities["flow"] = rows;
            context.post_partial();
        };
        FrameTensor all = flow(block, of_flow, watch);
        if (!all.values) return false;
        block.quantities["flow"] = std::move(all);
    }
    return true;
}

}  // namespace

std::vector<FrameStep> attention_steps(const AnalysisRequest& request) {
    const AnalysisOptions& options = request.options;
    std::vector<FrameStep> steps;
    const auto add = [&](const char* name, bool is_cheap,
                         std::function<bool(AttentionFrame&, const StepContext&)> run) {
        if (options.wants(name)) steps.push_back({name, is_cheap, std::move(run)});
    };
    add("rollout", true, [of = options.method.rollout](AttentionFrame& frame, const StepContext& context) {
        return add_rollout(frame, of, context);
    });
    add("entropy", true,
        [](AttentionFrame& frame, const StepContext& context) { return add_entropy(frame, context.stop); });
    add("patterns", true,
        [](AttentionFrame& frame, const StepContext& context) { return add_patterns(frame, context.stop); });
    add("attention_distance", true, [](AttentionFrame& frame, const StepContext& context) {
        return add_attention_distance(frame, context.stop);
    });
    // Also alone: the notice of heads that attend alike needs no more. All pairs have them too, but come
    // after the pause.
    const bool has_all_at_once = options.wants("head_distance") && options.pause_ms <= 0;
    if (!has_all_at_once && (options.wants("head_distance") || options.wants("head_distance.within")))
        steps.push_back({"head_distance.within", true, [](AttentionFrame& frame, const StepContext& context) {
                             return add_head_distance_within(frame, context);
                         }});
    add("flow", false, [of = options.method](AttentionFrame& frame, const StepContext& context) {
        return add_flow(frame, of, context);
    });
    add("head_distance", false,
        [](AttentionFrame& frame, const StepContext& context) { return add_head_distance(frame, context); });
    return steps;
}

}  // namespace weft
