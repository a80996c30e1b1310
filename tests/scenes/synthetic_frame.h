// Frames whose attention is known in closed form.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"

namespace weft::synthetic {

// A[l, h, i, j] before the rows are divided by their sums.
using WeightOf = std::function<float(int layer, int head, int query, int key)>;

// First and last token are special, "[CLS]" and "[SEP]", from two tokens on.
inline std::shared_ptr<AttentionFrame> frame(int layers, int heads, int tokens, const WeightOf& weight) {
    auto result = std::make_shared<AttentionFrame>();
    TokenStack stack;
    for (int t = 0; t < tokens; ++t) {
        Token token;
        token.id = t;
        token.special = tokens > 1 && (t == 0 || t == tokens - 1);
        token.text = t == 0 && token.special ? "[CLS]" : token.special ? "[SEP]" : "word" + std::to_string(t);
        stack.tokens.push_back(token);
    }
    result->stacks.push_back(stack);
    AttentionBlock block;
    block.layers = static_cast<uint32_t>(layers);
    block.heads = static_cast<uint32_t>(heads);
    block.queries = block.keys = static_cast<uint32_t>(tokens);
    for (int l = 0; l < layers; ++l) {
        auto values = std::make_shared<std::vector<float>>();
        values->reserve(static_cast<size_t>(heads * tokens * tokens));
        for (int h = 0; h < heads; ++h)
            for (int i = 0; i < tokens; ++i) {
                const size_t first = values->size();
                double sum = 0.0;
                for (int j = 0; j < tokens; ++j) {
                    values->push_back(weight(l, h, i, j));
                    sum += static_cast<double>(values->back());
                }
                if (sum > 0.0)
                    for (size_t k = first; k < values->size(); ++k)
                        (*values)[k] = static_cast<float>(static_cast<double>((*values)[k]) / sum);
            }
        block.layer_weights.push_back(values);
    }
    result->blocks.push_back(block);
    result->complete = true;
    return result;
}

// Two texts: encoder, decoder and cross-attention over "source0", "source1", .. and "target0", ..; the last
// source token is "</s>" and special. All three have the same weights; keys of cross-attention are the
// source.
inline std::shared_ptr<AttentionFrame> two_stacks(int layers, int heads, int source, int target,
                                                  const WeightOf& weight) {
    auto result = std::make_shared<AttentionFrame>();
    for (const auto& [name, count] : {std::pair("source", source), std::pair("target", target)}) {
        TokenStack stack;
        for (int t = 0; t < count; ++t) {
            Token token;
            token.special = name == std::string("source") && t == count - 1;
            token.text = token.special ? "</s>" : name + std::to_string(t);
            stack.tokens.push_back(token);
        }
        result->stacks.push_back(stack);
    }
    for (const AttentionKind kind : {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross}) {
        AttentionBlock block;
        block.kind = kind;
        block.query_stack = kind == AttentionKind::encoder ? 0 : 1;
        block.key_stack = kind == AttentionKind::decoder ? 1 : 0;
        block.layers = static_cast<uint32_t>(layers);
        block.heads = static_cast<uint32_t>(heads);
        block.queries = static_cast<uint32_t>(block.query_stack == 0 ? source : target);
        block.keys = static_cast<uint32_t>(block.key_stack == 0 ? source : target);
        for (int l = 0; l < layers; ++l) {
            auto values = std::make_shared<std::vector<float>>();
            for (int h = 0; h < heads; ++h)
                for (int i = 0; i < static_cast<int>(block.queries); ++i) {
                    std::vector<float> row;
                    float sum = 0.0f;
                    for (int j = 0; j < static_cast<int>(block.keys); ++j)
                        sum += row.emplace_back(weight(l, h, i, j));
                    for (const float value : row) values->push_back(value / sum);
                }
            block.layer_weights.push_back(std::move(values));
        }
        const size_t rows = size_t{block.layers} * block.heads * block.queries;
        block.quantities["entropy.normalised"] = {{block.layers, block.heads, block.queries},
                                                  std::make_shared<std::vector<float>>(rows, 0.5f)};
        if (kind != AttentionKind::cross) {
            const size_t size = size_t{block.layers} * block.queries * block.keys;
            block.quantities["rollout"] = {{block.layers, block.queries, block.keys},
                                           std::make_shared<std::vector<float>>(size, 0.25f)};
        }
        result->blocks.push_back(std::move(block));
    }
    result->complete = true;
    result->provenance.is_trace = true;
    return result;
}

inline WeightOf identity() {
    return [](int, int, int i, int j) { return i == j ? 1.0f : 0.0f; };
}
inline WeightOf uniform() {
    return [](int, int, int, int) { return 1.0f; };
}
inline WeightOf causal() {
    return [](int, int, int i, int j) { return j <= i ? 1.0f : 0.0f; };
}
inline WeightOf one_hot(int key) {
    return [key](int, int, int, int j) { return j == key ? 1.0f : 0.0f; };
}

// Peaked like real attention: softmax of `sharpness` times a normal number, with some weight on the first and
// the last token. The same seed gives the same numbers.
inline WeightOf random(unsigned seed, float sharpness = 2.5f, float sink = 0.0f) {
    auto engine = std::make_shared<std::mt19937>(seed);
    auto normal = std::make_shared<std::normal_distribution<float>>();
    return [=](int, int, int, int j) {
        return std::exp(sharpness * (*normal)(*engine)) * (j == 0 ? 1.0f + sink : 1.0f);
    };
}

}  // namespace weft::synthetic
