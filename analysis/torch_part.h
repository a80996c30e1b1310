// The part of analysis/ that computes with LibTorch (analysis/torch/) is a library of its own,
// libweft_torch.so beside this one, opened by the first who needs a model: LibTorch costs every process that
// maps it start-up time and memory, and traces, tokens and pictures of them do without.
#pragma once

#include <memory>
#include <string>

#include "analysis/model.h"

namespace weft {

// What is asked of it.
struct TorchPart {
    std::unique_ptr<Model> (*load_model)(const std::string& folder, const std::string& device,
                                         const std::shared_ptr<LoadProgress>& progress);  // Model::load
    void (*open_cuda)();  // LibTorch's CUDA part; throws weft::Error
};

// Any thread; the first call opens the library, which stays open, and the others wait for it. Throws
// weft::Error if it cannot be opened; the next call tries again.
const TorchPart& open_torch_part();

}  // namespace weft

// The one symbol that is looked up in the library.
extern "C" const weft::TorchPart weft_torch_part;
