// Which device computes. LibTorch's CUDA part is opened at run time, because a program that links it starts
// 0.7 s later also where there is no GPU. Private to analysis/torch.
#pragma once

#include <string>

namespace weft::torch_part {

// LibTorch's name ("cpu" or "cuda:0") of what "cpu", "cuda" or "auto" (CUDA if it is usable) means. Throws
// weft::UsageError for anything else, weft::Error if "cuda" is asked for and not usable.
std::string choose_device(const std::string& name);

// Throws weft::Error. Any thread.
void open_cuda();

}  // namespace weft::torch_part
