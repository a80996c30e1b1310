// Synthetic attention with a known shape.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "analysis/attention_frame.h"

namespace weft::test {

using WeightOf = std::function<float(size_t layer, size_t head, size_t query, size_t key)>;

inline AttentionBlock make_attention(uint32_t layers, uint32_t heads, uint32_t queries, uint32_t keys,
                                     const WeightOf& weight) {
    AttentionBlock block;
    block.layers = layers;
    block.heads = heads;
    block.queries = queries;
    block.keys = keys;
    for (size_t l = 0; l < layers; ++l) {
        std::vector<float> values;
        for (size_t h = 0; h < heads; ++h)
            for (size_t i = 0; i < queries; ++i)
                for (size_t j = 0; j < keys; ++j) values.push_back(weight ? weight(l, h, i, j) : 0.0f);
        block.layer_weights.push_back(std::make_shared<const std::vector<float>>(std::move(values)));
    }
    return block;
}

inline AttentionBlock identity_attention(uint32_t layers, uint32_t heads, uint32_t size) {
    return make_attention(layers, heads, size, size,
                          [](auto, auto, size_t i, size_t j) { return i == j ? 1.0f : 0.0f; });
}

inline AttentionBlock uniform_attention(uint32_t layers, uint32_t heads, uint32_t queries, uint32_t keys) {
    return make_attention(layers, heads, queries, keys,
                          [keys](auto...) { return 1.0f / static_cast<float>(keys); });
}

inline AttentionBlock causal_uniform_attention(uint32_t layers, uint32_t heads, uint32_t size) {
    AttentionBlock block = make_attention(layers, heads, size, size, [](auto, auto, size_t i, size_t j) {
        return j <= i ? 1.0f / static_cast<float>(i + 1) : 0.0f;
    });
    block.causal = true;
    return block;
}

inline TokenStack words(std::initializer_list<const char*> texts) {
    TokenStack stack;
    for (const char* text : texts) {
        if (!stack.text.empty()) stack.text += ' ';
        const uint32_t start = static_cast<uint32_t>(stack.text.size());
        stack.text += text;
        stack.tokens.push_back({static_cast<int32_t>(stack.tokens.size()), text, start,
                                static_cast<uint32_t>(stack.text.size()), text[0] == '['});
    }
    stack.segments.assign(stack.tokens.size(), 0);
    return stack;
}

// Softmax of random numbers.
inline AttentionBlock softmax_attention(uint32_t layers, uint32_t heads, uint32_t queries, uint32_t keys,
                                        double spread, uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, spread);
    AttentionBlock block = make_attention(layers, heads, queries, keys, {});
    for (auto& layer : block.layer_weights) {
        std::vector<float> weights(layer->size());
        for (size_t row = 0; row < weights.size(); row += keys) {
            std::vector<double> exps(keys);
            double sum = 0;
            for (double& x : exps) sum += x = std::exp(normal(random));
            for (size_t j = 0; j < keys; ++j) weights[row + j] = static_cast<float>(exps[j] / sum);
        }
        layer = std::make_shared<const std::vector<float>>(std::move(weights));
    }
    return block;
}

}  // namespace weft::test
