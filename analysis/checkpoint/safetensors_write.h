// A .safetensors file of float32 tensors, saved whole or not at all. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace weft {

struct Float32Tensor {
    std::string name;
    std::vector<int64_t> shape;
    std::vector<std::span<const float>> parts;  // one after the other they are the tensor, row-major
};

// Tensors in the given order; the header is padded so that the data is aligned to 8 bytes. Throws weft::Error
// when the file cannot be written; our own bug (assertion) when parts and shape disagree or two names are
// equal.
void write_safetensors(const std::string& path, std::span<const Float32Tensor> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace weft
