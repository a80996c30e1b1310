// What the programs that are measured have in common: one model, one line of JSON for each line that is read.
#pragma once

#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/bench/texts.h"

namespace weft_bench {

using Answer = std::function<std::string(std::istream& words)>;  // JSON without the braces

// main() of such a program: MODEL_FOLDER is its one argument. `make_answer` is called once with the model.
inline int serve(int argument_count, char** arguments,
                 const std::function<Answer(weft::Model&)>& make_answer) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: %s MODEL_FOLDER\n", arguments[0]);
        return 2;
    }
    const auto write = [](const std::string& json) {
        std::printf("{%s}\n", json.c_str());
        std::fflush(stdout);
    };
    try {
        const auto begun = std::chrono::steady_clock::now();
        const std::unique_ptr<weft::Model> model = weft::Model::load(arguments[1], "cpu");
        write("\"ready\": \"weft, " + model->summary().model_type +
              "\", \"threads\": " + std::to_string(std::thread::hardware_concurrency()) +
              ", \"load_ms\": " + std::to_string(since_ms(begun)));
        const Answer answer = make_answer(*model);
        for (std::string line; std::getline(std::cin, line);) {
            std::istringstream words(line);
            write(answer(words));
        }
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
        return 1;
    }
    return 0;
}

inline std::string json_entry(const std::string& name, const std::string& value) {
    return "\"" + name + "\": " + value;
}

}  // namespace weft_bench
