// weft: one program, a subcommand each. Errors are shown once, here: 1 failed, 2 wrong usage.

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "analysis/error.h"
#include "app/analyze_command.h"
#include "app/command_line.h"
#include "app/doctor_command.h"
#include "app/merge_command.h"
#include "app/models_command.h"
#include "app/record_command.h"
#include "app/run_window.h"
#include "app/text_file_command.h"
#include "app/tokenize_command.h"
#include "app/view_command.h"

namespace {

int run(const weft::Options& options) {
    using weft::Subcommand;
    switch (options.subcommand) {
        case Subcommand::view:
            return options.output.empty() ? run_window(options) : run_view_picture(options);
        case Subcommand::record:
            return run_record(options);
        case Subcommand::analyze:
            return options.text_file.empty() ? run_analyze(options) : run_text_file(options);
        case Subcommand::merge:
            return run_merge(options);
        case Subcommand::tokenize:
            return run_tokenize(options);
        case Subcommand::models:
            return run_models(options);
        case Subcommand::doctor:
            return weft::run_doctor();
    }
    return 2;
}

// What was printed counts only once it is out: a full disk behind a redirection is a failure.
int flush_output(int exit_code) {
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return exit_code;
    throw weft::Error("cannot write to the standard output: " + std::string(std::strerror(errno)),
                      "Make room, or send it somewhere else.");
}

int run_command_line(int argc, char** argv) {
    try {
        const weft::Options options = weft::parse_command_line(argc, argv);
        if (!options.answer.empty()) {
            std::fputs(options.answer.c_str(), stdout);
            return flush_output(0);
        }
        return flush_output(run(options));
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "weft: %s\n", error.what());
        if (!error.hint().empty()) std::fprintf(stderr, "      %s\n", error.hint().c_str());
        return dynamic_cast<const weft::UsageError*>(&error) ? 2 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weft: %s\n", error.what());
        return 1;
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::setlocale(LC_CTYPE, "");
    const int exit_code = run_command_line(argc, argv);
    // All of ours is gone by now. LibTorch would take another 0.1 s to end its tables one by one.
    std::fflush(nullptr);
    std::quick_exit(exit_code);
}
