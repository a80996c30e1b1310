// Text in memory to the numbers of one method in memory. Reads requests "TOKENS REPEAT METHOD [STEPS]" line by
// line and answers each with one JSON line; tests/bench/gradients.py asks it and its peer in turn. The text
// changes with every run, so that nothing is used again.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/bench/texts.h"

namespace {

using weft_bench::json_list;
using weft_bench::since_ms;
using weft_bench::text_of;

long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

void serve(const std::string& folder) {
    const std::unique_ptr<weft::Model> model = weft::Model::load(folder, "cpu");
    std::printf("{\"ready\": \"weft, %s\", \"threads\": %u}\n", model->summary().name.c_str(),
                std::thread::hardware_concurrency());
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        weft::AnalysisRequest request;
        int64_t tokens = 0, repeat = 0;
        std::string method;
        std::istringstream words(line);
        words >> tokens >> repeat >> method;
        words >> request.options.method.ig_steps;
        request.options.methods = {method};
        const long before = peak_kib();
        std::vector<double> taken;
        weft::FramePtr last;
        for (int64_t i = 0; i < repeat + 1; ++i) {
            request.text = text_of(tokens, i % 2 ? "house" : "the");
            const auto start = std::chrono::steady_clock::now();
            model->analyze(request, {}, [&](const weft::FramePtr& frame) { last = frame; });
            taken.push_back(since_ms(start));
        }
        if (repeat > 0) taken.erase(taken.begin());
        const auto delta = last->deltas.find(method);
        double sum = 0;
        const auto& quantities = last->blocks.front().quantities;
        if (const auto values = quantities.find(method); values != quantities.end())
            for (const float value : *values->second.values) sum += static_cast<double>(value);
        std::printf(
            "{\"tokens\": %zu, \"taken_ms\": %s, \"delta\": %.9g, \"sum\": %.9g, \"peak_kib\": %ld, \"before_kib\": %ld}\n",
            last->stacks.front().tokens.size(), json_list(taken).c_str(),
            delta == last->deltas.end() ? 0.0 : delta->second.front(), sum, peak_kib(), before);
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: method_bench MODEL_FOLDER\n");
        return 2;
    }
    try {
        serve(arguments[1]);
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
        return 1;
    }
    return 0;
}
