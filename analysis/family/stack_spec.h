// What decides the numbers of one stack of transformer layers, as data: a family's file fills it from
// config.json, one loader and one forward pass read it. Sizes count numbers, not bytes. Pure data, any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/family/activation.h"

namespace weft {

struct NormSpec {
    enum class Kind { layer_norm, rms_norm } kind = Kind::layer_norm;
    double epsilon = 1e-12;
    bool has_bias = true;        // of a layer norm
    bool gain_plus_one = false;  // the file holds gain - 1 (Gemma)
};

// Where the norms of a layer stand.
enum class NormPlacement {
    after,   // norm(x + part(x)): BERT, BART
    before,  // x + part(norm(x)): GPT-2, Llama, ViT, T5
    around   // x + norm(part(norm(x))): Gemma 2
};

// Rotary positions (Su et al. 2021), the halves of a head's leading `width` dimensions turned against each
// other. Angles come from rotary_table() in positions.h.
struct RotarySpec {
    enum class Scaling { none, linear, dynamic, yarn, llama3 };
    int64_t width = 0;  // 0: no rotary positions; even, at most the head's width
    double theta = 10000;
    Scaling scaling = Scaling::none;
    double factor = 1;
    int64_t original_positions = 0;  // that the model was trained for
    // yarn
    double beta_fast = 32, beta_slow = 1, attention_factor = 0;  // 0: as the paper says
    double mscale = 0, mscale_all_dim = 0;
    bool truncate = true;
    // llama3
    double low_frequency_factor = 1, high_frequency_factor = 4;
};

// A learned bias of a head for the distance between key and query, in T5's buckets, the same in all layers.
struct RelativeBiasSpec {
    int64_t buckets = 0;  // 0: none
    int64_t max_distance = 128;
    bool is_bidirectional = true;
};

struct AttentionSpec {
    int64_t heads = 0, key_value_heads = 0;  // the second divides the first
    int64_t head_width = 0;
    double scale = 0;    // of query . key
    double softcap = 0;  // 0: none; else cap * tanh(score / cap) before the mask
    bool query_bias = true, key_bias = true, value_bias = true, output_bias = true;
    bool normalises_heads = false;  // query and key per head, before the rotary turn (Qwen 3)
    RotarySpec rotary;
    RelativeBiasSpec relative_bias;

    int64_t query_size() const { return heads * head_width; }
    int64_t key_value_size() const { return key_value_heads * head_width; }
};

struct StackSpec {
    int64_t layers = 0, hidden = 0, intermediate = 0;
    AttentionSpec attention;
    bool has_cross_attention = false;  // as `attention`, without rotary and relative positions
    bool is_causal = false;
    NormSpec norm;
    NormPlacement placement = NormPlacement::after;
    bool is_parallel = false;  // x + attention(norm1(x)) + mlp(norm2(x)): GPT-NeoX
    Activation activation = Activation::gelu_erf;
    bool is_gated = false;  // down(activation(gate(x)) * up(x))
    bool up_bias = true, down_bias = true;
    bool has_layer_scale = false;  // each part times a learned vector (DINOv2)
    bool has_final_norm = false;
    bool has_entry_norm = false;       // before layer 0, behind the embedding (CLIP's pre_layrnorm)
    bool shares_layers = false;        // one set of weights for all layers (ALBERT)
    std::vector<int64_t> windows;      // [layers] keys that a row sees up to itself; empty or 0: all
    std::vector<double> layer_scales;  // [layers] further factors of `scale`; empty: 1
};

// How a linear map lies in the file.
struct LinearNames {
    std::string name;            // "….weight" and "….bias" follow; empty: the family has none
    bool is_transposed = false;  // [in, out], as GPT-2's Conv1D
};

// Names of one attention's tensors; "{}" is the layer's number.
struct AttentionNames {
    LinearNames query, key, value, output;
    // Instead of the first three: all in one, one after the other or head by head.
    LinearNames fused;
    enum class Fusing { none, blocks, by_head } fusing = Fusing::none;
    std::string query_norm, key_norm;  // normalises_heads
    std::string relative_bias;         // table [buckets, heads], of the whole stack
    std::string norm;                  // after or before, by NormPlacement
    std::string norm_behind;           // around only
    std::string layer_scale;           // a bare tensor
};

struct MlpNames {
    LinearNames up, gate, down;
    // Gate and up in one map, gate first (DINOv2's SwiGLU).
    LinearNames gate_and_up;
    std::string norm, norm_behind, layer_scale;
};

struct StackNames {
    AttentionNames attention, cross;
    MlpNames mlp;
    // Other names that files of the family have; the first whose query or up (or gate and up) is there is
    // taken.
    std::vector<AttentionNames> other_attention;
    std::vector<MlpNames> other_mlp;
    std::string final_norm, entry_norm;
};

// What enters layer 0 for token ids.
struct EmbeddingSpec {
    enum class Positions {
        none,
        learned,          // rows of a table
        sinusoid_halves,  // all sines, then all cosines, by Marian's and Pegasus' formula
        sinusoid_fairseq  // M2M100's: exp(-k ln(10000) / (half - 1)), the padding row 0
    };
    int64_t vocabulary = 0;
    int64_t width = 0;  // of the tables; other than the stack's hidden size where there is a projection
    double scale = 1;   // of the word embedding
    Positions positions = Positions::none;
    int64_t position_rows = 0;
    int64_t position_offset = 0;          // row of the first token
    bool positions_skip_padding = false;  // a typed padding token stands at row padding_id and is not counted
    int64_t padding_id = 0;
    int64_t types = 0;           // rows of the segments' table; 0: there is none
    bool reads_segments = true;  // false: every token has type 0, whatever the tokenizer says (RoBERTa)
    NormSpec norm;
    bool has_norm = false;
    bool has_projection = false;

    // A sinusoid is read from `position_table` where the file has it.
    std::string words, position_table, type_table, norm_name;
    std::vector<std::string> words_else;  // where the file has no `words`; without ".weight", maybe whole
    LinearNames projection;
};

// What enters layer 0 for an image: one linear map of each patch, prefix tokens before them. Pixels that no
// whole patch covers are left out.
struct PatchSpec {
    int64_t channels = 3, patch_height = 0, patch_width = 0;
    int64_t image_height = 0, image_width = 0;  // that the position table is for
    bool has_bias = true;
    bool has_distillation = false;  // a second token behind CLS, with a position of its own
    int64_t registers = 0;          // tokens without positions between those and the patches
    bool is_antialiased = false;    // where positions are interpolated (bicubic, from a square table)
    // The table is taken as it is for an image of its own size, square or not; otherwise only for square
    // images of as many patches (DINOv2).
    bool keeps_own_size = true;
    bool interpolates = true;  // false: where transformers has no rule for it

    LinearNames projection;  // [hidden, channels, height, width]
    std::string cls, distillation, register_tokens, position_table;

    int64_t table_rows() const { return image_height / patch_height; }
    int64_t table_columns() const { return image_width / patch_width; }
    // Tokens with a position before the patches, and all tokens before them.
    int64_t placed_prefix() const { return has_distillation ? 2 : 1; }
    int64_t prefix() const { return placed_prefix() + registers; }
};

}  // namespace weft
