// Errors of the world and of ourselves. The one header of analysis/ that the renderer includes too:
// it has no words of either house.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft {

// Something outside the program is not as needed (file, model, device, codec, input). `what()` says what
// failed, with the value in quotes; `hint()` says what to do next. Thrown where it is found, caught at the
// module's edge or the thread's top, shown once.
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message, std::string hint = {})
        : std::runtime_error(message), hint_(std::move(hint)) {}
    const std::string& hint() const { return hint_; }

  private:
    std::string hint_;
};

// The command line is wrong: exit code 2 instead of 1.
class UsageError : public Error {
  public:
    using Error::Error;
};

// Runs `read`; an Error that does not say what to do next leaves it with `hint`.
template <class Read>
auto with_hint(const char* hint, const Read& read) {
    try {
        return read();
    } catch (const Error& error) {
        if (!error.hint().empty() || dynamic_cast<const UsageError*>(&error)) throw;
        throw Error(error.what(), hint);
    }
}

[[noreturn]] inline void assertion_failed(const char* file, int line, const char* condition,
                                          const std::string& values) {
    std::fprintf(stderr, "%s:%d: assertion failed: %s (%s)\n", file, line, condition, values.c_str());
    std::abort();
}

}  // namespace weft

// Our own bug: on in every build. `values` is a std::string that shows the operands.
#define WEFT_ASSERT(condition, values)                                              \
    do {                                                                            \
        if (!(condition)) ::weft::assertion_failed(__FILE__, __LINE__, #condition, values); \
    } while (false)
