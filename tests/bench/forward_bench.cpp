// Text in memory to the attention of all layers in memory. Reads requests "TOKENS REPEAT [TARGET]" line by
// line and answers each with one JSON line; tests/bench/forward.py and encoder_decoder.py ask it and its peer
// in turn. TARGET: tokens of the decoder's text. Both texts change with every run, so that nothing is used
// again.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/bench/matrix_products.h"
#include "tests/bench/texts.h"

namespace {

using weft_bench::json_list;
using weft_bench::since_ms;
using weft_bench::text_of;

void serve(const std::string& folder) {
    const auto begun = std::chrono::steady_clock::now();
    const std::unique_ptr<weft::Model> model = weft::Model::load(folder, "cpu");
    std::printf("{\"ready\": \"weft, %s\", \"threads\": %u, \"load_ms\": %.1f}\n",
                model->summary().name.c_str(), std::thread::hardware_concurrency(), since_ms(begun));
    std::fflush(stdout);
    weft_bench::MatrixProducts products({model->summary().layers, model->summary().heads,
                                         model->summary().hidden, 4 * model->summary().hidden});
    weft::AnalysisRequest request;
    request.options.methods.clear();
    for (std::string line; std::getline(std::cin, line);) {
        int64_t tokens = 0, repeat = 0, target = 0;
        std::istringstream(line) >> tokens >> repeat >> target;
        request.has_target = target > 0;
        std::vector<double> text_to_attention, products_only;
        size_t seen = 0;
        for (int64_t i = 0; i < repeat + 2; ++i) {
            // Another first word each time: what the text before left behind is of no use.
            request.text = text_of(tokens, i % 2 ? "house" : "the");
            if (request.has_target) request.target_text = text_of(target, "the");
            const auto start = std::chrono::steady_clock::now();
            model->analyze(request, {}, [&](const weft::FramePtr& frame) {
                text_to_attention.push_back(since_ms(start));
                seen = frame->stacks.front().tokens.size();
            });
        }
        for (int64_t i = 0; i < repeat + 2; ++i) products_only.push_back(products.run_ms(tokens));
        text_to_attention.erase(text_to_attention.begin(), text_to_attention.begin() + 2);
        products_only.erase(products_only.begin(), products_only.begin() + 2);
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        std::printf(
            "{\"tokens\": %zu, \"text_to_attention_ms\": %s, \"products_ms\": %s, \"peak_kib\": %ld}\n", seen,
            json_list(text_to_attention).c_str(), json_list(products_only).c_str(), usage.ru_maxrss);
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: forward_bench MODEL_FOLDER\n");
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
