// Memory for the attention of frames, used again once the last reader of a frame has let it go: fresh memory
// costs a page fault per 4 KiB and a pass of zeros, at 382 tokens as much as two layers. Any thread may let
// go.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weft::torch_part {

class AttentionPool {
  public:
    // Keeps at most `keep` buffers that nobody uses.
    explicit AttentionPool(size_t keep) : shelf_(std::make_shared<Shelf>()) { shelf_->keep = keep; }

    // `count` floats of any content; goes back to the pool by itself, also after the pool is gone.
    std::shared_ptr<std::vector<float>> take(size_t count) {
        auto buffer = std::make_unique<std::vector<float>>(shelf_->take(count));
        // Room for the next words as well; pages that nobody touches cost nothing.
        if (buffer->capacity() < count) buffer->reserve(count + count / 4);
        buffer->resize(count);
        return {buffer.release(), [shelf = shelf_](std::vector<float>* returned) {
                    shelf->give_back(std::move(*returned));
                    delete returned;
                }};
    }

  private:
    struct Shelf {
        std::mutex mutex;
        std::vector<std::vector<float>> buffers;
        size_t keep = 0;

        // The one of the closest length, so that resize() writes little; an empty one if none is large
        // enough.
        std::vector<float> take(size_t count) {
            const std::lock_guard lock(mutex);
            size_t best = buffers.size();
            for (size_t i = 0; i < buffers.size(); ++i)
                if (buffers[i].capacity() >= count &&
                    (best == buffers.size() || buffers[i].capacity() < buffers[best].capacity()))
                    best = i;
            if (best == buffers.size()) return {};
            std::swap(buffers[best], buffers.back());
            std::vector<float> found = std::move(buffers.back());
            buffers.pop_back();
            return found;
        }

        void give_back(std::vector<float> buffer) {
            const std::lock_guard lock(mutex);
            if (buffers.size() == keep) buffers.erase(buffers.begin());  // the oldest
            buffers.push_back(std::move(buffer));
        }
    };

    std::shared_ptr<Shelf> shelf_;
};

}  // namespace weft::torch_part
