// What was computed is kept, so that an earlier text or quantity costs nothing when one goes back to it.
// Bounded in bytes; what was used longest ago goes first. Of the thread that owns the model.
//
// A result is that of one method on one input: the model with its device, the tokens (and pixels) of all
// stacks, the ablated heads, and those options that the method reads.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/method/method_options.h"

namespace weft {

// `options` with everything at its default that the method does not read: two are equal exactly if they give
// the same numbers. A new option counts for every method until it is said here that it does not.
MethodOptions options_read(const std::string& method, MethodOptions options);

// All that attention and gradients of a frame depend on, as bytes; of an image a 64-bit hash of its pixels.
std::string input_key(const AttentionFrame& frame, const std::vector<HeadAblation>& ablations);

class ResultStore {
  public:
    explicit ResultStore(size_t most_bytes = size_t{256} << 20) : most_bytes_(most_bytes) {}

    // Adds tensors, deltas and target of `method` to a frame of that input; false: they are not here.
    bool take(const std::string& input, const std::string& method, const MethodOptions& options,
              AttentionFrame& frame);
    // What `frame` holds of `method`; nothing happens if it holds none of its tensors. Replaces an earlier
    // one.
    void keep(const std::string& input, const std::string& method, const MethodOptions& options,
              const AttentionFrame& frame);
    void clear();

    size_t size_bytes() const { return size_bytes_; }
    size_t count() const { return kept_.size(); }

  private:
    struct Result {
        std::string input, method;
        MethodOptions options;                                       // those that are read
        std::vector<std::map<std::string, FrameTensor>> quantities;  // [blocks]
        std::map<std::string, std::vector<double>> deltas;
        std::map<std::string, int64_t> nodes;
        std::optional<ExplainedTarget> target;
        size_t size_bytes = 0;
    };
    using Results = std::list<Result>;  // used last in front

    Results::iterator find(const std::string& input, const std::string& method, const MethodOptions& read);
    void drop(Results::iterator result);

    Results kept_;
    size_t most_bytes_, size_bytes_ = 0;
};

}  // namespace weft
