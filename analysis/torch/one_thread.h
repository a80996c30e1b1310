// LibTorch's threads spin for a while after an operator, on the cores that the layers need next; and small
// operators gain nothing by them. Private to analysis/torch.
#pragma once

#include <ATen/Parallel.h>

namespace weft::torch_part {

// While it lives, operators that this thread calls run on it alone.
class OneThread {
  public:
    OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
    ~OneThread() { at::set_num_threads(before_); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

  private:
    int before_;
};

}  // namespace weft::torch_part
