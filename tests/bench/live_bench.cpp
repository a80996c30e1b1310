// One more token at the end of a decoder's text beside a pass over all of it: text in memory to the attention
// of all layers in memory. Reads requests "TOKENS REPEAT" line by line and answers each with one JSON line;
// tests/bench/live.py asks it.
#include <cstdio>
#include <iostream>

#include "analysis/error.h"
#include "analysis/model.h"
#include "tests/bench/texts.h"

namespace {

using weft_bench::text_of;

void serve(const std::string& folder) {
    const std::unique_ptr<weft::Model> model = weft::Model::load(folder, "cpu");
    std::printf("{\"ready\": \"weft, %s\"}\n", model->summary().name.c_str());
    std::fflush(stdout);
    weft::AnalysisRequest request;
    request.options.methods.clear();
    int64_t tokens = 0, repeat = 0, seen = 0;
    const auto taken_ms = [&](const std::string& text) {
        request.text = text;
        const auto start = std::chrono::steady_clock::now();
        double taken = 0;
        model->analyze(request, {}, [&](const weft::FramePtr& frame) {
            taken = weft_bench::since_ms(start);
            seen = static_cast<int64_t>(frame->stacks.front().tokens.size());
        });
        return taken;
    };
    while (std::cin >> tokens >> repeat) {
        std::vector<double> one_more, whole;
        for (int64_t i = 0; i < repeat; ++i) {
            taken_ms(text_of(tokens, "house"));
            whole.push_back(taken_ms(text_of(tokens + 1)));
            taken_ms(text_of(tokens));
            one_more.push_back(taken_ms(text_of(tokens) + " until"));
        }
        taken_ms(text_of(tokens));
        std::printf("{\"tokens\": %lld, \"one_more_ms\": %s, \"whole_ms\": %s}\n",
                    static_cast<long long>(seen), weft_bench::json_list(one_more).c_str(),
                    weft_bench::json_list(whole).c_str());
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: live_bench MODEL_FOLDER\n");
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
