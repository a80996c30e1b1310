// Attention flow of a recorded trace: the rows given, or all of them. Reads requests "REPEAT THREADS [ROW]"
// and answers each with one JSON line; tests/bench/flow.py asks it and networkx in turn.
#include <cstdio>
#include <iostream>
#include <sstream>

#include "analysis/error.h"
#include "analysis/method/flow.h"
#include "analysis/trace.h"
#include "tests/bench/texts.h"

namespace {

void serve(const std::string& file) {
    weft::AnalysisOptions nothing;
    nothing.methods.clear();
    const weft::FramePtr frame = weft::read_trace(file, nothing);
    const weft::AttentionBlock& block = frame->blocks.front();
    std::printf("{\"ready\": \"weft\", \"layers\": %u, \"tokens\": %u}\n", block.layers, block.keys);
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        size_t repeat = 0;
        weft::FlowOptions options;
        int64_t row = 0;
        std::istringstream words(line);
        words >> repeat >> options.threads;
        if (words >> row) options.rows = {row};
        std::vector<double> taken;
        double sum = 0;
        for (size_t i = 0; i < repeat; ++i) {
            const auto start = std::chrono::steady_clock::now();
            const weft::FrameTensor result = weft::flow(block, options);
            taken.push_back(weft_bench::since_ms(start));
            sum = 0;
            for (const float value : *result.values)
                if (value == value) sum += static_cast<double>(value);
        }
        std::printf("{\"taken_ms\": %s, \"sum\": %.9g}\n", weft_bench::json_list(taken).c_str(), sum);
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: flow_bench TRACE\n");
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
