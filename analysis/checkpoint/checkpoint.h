// A folder's weights: model.safetensors, else model.safetensors.index.json with its shards. Mapped, never
// copied. Immutable: any thread. Pointers to tensors live as long as this Checkpoint or a copy of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/checkpoint/safetensors.h"

namespace weft {

class Checkpoint {
  public:
    // Throws weft::Error: no weights that are read (other_weights.h says which and how to convert them), a
    // broken link, a Git LFS pointer, a malformed file or index, shards missing or not as the index says.
    static Checkpoint open(const std::string& folder);

    const SafetensorsTensor* find(std::string_view name) const;  // null if there is none; binary search
    std::vector<const SafetensorsTensor*> tensors() const;       // file after file, in file order
    const std::string& file_of(const SafetensorsTensor& tensor) const;  // its path, for messages
    const std::string& path() const;  // of model.safetensors or of the index, for messages
    int64_t size_bytes() const;       // of all files
    int64_t parameters() const;       // numbers stored, whatever their dtype
    // Memory that float32 copies take of all tensors that can't be used where they are mapped: those of
    // another dtype, or not on a boundary of four bytes.
    int64_t conversion_bytes() const;

  private:
    struct Files;
    std::shared_ptr<const Files> files_;
};

}  // namespace weft
