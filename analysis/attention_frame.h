// The one thing that leaves the analysis: everything known about one input at one revision. Immutable once
// posted (`std::shared_ptr<const AttentionFrame>`), so that any thread may read it without a lock.
// Layers and heads count from 0. No torch in here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/image/patch_rectangle.h"

namespace weft {

struct Token {
    int32_t id = -1;              // -1: a patch
    std::string text;             // the vocabulary's string, "##" kept
    uint32_t start = 0, end = 0;  // UTF-8 bytes of its own text; equal: a token without text (0, 0: added)
    bool special = false;
    bool shares_character = false;  // one of several tokens of one character
    bool separator = false;         // closes a text or segment: the sep token, else eos
};

// Where image tokens lie: rows * columns patches row-major from token `first_token`. Patch (row, column)
// shows patch_rectangle(patches_in_image, rows, columns, row, column) of the image.
struct PatchGrid {
    uint32_t rows = 0, columns = 0;
    uint32_t first_token = 0;
    uint32_t patch_width = 0, patch_height = 0;  // in the preprocessed image's pixels; 0: not known
    uint32_t image_width = 0, image_height = 0;
    std::shared_ptr<const std::vector<uint8_t>>
        image_rgba;         // the original, upright, 8-bit sRGB; null: no image
    Rect patches_in_image;  // what all patches together show, in its pixels; reaches beyond it over padding
};

// One sequence that attends or is attended to: a text, an image, an encoder's or a decoder's side.
struct TokenStack {
    std::string text;       // as typed, after truncation if any
    std::string pair_text;  // second text of a pair, likewise; spans of its tokens are relative to it
    std::vector<Token> tokens;
    std::vector<uint8_t> segments;  // [N] token type ids; empty: all 0
    std::optional<PatchGrid> grid;
    std::string image_name;  // of a trace of an image: the file beside it; "": none
};

// float32, row-major. `shape` names its own dimensions in the comment of whoever holds it.
struct FrameTensor {
    std::vector<int64_t> shape;
    std::shared_ptr<const std::vector<float>> values;
};

enum class AttentionKind { self, encoder, decoder, cross };

// Attention of all layers between two stacks; for self-attention query_stack == key_stack.
struct AttentionBlock {
    AttentionKind kind = AttentionKind::self;
    uint32_t query_stack = 0, key_stack = 0;  // indices into AttentionFrame::stacks
    uint32_t layers = 0, heads = 0, queries = 0, keys = 0;
    // Fewer than heads where query heads share keys and values: head h reads those of key-value head
    // h * key_value_heads / heads. 0: not known (a trace).
    uint32_t key_value_heads = 0;
    std::vector<std::shared_ptr<const std::vector<float>>> layer_weights;  // [layers] of [H, Q, K]
    std::map<std::string, FrameTensor>
        quantities;  // by the tensor names of "weft analyze", without stack suffix:
                     // rollout [L, N, N], entropy [L, H, N], integrated_gradients [N] of the keys, ...
    bool causal = false;
    double max_row_sum_error = 0.0;
};

struct Provenance {
    std::string weft_version, model, model_type, revision, device, dtype;
    std::string title;  // what the picture calls it
    std::string note;   // what was assumed where the model's folder says nothing
    bool is_trace = false;
};

// One of the tokens that a language model holds for the next, or of the classes of a classifier.
struct Prediction {
    int32_t id = -1;       // of the token or class
    std::string text;      // the vocabulary's string, or the class's label
    std::string appended;  // what the text grows by if the token is added to it; empty for a class
    float logit = 0, probability = 0;  // softmax over the whole vocabulary or all classes
};

struct Truncation {
    uint32_t token_count = 0,
             token_limit = 0;       // what the text has, what the model takes (special tokens included)
    uint32_t byte_offset = 0;       // of the first byte that was left out; size of the text if none was
    uint32_t pair_byte_offset = 0;  // likewise in the second text of a pair
};

// How a decoder's text came about that was not given.
struct Generation {
    enum class End { running, end_token, token_limit, model_limit } end = End::running;
    int32_t next_id = -1;                       // the token after the last row, which is predicted only
    uint32_t first_token = 1;                   // of the decoder's stack, that was generated
    bool follows_config = false;                // by the rules of the model's own generation_config.json
    std::vector<std::string> ignored_settings;  // of these rules, by name: what is not followed
};

// The scalar that gradient methods, ablations and curves explain.
struct ExplainedTarget {
    std::string kind;       // token, class, norm, position_norm, similarity
    int64_t index = -1;     // of the token or class; -1: a norm or a similarity
    int64_t position = -1;  // row of the logits or states; -1: of no single row
    std::string text;       // the token, the class's label, the second text
    double value = 0;       // y on the unchanged input
    bool is_probability = false;
};

// Why a method that was asked for is not in a frame.
struct MethodFailure {
    std::string message, hint;
};

struct AttentionFrame {
    uint64_t revision = 0;  // of the request that it answers
    uint32_t part = 0;      // 0: raw attention; later parts of the same revision add quantities
    bool complete = false;  // nothing more will come for this revision
    Provenance provenance;
    std::vector<TokenStack> stacks;  // one, or encoder then decoder
    std::vector<AttentionBlock> blocks;
    std::vector<FrameTensor> hidden_states;   // of each stack [L+1, N, D]; empty unless asked for
    std::optional<FrameTensor> logits;        // [N, V], [N, C] or [C], by the model's head; only if asked for
    std::optional<FrameTensor> pixel_values;  // [C, H, W] that a vision model was given; only if asked for
    std::vector<Prediction> predictions;      // the most probable next tokens or classes, best first
    std::optional<Prediction> next_token;     // that the text goes on with; only if asked for
    std::optional<Truncation> truncation;
    std::optional<Truncation> target_truncation;  // of the decoder's text
    std::optional<Generation> generation;   // empty where the decoder's text was given, or there is none
    std::optional<ExplainedTarget> target;  // only if a method asked for one
    // By tensor names with stack suffix: what the attributions miss of the change that they explain. One
    // number, or one for each layer.
    std::map<std::string, std::vector<double>> deltas;
    // How many points of its path the adaptive rule of integrated gradients took, by the same names.
    std::map<std::string, int64_t> nodes;
    std::map<std::string, double> timings_ms;       // text_to_attention, rollout, entropy, ...
    std::set<std::string> kept;                     // methods whose numbers were there from before
    std::map<std::string, MethodFailure> failures;  // by method
    double max_row_sum_error = 0.0;                 // largest |row sum - 1| over all attention
};

}  // namespace weft
