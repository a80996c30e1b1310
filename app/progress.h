// One line that says how far something is and how long it still takes, for work that takes more than a
// second. On a terminal the line is rewritten; elsewhere a plain line comes every ten per cent. One thread.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

namespace weft {

// "recording  43 %  8.6 of 20 s, 11 s left". `amount` is what has been done, `total` the whole, in `unit`;
// without a unit they are not written.
std::string progress_line(const std::string& what, double amount, double total, const std::string& unit,
                          double elapsed_s);

class Progress {
  public:
    using Clock = std::function<double()>;  // seconds, rising
    static double steady_now_s();

    Progress(std::string what, double total, std::string unit);  // to stderr
    Progress(std::string what, double total, std::string unit, FILE* stream, bool is_terminal, Clock clock);
    ~Progress();  // ends the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(double amount);
    void finish();  // clears the terminal's line, so that what follows stands alone

  private:
    std::string what_, unit_;
    double total_;
    FILE* stream_;
    bool is_terminal_;
    Clock clock_;
    double start_s_, last_line_s_;
    int next_percent_ = 10;
    bool line_is_open_ = false;
};

}  // namespace weft
