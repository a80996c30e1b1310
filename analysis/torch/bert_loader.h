// From stored tensors to BertWeights, checked: every tensor there, of the expected shape, of a float type,
// finite. Private to analysis/torch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/torch/bert_weights.h"

namespace weft::torch_part {

enum class StoredType { f32, f16, bf16, other };

struct StoredTensor {
    StoredType type = StoredType::other;
    std::string type_name;  // as the file spells it
    std::vector<int64_t> shape;
    const uint8_t* data = nullptr;  // the product of `shape` values; any alignment
};

struct TensorSource {
    std::string path;  // for messages
    std::function<std::optional<StoredTensor>(const std::string& name)>
        find;  // data lives as long as `mapping`
    std::shared_ptr<const void> mapping;
};

// Names with and without the prefix "bert.", LayerNorm's also as gamma and beta. Float32 on a boundary of
// four bytes stays where it is, everything else is converted tensor by tensor. Throws weft::Error.
std::shared_ptr<const BertWeights> load_bert_weights(const BertShape& shape, const TensorSource& source);

// Throws weft::Error for numbers that no BERT has: not positive, not divisible, absurdly large.
void check_shape(const BertShape& shape, const std::string& path);

}  // namespace weft::torch_part
