// The layers of a stack as plain ATen functions of tensors, which gradients flow through. Private to
// analysis/torch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "analysis/torch/plain_embedding.h"
#include "analysis/torch/plain_parts.h"

namespace weft::torch_part {

class PlainStack {
  public:
    // In float32, or for the tests in float64. With `only` no other layer is read or may be run.
    PlainStack(std::shared_ptr<const ModelWeights> weights, size_t stack, c10::Device device,
               at::ScalarType dtype = at::kFloat, std::optional<int64_t> only = {});

    const StackSpec& spec() const { return weights_->spec; }
    c10::Device device() const { return options_.device(); }
    const at::TensorOptions& options() const { return options_; }
    int64_t layer_parameters() const { return parameters_; }  // of all layers

    // What enters layer 0 for tokens [first, ids.size()), [R, D].
    at::Tensor embed(std::span<const int32_t> ids, std::span<const uint8_t> segments, int64_t first) const;
    at::Tensor enter(const at::Tensor& x) const;  // the entry norm, if there is one

    // Keys and values of the tokens before, [key-value heads, rows, width]; undefined: none.
    struct KeysValues {
        at::Tensor keys, values;
    };
    struct LayerResult {
        at::Tensor x;          // [R, D]; undefined unless asked for
        at::Tensor attention;  // [H, R, K]
        at::Tensor cross;      // [H, R, S]
        KeysValues self, source;
    };
    // What else is done inside an attention: each is given what the layer computed and returns what it goes
    // on with. Empty: the same.
    struct Taps {
        using Change = std::function<at::Tensor(const at::Tensor&)>;
        Change attention;  // [H, R, K]
        Change values;     // [H, K, width], per query head
        Change context;    // [H, R, width]
        // Sees queries [H, R, width] and keys [H, K, width], per query head, as they are multiplied, and what
        // the softmax is of [H, R, K].
        std::function<void(const at::Tensor&, const at::Tensor&, const at::Tensor&)> scores;
    };
    // x [R, D] are tokens [K - R, K). `source` [S, D]: what the cross-attention reads. A `source_cache` of
    // the layer's own result is used instead of projecting `source` again.
    LayerResult run_layer(int64_t layer, const at::Tensor& x, const KeysValues& before,
                          const at::Tensor& source, const KeysValues& source_cache, bool advance,
                          const Taps& self_taps = {}, const Taps& cross_taps = {}) const;

    // | sum_h weights[h, i, j] V[h, j] W_O[h] |, [Q, K] of weights [H, Q, K] and a layer's own values.
    at::Tensor contribution(int64_t layer, bool is_cross, const at::Tensor& weights,
                            const at::Tensor& values) const;

    at::Tensor final_norm(const at::Tensor& x) const;

  private:
    struct Attention {
        PlainLinear query, key, value, output;
        PlainNorm query_norm, key_norm, norm, norm_behind;
        at::Tensor layer_scale;
    };
    struct Mlp {
        PlainLinear up, gate, down;
        PlainNorm norm, norm_behind;
        at::Tensor layer_scale;
    };
    struct Layer {
        Attention attention, cross;
        Mlp mlp;
    };
    Attention plain_attention(const AttentionWeights& from) const;
    KeysValues project(const Attention& part, const at::Tensor& x) const;
    at::Tensor rotated(const at::Tensor& x, int64_t first, int64_t length) const;
    at::Tensor self_bias(int64_t layer, int64_t rows, int64_t keys) const;
    at::Tensor attend(const Attention& part, const at::Tensor& query, const KeysValues& of,
                      const at::Tensor& bias, double scale, const Taps& taps, at::Tensor& attention,
                      bool advance) const;
    at::Tensor mlp(const Mlp& part, const at::Tensor& x) const;
    at::Tensor heads_first(const at::Tensor& x, int64_t heads) const;
    static at::Tensor joined(const at::Tensor& x, const at::Tensor& change, const PlainNorm& norm,
                             const PlainNorm& norm_behind, const at::Tensor& layer_scale,
                             NormPlacement placement);

    std::shared_ptr<const ModelWeights> storage_;
    std::vector<std::shared_ptr<const void>> layers_storage_;
    int64_t parameters_ = 0;
    const StackWeights* weights_;
    at::TensorOptions options_;
    PlainEmbedding embedding_;
    at::Tensor relative_bias_;
    PlainNorm entry_norm_, final_norm_;
    std::vector<Layer> layers_;
};

}  // namespace weft::torch_part
