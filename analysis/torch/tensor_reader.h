// Tensors of a checkpoint by name, checked: there, of the expected shape, of a float type, finite at the end.
// Float32 on a boundary of four bytes stays in the mapping, everything else is converted tensor by tensor.
// Private to analysis/torch.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/checkpoint/checkpoint.h"
#include "analysis/torch/aligned_floats.h"

namespace weft::torch_part {

class TensorReader {
  public:
    // Names come with `base_prefix` or without it; the file decides, by `sample`.
    TensorReader(Checkpoint checkpoint, const std::string& base_prefix,
                 const std::vector<std::string>& samples);

    // Relative to the base model.
    bool has(const std::string& name) const;
    const float* read(const std::string& name, const std::vector<int64_t>& shape);
    // The whole name as it is in the file.
    bool has_whole(const std::string& name) const;
    const float* read_whole(const std::string& name, const std::vector<int64_t>& shape);
    std::vector<int64_t> shape_of(const std::string& name) const;        // throws if it is missing
    std::vector<int64_t> shape_of_whole(const std::string& name) const;  // likewise

    // Whether the tensor that `values` were read from and `whole_name` are stored as the same bytes; throws
    // if the second is missing.
    bool are_equal(const float* values, const std::string& whole_name) const;

    // Memory that lives as long as the weights, for numbers that are laid out anew.
    float* room(int64_t count);

    void check_finite() const;
    int64_t parameters() const { return parameters_; }
    // Gives the pages of the mapping that were read back to the system; they come again when they are needed.
    void release_pages() const { storage_->release_pages(); }
    // Once storage() is gone, the pages of the mapping that were read are given back to the system as well.
    void release_pages_at_end() { storage_->releases_pages = true; }
    const std::string& path() const { return storage_->checkpoint.path(); }
    std::shared_ptr<const void> storage() const { return storage_; }

  private:
    struct Storage {
        explicit Storage(Checkpoint its_checkpoint) : checkpoint(std::move(its_checkpoint)) {}
        ~Storage() {
            if (releases_pages) release_pages();
        }
        void release_pages() const;
        Checkpoint checkpoint;
        std::deque<AlignedFloats> converted;
        std::vector<std::span<const std::byte>> mapped;  // tensors that were read where they lie
        bool releases_pages = false;
    };
    struct Loaded {
        std::string name;
        const float* values;
        int64_t count;
    };
    const SafetensorsTensor& tensor(const std::string& whole_name) const;

    std::shared_ptr<Storage> storage_;
    std::string prefix_;
    std::vector<Loaded> loaded_;
    std::unordered_map<std::string, const float*> known_;  // a tensor read twice is converted once
    int64_t parameters_ = 0;
};

}  // namespace weft::torch_part
