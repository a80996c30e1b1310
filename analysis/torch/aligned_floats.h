// Uninitialised float32 memory on cache-line boundaries, in huge pages where the system gives them.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace weft::torch_part {

class AlignedFloats {
  public:
    // Room for at least `count`; what was in here is lost if it has to grow.
    float* reserve(int64_t count) {
        if (count <= count_) return values_.get();
        constexpr size_t huge_page_bytes = size_t{1} << 21;
        const size_t bytes = static_cast<size_t>(count) * sizeof(float);
        const size_t alignment = bytes >= huge_page_bytes ? huge_page_bytes : 64;
        const size_t whole_bytes = (bytes + alignment - 1) / alignment * alignment;
        float* fresh = static_cast<float*>(std::aligned_alloc(alignment, whole_bytes));
        if (!fresh) throw std::bad_alloc();
        if (alignment == huge_page_bytes) madvise(fresh, whole_bytes, MADV_HUGEPAGE);
        values_.reset(fresh);
        count_ = count;
        return fresh;
    }
    float* get() const { return values_.get(); }

  private:
    struct Free {
        void operator()(float* memory) const { std::free(memory); }
    };
    std::unique_ptr<float, Free> values_;
    int64_t count_ = 0;
};

}  // namespace weft::torch_part
