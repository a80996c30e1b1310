// What a method asks and tells while it works: on the calling thread alone. Each may be empty.
#pragma once

#include <functional>

namespace weft {

struct Watch {
    std::function<bool()> stop;  // asked at least every 20 ms; true: the result is not wanted any more
    std::function<void(float)> progress;  // 0 to 1

    // Tells how far it is and asks.
    bool operator()(float share) const {
        if (progress) progress(share);
        return stop && stop();
    }
};

}  // namespace weft
