// Row numbers as a tensor. Private to analysis/torch.
#pragma once

#include <ATen/ops/from_blob.h>

#include <span>
#include <vector>

namespace weft::torch_part {

template <typename Value>
at::Tensor indices(std::span<const Value> values, c10::Device device) {
    std::vector<int64_t> wide(values.begin(), values.end());
    return at::from_blob(wide.data(), {static_cast<int64_t>(wide.size())}, at::kLong)
        .to(device, /*non_blocking=*/false, /*copy=*/true);
}

}  // namespace weft::torch_part
