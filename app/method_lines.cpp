#include "app/method_lines.h"

#include <unistd.h>

#include "scenes/quantity.h"

namespace weft {

MethodLines::MethodLines() : MethodLines(stderr, isatty(STDERR_FILENO) == 1, Progress::steady_now_s) {}

MethodLines::MethodLines(FILE* stream, bool is_terminal, Progress::Clock clock)
    : stream_(stream), is_terminal_(is_terminal), clock_(std::move(clock)) {}

void MethodLines::update(const std::string& method, float fraction) {
    if (method != method_) {
        line_.reset();
        method_ = method;
        if (!method.empty()) line_.emplace(quantity_title(method), 1.0, "", stream_, is_terminal_, clock_);
    }
    if (line_) line_->update(static_cast<double>(fraction));
}

}  // namespace weft
