// Keys and values of one layer in the panels that AttentionTask reads, head by head, with room to grow: what
// a causal stack keeps from one pass to the next. Private to analysis/torch.
#pragma once

#include <algorithm>
#include <utility>

#include "analysis/torch/aligned_floats.h"
#include "analysis/torch/kernels.h"

namespace weft::torch_part {

class HeadCache {
  public:
    // Room for `rows` keys of `heads` heads; the first `kept` rows stay.
    void reserve(int64_t heads, int64_t width, int64_t rows, int64_t kept) {
        width_ = width;
        if (rows <= capacity_) return;
        const int64_t before = capacity_;
        capacity_ =
            (std::max(rows, kept > 0 ? before * 3 / 2 : rows) + panel_width - 1) / panel_width * panel_width;
        AlignedFloats keys, values;
        keys.reserve(heads * capacity_ * width);
        values.reserve(heads * capacity_ * width);
        if (kept > 0) {
            const int64_t panels = (kept + panel_width - 1) / panel_width;
            for (int64_t h = 0; h < heads; ++h) {
                std::copy_n(keys_.get() + h * before * width, panels * panel_width * width,
                            keys.get() + h * capacity_ * width);
                for (int64_t panel = 0; panel < width / panel_width; ++panel)
                    std::copy_n(values_.get() + (h * width + panel * panel_width) * before,
                                kept * panel_width,
                                values.get() + (h * width + panel * panel_width) * capacity_);
            }
        }
        keys_ = std::move(keys);
        values_ = std::move(values);
    }

    float* keys(int64_t head) const { return keys_.get() + head * capacity_ * width_; }
    float* values(int64_t head) const { return values_.get() + head * capacity_ * width_; }
    int64_t capacity() const { return capacity_; }

  private:
    AlignedFloats keys_, values_;  // [heads, capacity / 16, width, 16], [heads, width / 16, capacity, 16]
    int64_t capacity_ = 0, width_ = 0;
};

}  // namespace weft::torch_part
