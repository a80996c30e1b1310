// config.json of a BERT-type encoder in the Hugging Face layout: every setting that changes a number is read
// or, if it is none that we compute, refused by name. Pure data, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

enum class HiddenActivation {
    gelu_erf,
    gelu_tanh,
    relu
};  // "gelu"; "gelu_new" and "gelu_pytorch_tanh"; "relu"

struct ModelConfig {
    std::string name;  // the folder's last part
    std::string folder;
    std::string model_type;                                       // "bert"
    std::string architecture;                                     // first of "architectures", may be empty
    std::string revision;                                         // "_commit_hash" if the file has one
    int64_t layers = 0, heads = 0, hidden = 0, intermediate = 0;  // heads divide hidden
    int64_t vocabulary = 0, positions = 0, segments = 0;          // rows of the three embeddings
    int64_t max_tokens = 0;  // = positions: what the model takes, special tokens included
    int64_t pad_token_id = 0;
    double layer_norm_epsilon = 1e-12;
    HiddenActivation activation = HiddenActivation::gelu_erf;
};

// Reads `folder`/config.json. Throws weft::Error naming file, key and value: missing, malformed, absurd
// numbers, an architecture or setting that is not supported (the hint lists what is).
ModelConfig load_model_config(const std::string& folder);

// The same from text; `source` names the file in errors, `folder` goes into the result.
ModelConfig parse_model_config(std::string_view json_text, const std::string& source,
                               const std::string& folder);

// "bert (BertModel, ...)", for messages and `weft models`.
std::string supported_architectures();

}  // namespace weft
