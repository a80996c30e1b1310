#include "app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace weft {

namespace {

constexpr double quiet_s = 1.0;  // work that is done by then needs no line
constexpr double between_lines_s = 0.1;

std::string short_number(double number) {
    char text[32];
    std::snprintf(text, sizeof text, number == std::floor(number) ? "%.0f" : "%.1f", number);
    return text;
}

std::string time_text(double seconds) {
    char text[32];
    const auto whole = static_cast<long>(std::ceil(seconds));
    if (whole < 100) {
        std::snprintf(text, sizeof text, "%ld s", whole);
    } else {
        std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
    }
    return text;
}

}  // namespace

std::string progress_line(const std::string& what, double amount, double total, const std::string& unit,
                          double elapsed_s) {
    const double share = total > 0.0 ? std::clamp(amount / total, 0.0, 1.0) : 0.0;
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3.0f %%", std::floor(100.0 * share));
    std::string line = what + " " + percent;
    if (!unit.empty())
        line += "  " + short_number(std::round(amount * 10) / 10) + " of " +
                short_number(std::round(total * 10) / 10) + " " + unit;
    if (share > 0.0 && share < 1.0) line += ", " + time_text(elapsed_s * (1.0 - share) / share) + " left";
    return line;
}

double Progress::steady_now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Progress::Progress(std::string what, double total, std::string unit)
    : Progress(std::move(what), total, std::move(unit), stderr, isatty(STDERR_FILENO) == 1, steady_now_s) {}

Progress::Progress(std::string what, double total, std::string unit, FILE* stream, bool is_terminal,
                   Clock clock)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      stream_(stream),
      is_terminal_(is_terminal),
      clock_(std::move(clock)),
      start_s_(clock_()),
      last_line_s_(start_s_) {}

Progress::~Progress() {
    finish();
}

void Progress::update(double amount) {
    const double now_s = clock_();
    const double elapsed_s = now_s - start_s_;
    if (elapsed_s < quiet_s) return;
    const std::string line = progress_line(what_, amount, total_, unit_, elapsed_s);
    if (is_terminal_) {
        if (line_is_open_ && now_s - last_line_s_ < between_lines_s) return;
        std::fprintf(stream_, "\r%s\x1b[K", line.c_str());
        line_is_open_ = true;
    } else {
        const double percent = total_ > 0.0 ? 100.0 * amount / total_ : 0.0;
        if (percent < next_percent_) return;
        while (next_percent_ <= percent) next_percent_ += 10;
        std::fprintf(stream_, "%s\n", line.c_str());
    }
    std::fflush(stream_);
    last_line_s_ = now_s;
}

void Progress::finish() {
    if (line_is_open_) std::fprintf(stream_, "\r\x1b[K");
    line_is_open_ = false;
    std::fflush(stream_);
}

}  // namespace weft
